using System.Collections.Immutable;
using Akka.Configuration;

namespace Meshara.Actors.Configuration;

/// <summary>The files of <c>hocon/</c>, which are embedded in this library: what an operator reads is what a node starts from.</summary>
internal static class EmbeddedHocon
{
    /// <summary><c>meshara.conf</c>: every key, with its default.</summary>
    public static readonly Config Reference = Load("meshara");

    /// <summary>The profiles by name.</summary>
    public static readonly ImmutableSortedDictionary<string, Config> Profiles =
        ImmutableSortedDictionary.CreateRange(new[] { "minimal", "standard", "bridge" }.Select(n => KeyValuePair.Create(n, Load(n))));

    private static Config Load(string name)
    {
        var file = $"hocon/{name}.conf";
        using var stream = typeof(EmbeddedHocon).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The library was built without its resource {file}.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
