using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Actors.Peers;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Page.Live;

/// <summary>The node at one moment, by its own answers.</summary>
/// <param name="Health">Each check with its cause and its remedy.</param>
/// <param name="Rates">Bytes a second with each connected peer, both ways together; it falls off over some seconds.</param>
internal sealed record Snapshot(
    DateTimeOffset At,
    MeshStatus Status,
    MeshHealth Health,
    ImmutableArray<PeerInfo> Peers,
    ImmutableArray<DialUnderWay> Dials,
    ImmutableDictionary<NodeId, double> Rates)
{
    /// <summary>How much of a rate is left after a second of silence.</summary>
    private const double LeftAfterSecond = 0.85;

    public static Snapshot Of(
        DateTimeOffset at, MeshStatus status, MeshHealth health, ImmutableArray<PeerInfo> peers, ImmutableArray<DialUnderWay> dials, Snapshot? before)
    {
        var seconds = before is null ? 0 : (at - before.At).TotalSeconds;
        var bytes = before?.Peers.ToDictionary(p => p.PeerId, BytesOf) ?? [];
        var rates = peers.ToImmutableDictionary(p => p.PeerId, p =>
            seconds <= 0 || !bytes.TryGetValue(p.PeerId, out var then) ? 0
            : Math.Max((BytesOf(p) - then) / seconds, before!.Rates.GetValueOrDefault(p.PeerId) * Math.Pow(LeftAfterSecond, seconds)));
        return new Snapshot(at, status, health, peers, dials, rates);
    }

    private static long BytesOf(PeerInfo peer) => peer.BytesSent + peer.BytesReceived;
}
