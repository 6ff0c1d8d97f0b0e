using System.Text.Json.Nodes;
using Meshara.Actors;

namespace Meshara.Node.Output;

/// <summary>What came of a reload, for people and for programs.</summary>
internal static class ReloadText
{
    public static IEnumerable<string> Lines(MeshReload reload) => Lines(Json(reload));

    public static IEnumerable<string> Lines(JsonObject answer)
    {
        var (applied, waiting) = (Changes(answer, "applied"), Changes(answer, "needsRestart"));
        return applied.Concat(waiting.Select(c => $"needs a restart: {c}")).DefaultIfEmpty("nothing has changed");
    }

    public static JsonObject Json(MeshReload reload) => new()
    {
        ["schema"] = 1, ["applied"] = Changes(reload.Applied), ["needsRestart"] = Changes(reload.NeedsRestart),
    };

    private static JsonArray Changes(IEnumerable<ChangedSetting> changes) => new([.. changes.Select(c => (JsonNode)new JsonObject
    {
        ["key"] = c.Key, ["before"] = c.Before, ["after"] = c.After,
    })]);

    private static List<string> Changes(JsonObject answer, string which) =>
        [.. answer[which]!.AsArray().Select(c => Text.Clean($"{c!["key"]} {Shown(c["before"])} -> {Shown(c["after"])}"))];

    private static string Shown(JsonNode? value) => $"{value}" is { Length: > 0 } text ? text : "\"\"";
}
