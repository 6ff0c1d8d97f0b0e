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
/// <param name="conditions">Latency, loss and so on; null: everything arrives at once.</param>
internal sealed partial class InMemoryNetwork(NetworkConditions? conditions = null)
{
    private readonly Lock _gate = new();
    private readonly NetworkConditions? _conditions = conditions;
    private readonly Dictionary<IPEndPoint, Listening> _listeners = [];
    private readonly HashSet<(IPAddress, IPAddress)> _partitions = [];
    private readonly HashSet<InMemoryLinks> _links = [];
    private int _nextPort = 40_000;
    private ulong _dials;

    /// <summary>Connections that one of the two ends still holds.</summary>
    public int LinkCount => Locked(() => _links.Count);

    /// <summary>The network as the host at <paramref name="host"/> with this identity sees it.</summary>
    public IPeerTransport TransportOf(NodeIdentity identity, IPAddress host) => new Host(this, identity, host);

    /// <summary>From now on these two hosts do not reach each other; links between them fall silent, as on a real network.</summary>
    public void Partition(IPAddress one, IPAddress other)
    {
        var cut = Locked(() =>
        {
            _partitions.Add((one, other));
            _partitions.Add((other, one));
            return _links.Where(l => l.Join(one, other)).ToList();
        });
        cut.ForEach(l => l.Silence());
    }

    /// <summary>These two hosts reach each other again; links that fell silent stay so.</summary>
    public void Heal(IPAddress one, IPAddress other) =>
        Locked(() => _partitions.Remove((one, other)) & _partitions.Remove((other, one)));

    /// <summary>Every link and listener of the host breaks, as when its process is killed.</summary>
    public void Crash(IPAddress host)
    {
        var (links, listeners) = Locked(() => (
            _links.Where(l => l.Touch(host)).ToList(),
            _listeners.Values.Where(l => l.LocalEndPoint.Address.Equals(host)).ToList()));
        listeners.ForEach(l => l.Dispose());
        links.ForEach(l => l.Break());
    }

    private Listening Listen(Host owner, ListenAddress at) => Locked(() =>
    {
        var taken = _listeners.ContainsKey(new IPEndPoint(owner.Address, at.EndPoint.Port));
        if (taken && !at.FallsBack)
        {
            throw new TransportException(Reason.Refused, $"Port {at.EndPoint.Port} on {owner.Address} is in use by another program.");
        }

        var port = taken || at.EndPoint.Port == 0 ? _nextPort++ : at.EndPoint.Port;
        var listening = new Listening(new IPEndPoint(owner.Address, port), owner, this);
        _listeners.Add(listening.LocalEndPoint, listening);
        return listening;
    });

    private IPeerLink Dial(Host dialler, IPEndPoint to, NodeId? expected)
    {
        var (listening, links) = Locked(() =>
        {
            if (_partitions.Contains((dialler.Address, to.Address)))
            {
                throw new TransportException(Reason.Unreachable, $"{to} is cut off.");
            }

            if (!_listeners.TryGetValue(to, out var there))
            {
                throw new TransportException(Reason.Refused, $"Nobody listens at {to}.");
            }

            if (IdentityJudge.Judge(there.Owner.Identity.Id, dialler.Identity.Id, expected) is { } refusal)
            {
                throw refusal;
            }

            var from = new IPEndPoint(dialler.Address, _nextPort++);
            var made = new InMemoryLinks(from, dialler.Identity.PublicKey, to, there.Owner.Identity.PublicKey, Forget);
            _links.Add(made);
            return (there, made);
        });
        listening.Arrive(links);
        return links.Dialled;
    }

    private void Forget(InMemoryLinks links) => Locked(() => _links.Remove(links));

    private void Forget(Listening listening) => Locked(() => _listeners.Remove(listening.LocalEndPoint));

    private T Locked<T>(Func<T> look)
    {
        lock (_gate)
        {
            return look();
        }
    }

    private sealed class Host(InMemoryNetwork network, NodeIdentity identity, IPAddress address) : IPeerTransport
    {
        public NodeIdentity Identity => identity;

        public IPAddress Address { get; set; } = address;

        public Task<IPeerLink> DialAsync(PeerAddress to, NodeId? expected, CancellationToken cancellation)
        {
            if (cancellation.IsCancellationRequested)
            {
                return Task.FromCanceled<IPeerLink>(cancellation);
            }

            if (network._conditions is { } ways && to is PeerAddress.Ip far)
            {
                return network.DialAsync(ways, this, far.EndPoint, expected, cancellation);
            }

            try
            {
                return to is PeerAddress.Ip ip
                    ? Task.FromResult(network.Dial(this, ip.EndPoint, expected))
                    : throw new TransportException(Reason.NameNotFound, $"{to} has no address.");
            }
            catch (TransportException e)
            {
                return Task.FromException<IPeerLink>(e);
            }
        }

        public IPeerListener Listen(ListenAddress at) => network.Listen(this, at);
    }

    private sealed class Listening(IPEndPoint endPoint, Host owner, InMemoryNetwork network) : IPeerListener
    {
        /// <summary>Connections that wait to be accepted, as a system's backlog.</summary>
        private const int Backlog = 512;

        private readonly Channel<Inbound> _arrivals = Channel.CreateBounded<Inbound>(
            new BoundedChannelOptions(Backlog) { AllowSynchronousContinuations = true });

        public IPEndPoint LocalEndPoint { get; set; } = endPoint;

        public Host Owner => owner;

        public void Arrive(InMemoryLinks links, Task? handshake = null)
        {
            var arrived = false;
            Inline.Run(() => arrived = _arrivals.Writer.TryWrite(new Inbound(links.Accepted, handshake)));
            if (!arrived)
            {
                links.Break();
            }
        }

        public async Task<IInboundSocket> AcceptAsync(CancellationToken cancellation)
        {
            try
            {
                return await _arrivals.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(nameof(IPeerListener));
            }
        }

        public void Dispose()
        {
            network.Forget(this);
            Inline.Run(() => _arrivals.Writer.TryComplete());
            while (_arrivals.Reader.TryRead(out var waiting))
            {
                waiting.Dispose();
            }
        }
    }

    private sealed class Inbound(IPeerLink link, Task? handshake) : IInboundSocket
    {
        private bool _handedOver;

        public IPEndPoint Remote => ((PeerAddress.Ip)link.Remote).EndPoint;

        public async Task<IPeerLink> SecureAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (handshake is not null)
            {
                await handshake.WaitAsync(cancellation).ConfigureAwait(false);
            }

            _handedOver = true;
            return link;
        }

        public void Dispose()
        {
            if (!_handedOver)
            {
                link.Stream.Dispose();
            }
        }
    }
}
