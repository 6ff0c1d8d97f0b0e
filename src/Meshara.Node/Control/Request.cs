using System.Text.Json;

namespace Meshara.Node.Control;

/// <summary>What is asked of a node: a command, and what that command needs of the rest.</summary>
internal sealed record Request(string? Command, string? Id, string? Target, string? Channel, string? Text, bool Follow)
{
    /// <summary>How long a ban lasts or an invite ticket holds, as a person writes it.</summary>
    public string? For { get; init; }

    /// <summary>An invite ticket.</summary>
    public string? Ticket { get; init; }

    /// <summary>Where others reach this node, as the person says who invites.</summary>
    public string? Address { get; init; }

    /// <summary>What the person says who bans.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the history of the reputation is wanted too.</summary>
    public bool History { get; init; }

    public const string Events = "events";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, AllowDuplicateProperties = false,
    };

    /// <summary>Reads it from a line of JSON; null if that is none.</summary>
    public static Request? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<Request>(line, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
