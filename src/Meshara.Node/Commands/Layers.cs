using System.CommandLine;
using Akka.Configuration;
using Meshara.Actors.Configuration;

namespace Meshara.Node.Commands;

/// <summary>The options by which a person configures a node, as layers: each goes before the ones beneath it.</summary>
internal static class Layers
{
    public static Option<string[]> Files() => new("--config") { Description = "HOCON files; the last rules. They are read again when they change, and by: meshara reload", HelpName = "FILE" };

    public static Option<string[]> Set()
    {
        var set = new Option<string[]>("--set") { Description = "Any setting of hocon/meshara.conf.", HelpName = "KEY=VALUE" };
        set.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!Overrides.TryFromSet(text, out _, out var error))
                {
                    result.AddError(error);
                }
            }
        });
        return set;
    }

    public static Config Of(IEnumerable<string>? files) =>
        (files ?? []).Aggregate(Config.Empty, (layers, file) => HoconFile.Load(file).WithFallback(layers));

    public static Config With(Config layers, IEnumerable<string>? assignments) =>
        (assignments ?? []).Aggregate(layers, (beneath, assignment) => Overrides.FromSet(assignment).WithFallback(beneath));
}
