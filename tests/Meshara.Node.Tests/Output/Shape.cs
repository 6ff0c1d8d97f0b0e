using System.Text.Json;
using System.Text.Json.Nodes;

namespace Meshara.Node.Tests.Output;

/// <summary>The names of a JSON value in their order, with what varies replaced by its kind.</summary>
internal static class Shape
{
    public static string Of(JsonNode? value) => value switch
    {
        JsonObject o => $"{{{string.Join(",", o.Select(p => p.Key is "schema" or "event" ? $"{p.Key}:{p.Value}" : $"{p.Key}:{Of(p.Value)}"))}}}",
        JsonArray a => $"[{string.Join(",", a.Select(Of).Distinct())}]",
        null => "null",
        _ => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? "bool" : value.GetValueKind().ToString().ToLowerInvariant(),
    };
}
