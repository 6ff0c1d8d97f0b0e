using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Store;

/// <summary>Which peers each address is remembered of: nearly always one. Immutable.</summary>
internal sealed class AddressIndex
{
    public static readonly AddressIndex Empty = new(HashTrie<PeerAddress, Claims>.Empty);

    private readonly HashTrie<PeerAddress, Claims> _claims;

    private AddressIndex(HashTrie<PeerAddress, Claims> claims) => _claims = claims;

    public int Count => _claims.Count;

    /// <summary>Every address, with the peers of which it is remembered.</summary>
    public IEnumerable<(PeerAddress Address, ImmutableArray<NodeId> Peers)> All => _claims.Values.Select(c => (c.Address, c.Peers));

    public static AddressIndex Of(IReadOnlyCollection<KnownPeer> peers)
    {
        var (claims, next) = (new Claims[peers.Sum(p => p.Addresses.Length)], 0);
        foreach (var peer in peers)
        {
            foreach (var known in peer.Addresses)
            {
                claims[next++] = new Claims(known.Address, peer.Id, []);
            }
        }

        return new AddressIndex(HashTrie<PeerAddress, Claims>.Of(
            claims, (one, other) => other.Peers.Aggregate(one, (both, peer) => both.With(peer))));
    }

    public ImmutableArray<NodeId> PeersAt(PeerAddress address) => _claims.TryGetValue(address, out var claims) ? claims.Peers : [];

    /// <summary>The peer was remembered with the ones, and is with the others.</summary>
    public AddressIndex Moved(NodeId peer, ImmutableArray<KnownAddress> from, ImmutableArray<KnownAddress> to)
    {
        if (from == to)
        {
            return this;
        }

        var index = _claims;
        foreach (var gone in from.Where(a => to.All(t => t.Address != a.Address)))
        {
            index = index[gone.Address].Without(peer) is { } rest ? index.SetItem(rest) : index.Remove(gone.Address);
        }

        foreach (var come in to.Where(a => from.All(f => f.Address != a.Address)))
        {
            index = index.SetItem(index.TryGetValue(come.Address, out var claims) ? claims.With(peer) : new Claims(come.Address, peer, []));
        }

        return new AddressIndex(index);
    }

    /// <summary>Who is remembered with an address: one, and seldom others.</summary>
    private sealed class Claims(PeerAddress address, NodeId first, ImmutableArray<NodeId> others) : ITrieLeaf<PeerAddress>
    {
        public PeerAddress Address => address;

        public ImmutableArray<NodeId> Peers => [first, .. others];

        PeerAddress ITrieLeaf<PeerAddress>.Key => address;

        /// <summary>The hash of an address differs from process to process; it is spread over 64 bits here (D. Knuth, multiplicative hashing).</summary>
        public static ulong HashOf(PeerAddress key) => unchecked((uint)key.GetHashCode() * 0x9E3779B97F4A7C15UL);

        public Claims With(NodeId peer) => peer == first || others.Contains(peer) ? this : new Claims(address, first, others.Add(peer));

        /// <summary>Null if nobody is left.</summary>
        public Claims? Without(NodeId peer) => peer != first ? new Claims(address, first, others.Remove(peer))
            : others.IsEmpty ? null : new Claims(address, others[0], others.RemoveAt(0));
    }
}
