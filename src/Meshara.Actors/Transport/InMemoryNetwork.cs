using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>
/// A network that is only memory, for tests and the simulation: the same seam as TLS over TCP, without sockets, encryption or
/// waiting. Hosts are IP addresses; they can be partitioned and crashed.
/// </summary>
internal sealed class InMemoryNetwork
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Listening> _listeners = [];
    private readonly HashSet<(IPAddress, IPAddress)> _partitions = [];
    private readonly List<Pair> _links = [];
    private int _nextPort = 40_000;

    /// <summary>The network as the host at <paramref name="host"/> with this identity sees it.</summary>
    public IPeerTransport TransportOf(NodeIdentity identity, IPAddress host) => new Host(this, identity, host);

    /// <summary>From now on these two hosts do not reach each other; links between them fall silent, as on a real network.</summary>
    public void Partition(IPAddress one, IPAddress other)
    {
        lock (_gate)
        {
            _partitions.Add((one, other));
            _partitions.Add((other, one));
            foreach (var link in _links.Where(l => l.Joins(one, other)))
            {
                link.Silence();
            }
        }
    }

    /// <summary>These two hosts reach each other again; links that fell silent stay so.</summary>
    public void Heal(IPAddress one, IPAddress other)
    {
        lock (_gate)
        {
            _partitions.Remove((one, other));
            _partitions.Remove((other, one));
        }
    }

    /// <summary>Every link and listener of the host breaks, as when its process is killed.</summary>
    public void Crash(IPAddress host)
    {
        lock (_gate)
        {
            foreach (var link in _links.Where(l => l.Touches(host)).ToList())
            {
                link.Break();
            }

            foreach (var endPoint in _listeners.Keys.Where(e => e.Address.Equals(host)).ToList())
            {
                _listeners.Remove(endPoint);
            }
        }
    }

    private Listening Listen(IPAddress host, int port, Host owner)
    {
        lock (_gate)
        {
            var endPoint = new IPEndPoint(host, port == 0 ? _nextPort++ : port);
            var listening = new Listening(endPoint, owner, this);
            return _listeners.TryAdd(endPoint, listening)
                ? listening
                : throw new TransportException(Reason.Refused, $"Port {port} on {host} is in use by another program.");
        }
    }

    private Link Dial(Host dialler, IPEndPoint to, NodeId? expected)
    {
        lock (_gate)
        {
            if (_partitions.Contains((dialler.Address, to.Address)))
            {
                throw new TransportException(Reason.Unreachable, $"{to} is cut off.");
            }

            if (!_listeners.TryGetValue(to, out var listening))
            {
                throw new TransportException(Reason.Refused, $"Nobody listens at {to}.");
            }

            if (expected is { } id && listening.Owner.Identity.Id != id)
            {
                throw new TransportException(Reason.KeyMismatch, $"Expected {id.ToShortString()}, found {listening.Owner.Identity.Id.ToShortString()}.");
            }

            var pair = new Pair(new IPEndPoint(dialler.Address, _nextPort++), dialler.Identity.PublicKey, to, listening.Owner.Identity.PublicKey);
            _links.Add(pair);
            listening.Arrive(pair.Accepted);
            return pair.Dialled;
        }
    }

    private sealed class Host(InMemoryNetwork network, NodeIdentity identity, IPAddress address) : IPeerTransport
    {
        public NodeIdentity Identity => identity;

        public IPAddress Address => address;

        public Task<IPeerLink> DialAsync(PeerAddress to, NodeId? expected, CancellationToken cancellation)
        {
            try
            {
                return to is PeerAddress.Ip ip
                    ? Task.FromResult<IPeerLink>(network.Dial(this, ip.EndPoint, expected))
                    : throw new TransportException(Reason.NameNotFound, $"{to} has no address.");
            }
            catch (TransportException e)
            {
                return Task.FromException<IPeerLink>(e);
            }
        }

        public IPeerListener Listen(ListenAddress at) => network.Listen(address, at.EndPoint.Port, this);
    }

    private sealed class Listening(IPEndPoint endPoint, Host owner, InMemoryNetwork network) : IPeerListener
    {
        private readonly Channel<IInboundSocket> _arrivals = Channel.CreateUnbounded<IInboundSocket>();

        public IPEndPoint LocalEndPoint => endPoint;

        public Host Owner => owner;

        public void Arrive(Link accepted) => _arrivals.Writer.TryWrite(new Inbound(accepted));

        public async Task<IInboundSocket> AcceptAsync(CancellationToken cancellation) =>
            await _arrivals.Reader.ReadAsync(cancellation).ConfigureAwait(false);

        public void Dispose()
        {
            lock (network._gate)
            {
                if (network._listeners.GetValueOrDefault(endPoint) == this)
                {
                    network._listeners.Remove(endPoint);
                }
            }
        }
    }

    private sealed class Inbound(Link link) : IInboundSocket
    {
        private bool _handedOver;

        public IPEndPoint Remote => ((PeerAddress.Ip)link.Remote).EndPoint;

        public Task<IPeerLink> SecureAsync(CancellationToken cancellation)
        {
            _handedOver = true;
            return Task.FromResult<IPeerLink>(link);
        }

        public void Dispose()
        {
            if (!_handedOver)
            {
                link.Close();
            }
        }
    }

    /// <summary>Both ends of one connection.</summary>
    private sealed class Pair
    {
        private readonly Pipe _there = new(), _back = new();
        private readonly IPAddress _from, _to;

        public Pair(IPEndPoint from, PublicKey fromKey, IPEndPoint to, PublicKey toKey)
        {
            (_from, _to) = (from.Address, to.Address);
            Dialled = new Link(toKey, PeerAddress.Of(to), _back.Reader, _there.Writer);
            Accepted = new Link(fromKey, PeerAddress.Of(from), _there.Reader, _back.Writer);
        }

        public Link Dialled { get; }

        public Link Accepted { get; }

        public bool Touches(IPAddress host) => _from.Equals(host) || _to.Equals(host);

        public bool Joins(IPAddress one, IPAddress other) => !one.Equals(other) && Touches(one) && Touches(other);

        public void Silence()
        {
            Dialled.Duplex.Silent = true;
            Accepted.Duplex.Silent = true;
        }

        public void Break()
        {
            var reset = new IOException("Connection reset.");
            _there.Writer.Complete(reset);
            _back.Writer.Complete(reset);
        }
    }

    private sealed class Link(PublicKey remoteKey, PeerAddress remote, PipeReader reader, PipeWriter writer) : IPeerLink
    {
        public PublicKey RemoteKey => remoteKey;

        public PeerAddress Remote => remote;

        public DuplexStream Duplex { get; } = new(reader, writer);

        public Stream Stream => Duplex;

        public void Close() => Duplex.Dispose();

        public ValueTask DisposeAsync() => Duplex.DisposeAsync();
    }
}
