using System.Collections.Immutable;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>Puts together what is said of a peer, from what is known, what is connected and what its connection says of itself.</summary>
internal static class PeerReports
{
    public static PeerInfo Info(
        KnownPeer? known, LiveConnection? connection, Description? now, DateTimeOffset at, ReputationPolicy policy) => new()
        {
            PeerId = known?.Id ?? connection!.Peer!.Value,
            PublicKey = known?.Key ?? connection!.Key!.Value,
            Address = connection?.Remote ?? known?.Best?.Address,
            Direction = connection?.Direction,
            ConnectedSince = connection?.OpenedAt,
            BytesSent = (known?.BytesSent ?? 0) + (now?.Sent ?? 0),
            BytesReceived = (known?.BytesReceived ?? 0) + (now?.Received ?? 0),
            LastSeen = Later(known?.LastSeen, now?.LastSeen),
            Reputation = Math.Round(known?.Reputation.ScoreAt(at, policy) ?? 0, 2),
            RoundTripTime = now?.RoundTripTime,
            Agent = connection?.Introduction?.Agent,

            // Who dialled in and was seen on the local network then, or is now, was found there.
            Source = known is { Source: not PeerSource.Inbound } ? known.Source : connection?.Source ?? known!.Source,
            Protected = known is { Manual: true } || connection is { Claim: not Claim.None },
        };

    public static PeerDetails Details(KnownPeer known, PeerInfo info, DateTimeOffset at) => new(
        info,
        [.. known.AddressesBestFirst.Select(a => new PeerAddressState(a.Address, a.Proven, a.LastTry, a.LastFailure))],
        known.FirstSeen,
        known.IsBanned(at) ? known.Ban!.Until : null,
        known.IsRemoved(at) ? known.RemovedUntil : null);

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;
}
