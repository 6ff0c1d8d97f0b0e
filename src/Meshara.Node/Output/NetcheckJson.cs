using System.Text.Json.Nodes;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Node.Output;

/// <summary>The JSON of <c>meshara netcheck</c>.</summary>
internal static class NetcheckJson
{
    public static JsonObject Of(MeshNetcheck check)
    {
        var answer = new JsonObject
        {
            ["schema"] = 1,
            ["level"] = Json.Name<HealthLevel>(check.Level),
            ["verdict"] = check.Verdict,
            ["findings"] = Json.Of(check.Findings),
        };
        answer["interfaces"] = Array(check.Interfaces, i => new JsonObject
        {
            ["name"] = i.Name,
            ["addresses"] = Strings(i.Addresses),
            ["multicast"] = i.Multicast,
            ["mdns"] = i.UsedByMdns,
            ["packetsOut"] = i.PacketsSent,
            ["packetsIn"] = i.PacketsHeard,
            ["packetsFromOthers"] = i.PacketsFromOthers,
            ["errors"] = i.Errors,
        });
        answer["listen"] = Array(check.Listen, d => new JsonObject
        {
            ["address"] = d.Address.ToString(), ["ok"] = d.Failure is null, ["tookMs"] = Milliseconds(d.Took), ["reason"] = d.Failure?.Name(), ["detail"] = d.Detail,
        });
        answer["dialBack"] = Array(check.DialBacks, d => new JsonObject
        {
            ["peerId"] = d.Peer.ToString(),
            ["address"] = d.Remote.ToString(),
            ["local"] = d.IsLocal,
            ["outcome"] = NameOf(d.Outcome),
            ["dialled"] = d.Dialled?.ToString(),
            ["reason"] = d.Failure?.Name(),
            ["tookMs"] = d.Took is { } took ? Milliseconds(took) : null,
            ["ageSeconds"] = (int)Math.Ceiling(d.Age.TotalSeconds),
        });
        answer["bootstrap"] = Array(check.Bootstrap, b => new JsonObject
        {
            ["node"] = b.Node.ToString(),
            ["addresses"] = Strings(b.Addresses),
            ["connected"] = b.Connected,
            ["ok"] = b.Answers,
            ["tookMs"] = Milliseconds(b.Took),
            ["reason"] = b.Failure?.Name(),
            ["detail"] = b.Detail,
        });
        answer["clock"] = new JsonObject { ["peers"] = check.Clock.Peers, ["offsetSeconds"] = check.Clock.Offset is { } offset ? (long)offset.TotalSeconds : null };
        return answer;
    }

    private static string NameOf(DialBackOutcome outcome) => outcome switch
    {
        DialBackOutcome.NotReached => "not-reached",
        DialBackOutcome.NoAnswer => "no-answer",
        _ => Json.Name<DialBackOutcome>(outcome)!,
    };

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);

    private static JsonArray Strings<T>(IEnumerable<T> values) => new([.. values.Select(v => (JsonNode)$"{v}")]);

    private static JsonArray Array<T>(IEnumerable<T> rows, Func<T, JsonObject> of) => new([.. rows.Select(of)]);
}
