using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Meshara.Node.Control;
using Meshara.Node.Output;

namespace Meshara.Node.Watch;

/// <summary>Looks at the running node of a data folder, through its control socket.</summary>
internal sealed class NodeLooks(string folder, TimeProvider clock)
{
    /// <summary>What both answers say together. A node that does not answer is a look too: it may be back with the next one.</summary>
    public async Task<Look> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var (status, peers) = (await AskAsync("status", cancellation), await AskAsync("peers", cancellation));
            return Of(status, peers, clock.GetUtcNow()) ?? Silent($"No node is running in {folder}; it is asked again.");
        }
        catch (IOException e)
        {
            return Silent(e.Message);
        }

        Look Silent(string why) => new(clock.GetUtcNow(), null, [], [Text.Clean($"{clock.GetUtcNow().ToLocalTime():HH:mm:ss} {why}")]);
    }

    /// <summary>The answers to <c>status</c> and <c>peers</c> as a look; null if one of them is none.</summary>
    public static Look? Of(JsonObject? status, JsonObject? peers, DateTimeOffset now) =>
        status?["nodeId"] is { } id && peers?["peers"] is JsonArray rows
            ? new Look(
                now,
                new NodeLine($"{id}"[..8], Text.Clean(Text.Get(status, "network")), status["known"]!.GetValue<int>()),
                [.. rows.OfType<JsonObject>().Select(PeerRow.Of)],
                [.. (status["problems"] as JsonArray ?? []).Select(p => Text.Clean($"{p}"))])
            : null;

    /// <summary>The first answer; null where no node runs, or where it ended before it answered.</summary>
    private async Task<JsonObject?> AskAsync(string command, CancellationToken cancellation)
    {
        if (await ControlClient.AskAsync(folder, new JsonObject { ["command"] = command }, cancellation) is { } answers)
        {
            await foreach (var answer in answers)
            {
                return answer;
            }
        }

        return null;
    }
}
