using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Node.Output;

/// <summary>The JSON that the program prints, which is also what the control socket carries: camelCase, one object a line, <c>"schema": 1</c>.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of what went wrong when the node said nothing, and so no reason either.</summary>
    public const string NoAnswer = "no-answer";

    public static string Line(JsonNode node) => node.ToJsonString(Plain);

    public static JsonObject Of(PeerInfo p) => new()
    {
        ["peerId"] = p.PeerId.ToString(),
        ["publicKey"] = p.PublicKey.ToString(),
        ["address"] = p.Address?.ToString(),
        ["direction"] = Name(p.Direction),
        ["connectedSince"] = Time(p.ConnectedSince),
        ["bytesSent"] = p.BytesSent,
        ["bytesReceived"] = p.BytesReceived,
        ["lastSeen"] = Time(p.LastSeen),
        ["reputation"] = p.Reputation,
        ["rttMs"] = p.RoundTripTime is { } rtt ? Math.Round(rtt.TotalMilliseconds, 3) : null,
        ["agent"] = p.Agent,
        ["source"] = Name<PeerSource>(p.Source),
        ["protected"] = p.Protected,
    };

    public static JsonObject Of(PeerDetails d)
    {
        var peer = Of(d.Peer);
        peer.Insert(0, "schema", 1);
        peer["firstSeen"] = Time(d.FirstSeen);
        peer["bannedUntil"] = Time(d.BannedUntil);
        peer["removedUntil"] = Time(d.RemovedUntil);
        peer["addresses"] = new JsonArray([.. d.Addresses.Select(a => new JsonObject
        {
            ["address"] = a.Address.ToString(),
            ["proven"] = a.Proven,
            ["lastTry"] = Time(a.LastTry),
            ["lastFailure"] = a.LastFailure?.Name(),
        })]);
        return peer;
    }

    public static JsonObject Of(LanNode n, DateTimeOffset now) => new()
    {
        ["peerId"] = n.PeerId.ToString(),
        ["publicKey"] = n.PublicKey.ToString(),
        ["name"] = n.Name,
        ["addresses"] = new JsonArray([.. n.Addresses.Select(a => (JsonNode)a.ToString())]),
        ["port"] = n.Addresses.FirstOrDefault()?.Port,
        ["firstSeen"] = Time(n.FirstSeen),
        ["ttlSeconds"] = (int)Math.Max(0, (n.Expires - now).TotalSeconds),
        ["connected"] = n.Connected,
    };

    public static JsonObject Of(IEnumerable<LanNode> nodes, DateTimeOffset now) => new()
    {
        ["schema"] = 1, ["nodes"] = new JsonArray([.. nodes.Select(n => Of(n, now))]),
    };

    public static JsonObject Of(MeshStatus s) => new()
    {
        ["schema"] = 1,
        ["nodeId"] = s.Node.Id.ToString(),
        ["publicKey"] = s.Node.PublicKey.ToString(),
        ["network"] = s.Node.Network,
        ["listen"] = Listen(s.Node),
        ["data"] = s.Node.Data,
        ["pid"] = Environment.ProcessId,
        ["since"] = Time(s.Since),
        ["connected"] = s.Connected,
        ["known"] = s.Known,
        ["dialling"] = s.Dialling,
        ["handshakes"] = s.Handshakes,
        ["rejections"] = new JsonObject([.. s.Rejections.Select(r => KeyValuePair.Create(r.Key.Name(), (JsonNode?)r.Value))]),
        ["healthy"] = s.Healthy,
        ["problems"] = new JsonArray([.. s.Problems.Select(p => (JsonNode)p)]),
    };

    public static JsonObject Of(MeshHealth h) => new()
    {
        ["schema"] = 1,
        ["level"] = Name<HealthLevel>(h.Level),
        ["findings"] = Of(h.Findings),
    };

    public static JsonArray Of(IEnumerable<HealthFinding> findings) => new([.. findings.Select(f => new JsonObject
    {
        ["name"] = f.Name,
        ["level"] = Name<HealthLevel>(f.Level),
        ["cause"] = f.Cause,
        ["remedy"] = f.Remedy,
    })]);

    /// <summary>An event: what does not apply is left out.</summary>
    public static JsonObject Of(MeshEvent e)
    {
        var line = new JsonObject { ["event"] = e.Kind.Name(), ["at"] = Time(e.At) };
        Add(line, "peerId", e.PeerId?.ToString());
        Add(line, "address", e.Address?.ToString());
        Add(line, "range", e.Range?.ToString());
        Add(line, "direction", Name(e.Direction));
        Add(line, "source", Name(e.Source));
        Add(line, "reason", e.Reason?.Name());
        if (e.Score is { } score)
        {
            line["score"] = Math.Round(score, 2);
        }

        Add(line, "detail", e.Detail);
        return line;
    }

    /// <param name="metrics">Where they are served; left out if nowhere.</param>
    /// <param name="pageLink">Opens the page, once; left out if there is none.</param>
    public static JsonObject Ready(NodeDescription node, string? metrics = null, string? pageLink = null)
    {
        var ready = new JsonObject
        {
            ["event"] = "ready",
            ["nodeId"] = node.Id.ToString(),
            ["publicKey"] = node.PublicKey.ToString(),
            ["listen"] = Listen(node),
            ["data"] = node.Data,
            ["pid"] = Environment.ProcessId,
        };
        Add(ready, "metrics", metrics);
        Add(ready, "page", pageLink);
        return ready;
    }

    public static JsonObject Error(string reason, string message) => new()
    {
        ["schema"] = 1, ["error"] = new JsonObject { ["reason"] = reason, ["message"] = message },
    };

    private static JsonArray Listen(NodeDescription node) => new([.. node.Listen.Select(a => (JsonNode)a.ToString())]);

    private static void Add(JsonObject line, string name, string? value)
    {
        if (value is not null)
        {
            line[name] = value;
        }
    }

    public static string? Name<T>(T? value)
        where T : struct, Enum => value?.ToString().ToLowerInvariant();

    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O");
}
