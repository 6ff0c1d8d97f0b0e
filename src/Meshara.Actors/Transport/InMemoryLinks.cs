using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>Both ends of one in-memory connection.</summary>
internal sealed class InMemoryLinks
{
    private readonly MemoryPipe _there = new(), _back = new();
    private readonly IPAddress _from, _to;
    private readonly Action<InMemoryLinks> _closed;
    private int _open = 2;

    /// <param name="closed">Called once, when both ends have been disposed of.</param>
    public InMemoryLinks(IPEndPoint from, PublicKey fromKey, IPEndPoint to, PublicKey toKey, Action<InMemoryLinks> closed)
    {
        (_from, _to, _closed) = (from.Address, to.Address, closed);
        Dialled = new Link(toKey, PeerAddress.Of(to), new DuplexStream(_back, _there, EndClosed));
        Accepted = new Link(fromKey, PeerAddress.Of(from), new DuplexStream(_there, _back, EndClosed));
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
        _there.Break("The connection was reset.");
        _back.Break("The connection was reset.");
    }

    private void EndClosed()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
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
