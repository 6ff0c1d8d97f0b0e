using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Node.Output;

/// <summary>The JSON of what is known, of bans, and of why.</summary>
internal static class BanJson
{
    public static JsonObject Of(IEnumerable<PeerDetails> known) => new()
    {
        ["schema"] = 1, ["peers"] = new JsonArray([.. known.Select(Known)]),
    };

    public static JsonObject Of(IEnumerable<BanInfo> bans) => new()
    {
        ["schema"] = 1, ["bans"] = new JsonArray([.. bans.Select(Of)]),
    };

    public static JsonObject Of(BanInfo ban) => new()
    {
        ["peerId"] = ban.PeerId?.ToString(),
        ["range"] = ban.Range?.ToString(),
        ["since"] = Json.Time(ban.Since),
        ["until"] = Json.Time(ban.Until),
        ["cause"] = ban.Cause,
        ["note"] = ban.Note,
    };

    public static JsonArray Of(IEnumerable<ReputationChange> history) => [.. history.Select(c => new JsonObject
    {
        ["at"] = Json.Time(c.At),
        ["event"] = c.Event,
        ["cause"] = c.Cause,
        ["delta"] = c.Delta,
        ["score"] = c.Score,
        ["until"] = Json.Time(c.Until),
        ["note"] = c.Note,
    })];

    public static JsonObject Of(WhyAnswer why) => new()
    {
        ["schema"] = 1,
        ["peerId"] = why.PeerId?.ToString(),
        ["address"] = why.Address?.ToString(),
        ["connected"] = why.Connected,
        ["reason"] = why.Reason?.Name(),
        ["why"] = why.Why,
        ["last"] = why.Last,
        ["nextTry"] = Json.Time(why.NextTry),
        ["remedy"] = why.Remedy,
        ["sentence"] = why.Sentence,
    };

    private static JsonObject Known(PeerDetails d) => new()
    {
        ["peerId"] = d.Peer.PeerId.ToString(),
        ["connected"] = d.Peer.Connected,
        ["reputation"] = d.Peer.Reputation,
        ["source"] = Json.Name<PeerSource>(d.Peer.Source),
        ["protected"] = d.Peer.Protected,
        ["pinned"] = d.Addresses.Any(a => a.Proven),
        ["table"] = d.Tried switch { true => "tried", false => "new", null => null },
        ["firstSeen"] = Json.Time(d.FirstSeen),
        ["lastSeen"] = Json.Time(d.Peer.LastSeen),
        ["bannedUntil"] = Json.Time(d.BannedUntil),
        ["removedUntil"] = Json.Time(d.RemovedUntil),
        ["addresses"] = new JsonArray([.. d.Addresses.Select(a => new JsonObject
        {
            ["address"] = a.Address.ToString(),
            ["proven"] = a.Proven,
            ["lastTry"] = Json.Time(a.LastTry),
            ["lastFailure"] = a.LastFailure?.Name(),
            ["nextTry"] = Json.Time(a.NextTry),
        })]),
    };
}
