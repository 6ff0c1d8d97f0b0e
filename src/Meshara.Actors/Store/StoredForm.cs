using System.Collections.Immutable;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>Events and known peers to and from the protobuf messages that are stored.</summary>
internal static class StoredForm
{
    public static IMessage Of(IPeerStoreEvent e) => e switch
    {
        PeerLearned l => new Stored.PeerLearned { Key = Bytes(l.Key), Source = (uint)l.Source, At = Micros(l.At) },
        PeerWanted w => new Stored.PeerWanted { Peer = Bytes(w.Peer), At = Micros(w.At) },
        KeyPinned p => new Stored.KeyPinned { Peer = Bytes(p.Peer), Address = p.Address.ToString(), At = Micros(p.At) },
        AddressHeard h => new Stored.AddressHeard { Peer = Bytes(h.Peer), Address = h.Address.ToString(), At = Micros(h.At) },
        AddressTried t => new Stored.AddressTried
        {
            Peer = Bytes(t.Peer), Address = t.Address.ToString(), Failed = t.Failure is not null, Reason = (uint)(t.Failure ?? 0), At = Micros(t.At),
        },
        ReputationChanged r => new Stored.ReputationChanged
        {
            Peer = Bytes(r.Peer), Cause = (uint)r.Cause, Delta = r.Delta, Score = r.Result.Score,
            Gained = r.Result.Gained, MinuteBegan = Micros(r.Result.MinuteBegan), At = Micros(r.At),
        },
        PeerBanned b => new Stored.PeerBanned
        {
            Peer = Bytes(b.Peer), Cause = (uint)b.Cause, Until = Micros(b.Until), Count = (uint)b.Count, At = Micros(b.At),
        },
        PeerUnbanned u => new Stored.PeerUnbanned { Peer = Bytes(u.Peer), At = Micros(u.At) },
        PeerRemoved r => new Stored.PeerRemoved { Peer = Bytes(r.Peer), Until = Micros(r.Until), At = Micros(r.At) },
        PeerForgotten f => new Stored.PeerForgotten { Peer = Bytes(f.Peer), At = Micros(f.At) },
        TrafficCounted c => new Stored.TrafficCounted
        {
            Peer = Bytes(c.Peer), Sent = c.Sent, Received = c.Received, LastSeen = Micros(c.LastSeen), At = Micros(c.At),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, null),
    };

    public static PeerLearned From(Stored.PeerLearned l) => new(Key(l.Key), (PeerSource)l.Source, Time(l.At));

    public static PeerWanted From(Stored.PeerWanted w) => new(Id(w.Peer), Time(w.At));

    public static KeyPinned From(Stored.KeyPinned p) => new(Id(p.Peer), PeerAddress.Parse(p.Address), Time(p.At));

    public static AddressHeard From(Stored.AddressHeard h) => new(Id(h.Peer), PeerAddress.Parse(h.Address), Time(h.At));

    public static AddressTried From(Stored.AddressTried t) =>
        new(Id(t.Peer), PeerAddress.Parse(t.Address), t.Failed ? Reasons.FromWire(t.Reason) : null, Time(t.At));

    public static ReputationChanged From(Stored.ReputationChanged r) => new(
        Id(r.Peer), (ReputationCause)r.Cause, r.Delta, new Reputation(r.Score, Time(r.At), r.Gained, Time(r.MinuteBegan)), Time(r.At));

    public static PeerBanned From(Stored.PeerBanned b) =>
        new(Id(b.Peer), (ReputationCause)b.Cause, Time(b.Until), (int)b.Count, Time(b.At));

    public static PeerUnbanned From(Stored.PeerUnbanned u) => new(Id(u.Peer), Time(u.At));

    public static PeerRemoved From(Stored.PeerRemoved r) => new(Id(r.Peer), Time(r.Until), Time(r.At));

    public static PeerForgotten From(Stored.PeerForgotten f) => new(Id(f.Peer), Time(f.At));

    public static TrafficCounted From(Stored.TrafficCounted c) =>
        new(Id(c.Peer), c.Sent, c.Received, TimeOrNone(c.LastSeen), Time(c.At));

    public static Stored.Snapshot Of(PeerLedger ledger)
    {
        var snapshot = new Stored.Snapshot();
        snapshot.Peers.AddRange(ledger.Peers.Values.Select(Of));
        return snapshot;
    }

    public static PeerLedger From(Stored.Snapshot snapshot) => PeerLedger.Of(snapshot.Peers.Select(From));

    private static Stored.Peer Of(KnownPeer p)
    {
        var peer = new Stored.Peer
        {
            Key = Bytes(p.Key),
            Source = (uint)p.Source,
            FirstSeen = Micros(p.FirstSeen),
            Manual = p.Manual,
            LastSeen = Micros(p.LastSeen),
            Score = p.Reputation.Score,
            ScoreAt = Micros(p.Reputation.At),
            Gained = p.Reputation.Gained,
            MinuteBegan = Micros(p.Reputation.MinuteBegan),
            BannedUntil = Micros(p.Ban?.Until),
            BanCause = (uint)(p.Ban?.Cause ?? 0),
            BanCount = (uint)(p.Ban?.Count ?? 0),
            RemovedUntil = Micros(p.RemovedUntil),
            BytesSent = p.BytesSent,
            BytesReceived = p.BytesReceived,
        };
        peer.Addresses.AddRange(p.Addresses.Select(a => new Stored.KnownAddress
        {
            Address = a.Address.ToString(),
            Proven = a.Proven,
            LastTry = Micros(a.LastTry),
            Failed = a.LastFailure is not null,
            Reason = (uint)(a.LastFailure ?? 0),
            Failures = (uint)a.Failures,
        }));
        return peer;
    }

    private static KnownPeer From(Stored.Peer p)
    {
        var key = Key(p.Key);
        return new KnownPeer
        {
            Id = NodeId.Of(key),
            Key = key,
            Source = (PeerSource)p.Source,
            FirstSeen = Time(p.FirstSeen),
            Manual = p.Manual,
            LastSeen = TimeOrNone(p.LastSeen),
            Addresses = [.. p.Addresses.Select(From)],
            Reputation = new Reputation(p.Score, Time(p.ScoreAt), p.Gained, Time(p.MinuteBegan)),
            Ban = p.BanCount == 0 ? null : new Ban(Time(p.BannedUntil), (ReputationCause)p.BanCause, (int)p.BanCount),
            RemovedUntil = TimeOrNone(p.RemovedUntil),
            BytesSent = p.BytesSent,
            BytesReceived = p.BytesReceived,
        };
    }

    private static KnownAddress From(Stored.KnownAddress a) => new(
        PeerAddress.Parse(a.Address), a.Proven, TimeOrNone(a.LastTry), a.Failed ? Reasons.FromWire(a.Reason) : null, (int)a.Failures);

    private static ByteString Bytes(NodeId id) => ByteString.CopyFrom(id.ToByteArray());

    private static ByteString Bytes(PublicKey key) => ByteString.CopyFrom(key.ToByteArray());

    private static NodeId Id(ByteString bytes) => NodeId.FromBytes(bytes.Span);

    private static PublicKey Key(ByteString bytes) => PublicKey.FromBytes(bytes.Span);

    private static long Micros(DateTimeOffset? time) =>
        time is { } t ? (t.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond : 0;

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private static DateTimeOffset? TimeOrNone(long micros) => micros == 0 ? null : Time(micros);
}
