using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Store;

/// <summary>What a node chooses from that knows so many peers: some proven, some only heard of.</summary>
internal sealed class KnownWorld
{
    private const int Wanted = 16;

    private readonly Dictionary<NodeId, KnownPeer> _known;
    private readonly AddressBook _book = new(new byte[32]);
    private readonly Candidates _candidates = new(new ReputationPolicy(), new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
    private readonly Random _random = new(1);

    public KnownWorld(int size)
    {
        _known = new Dictionary<NodeId, KnownPeer>(size);
        foreach (var peer in Population.Of(size, records: false))
        {
            _known.Add(peer.Id, peer);
            var address = peer.Addresses[0].Address;
            if (peer.LastSeen is not null)
            {
                _book.Prove(peer.Id, address);
            }
            else
            {
                _book.Hear(new BookEntry(peer.Id, address, AddressBook.SourceOf(peer.ToldBy!.Value, address)), _ => false);
            }
        }
    }

    public int Size => _known.Count;

    /// <summary>Sixteen to dial next.</summary>
    public object Choose()
    {
        var found = _candidates.Choose(_known, _book, [], _ => false, [], Wanted, Population.Epoch, _random);
        return found.Count == Wanted ? found : throw new InvalidOperationException($"{found.Count} were chosen.");
    }

    /// <summary>One of the address book.</summary>
    public object? Pick() => _book.Pick(_random);
}
