using System.Collections.Immutable;
using Meshara.Core.Peers;

namespace Meshara.Core.Identity;

/// <summary>
/// What this node says of itself, signed once for each <see cref="Reach"/>: a public peer is not told of the addresses that this node
/// has inside its own network. Immutable; when the addresses change, or it grows old, a new one is made.
/// </summary>
internal sealed class OwnRecord
{
    private readonly ImmutableDictionary<Reach, ReadOnlyMemory<byte>> _signed;
    private readonly ulong _sequence;

    private OwnRecord(ImmutableArray<PeerAddress> addresses, ulong sequence, ImmutableDictionary<Reach, ReadOnlyMemory<byte>> signed)
    {
        (Addresses, _sequence, _signed) = (addresses, sequence, signed);
    }

    public ImmutableArray<PeerAddress> Addresses { get; }

    public DateTimeOffset MadeAt => DateTimeOffset.FromUnixTimeMilliseconds((long)_sequence);

    /// <param name="identity">Who signs.</param>
    /// <param name="network">The network that the node belongs to.</param>
    /// <param name="addresses">Where it listens, the likeliest to be dialled first.</param>
    /// <param name="now">The time, which serves as sequence number.</param>
    /// <param name="before">The record that it replaces: also where the clock went back, the new one has a higher number.</param>
    public static OwnRecord Make(
        NodeIdentity identity, string network, ImmutableArray<PeerAddress> addresses, DateTimeOffset now, OwnRecord? before = null)
    {
        var sequence = Math.Max((ulong)now.ToUnixTimeMilliseconds(), (before?._sequence ?? 0) + 1);
        var signed = new[] { Reach.Loopback, Reach.Private, Reach.Global }.ToImmutableDictionary(reach => reach, reach =>
        {
            var tellable = addresses.Where(a => PeerExchange.Crosses(AddressReach.Of(a), reach)).Take(PeerRecord.MaxAddresses);
            return new ReadOnlyMemory<byte>(
                new PeerRecord(identity.PublicKey, sequence, [.. tellable], []) { Network = network }.Sign(identity));
        });
        return new OwnRecord(addresses, sequence, signed);
    }

    /// <summary>The record for a peer whose address has that reach.</summary>
    public ReadOnlyMemory<byte> For(Reach peer) => _signed[peer switch
    {
        Reach.Loopback => Reach.Loopback,
        Reach.Link or Reach.Private => Reach.Private,
        _ => Reach.Global,
    }];
}
