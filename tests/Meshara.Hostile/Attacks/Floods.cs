using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Hostile.Attacks;

/// <summary>More of what is allowed than anybody needs, by one peer.</summary>
internal static class Floods
{
    public static IEnumerable<Attack> All =>
    [
        Flood("get-peers", "asks for peers again and again", new Envelope { GetPeers = new GetPeers { Max = 64 } }),
        Flood("reach-checks", "has itself dialled back again and again", new Envelope { CheckReach = new CheckReach { Nonce = 7, Port = 7373 } }),
        Flood("pings", "pings without a pause", new Envelope { Ping = new Ping { Nonce = 7 } }),
        Flood("unknown-messages", "sends messages of a kind that nobody knows", new Envelope()),
    ];

    private static Attack Flood(string name, string what, Envelope frame) => new(
        name, what + ", --count times (100,000)", field => PeerLists.SingleAsync(name, field, asked: false, Enumerable.Repeat(frame, field.Count)));
}
