using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>Both ends of one in-memory connection.</summary>
internal sealed class InMemoryLinks
{
    private readonly MemoryPipe _there = new(), _back = new();
    private readonly SlowWire? _slowThere, _slowBack;
    private readonly IPAddress _from, _to;
    private readonly Action<InMemoryLinks> _closed;
    private readonly NetworkConditions? _conditions;
    private int _open = 2;

    /// <param name="closed">Called once, when both ends have been disposed of.</param>
    public InMemoryLinks(
        IPEndPoint from, PublicKey fromKey, IPEndPoint to, PublicKey toKey, Action<InMemoryLinks> closed, NetworkConditions? conditions = null, ulong number = 0)
    {
        (_from, _to, _closed, _conditions) = (from.Address, to.Address, closed, conditions);
        if (conditions is not null)
        {
            var (there, back) = (new Chance(conditions.Seed, number * 2), new Chance(conditions.Seed, (number * 2) + 1));
            _slowThere = new SlowWire(_there, _from, _to, conditions, there) { Reset = Break };
            _slowBack = new SlowWire(_back, _to, _from, conditions, back) { Reset = Break };
        }

        Dialled = new Link(toKey, PeerAddress.Of(to), new DuplexStream(_back, (IOutgoing?)_slowThere ?? _there, EndClosed));
        Accepted = new Link(fromKey, PeerAddress.Of(from), new DuplexStream(_there, (IOutgoing?)_slowBack ?? _back, EndClosed));
    }

    public IPeerLink Dialled { get; }

    public IPeerLink Accepted { get; }

    public bool Touch(IPAddress host) => _from.Equals(host) || _to.Equals(host);

    public bool Join(IPAddress one, IPAddress other) => !one.Equals(other) && Touch(one) && Touch(other);

    public void Silence()
    {
        _there.Silence();
        _back.Silence();
    }

    public void Break()
    {
        _slowThere?.Die();
        _slowBack?.Die();
        _there.Break("The connection was reset.");
        _back.Break("The connection was reset.");
    }

    /// <summary>The process at <paramref name="host"/> is gone. Its own end breaks at once.</summary>
    /// <param name="isKnown">Its system closes the connection, and the other side hears of it; else it finds out when it next sends.</param>
    public void Lose(IPAddress host, bool isKnown)
    {
        if (_conditions is null)
        {
            Break();
            return;
        }

        var isDialler = _from.Equals(host);
        var (own, ownWire, toHost) = isDialler ? (_back, _slowThere!, _slowBack!) : (_there, _slowBack!, _slowThere!);
        toHost.IsOrphaned = true;
        if (isKnown)
        {
            ownWire.End();
        }
        else
        {
            ownWire.Die();
        }

        own.Break("The connection was reset.");
    }

    private void EndClosed()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _slowThere?.Die();
            _slowBack?.Die();
            _closed(this);
        }
    }

    private sealed class Link(PublicKey remoteKey, PeerAddress remote, DuplexStream stream) : IPeerLink
    {
        public PublicKey RemoteKey => remoteKey;

        public PeerAddress Remote => remote;

        public Stream Stream => stream;

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
