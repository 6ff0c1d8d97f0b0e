using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using static Meshara.Actors.Discovery.LanDiscoveryProtocol;

namespace Meshara.Actors.Discovery;

/// <summary>What an mDNS discovery is made of.</summary>
/// <param name="Service">What the node says of itself.</param>
/// <param name="Listen">Where the node listens: on a specific address, others are not announced.</param>
/// <param name="Interval">Between two questions to the LAN.</param>
/// <param name="MaxSightingsPerMinute">More are not told to the node.</param>
internal sealed record MdnsParts(
    IMdnsNetwork Network, Service Service, IPAddress Listen, TimeSpan Interval, int MaxSightingsPerMinute, NodeClock Clock, int Seed);

/// <summary>
/// Runs the mDNS engine: gives it packets, interfaces and time, sends what it wants sent, and tells the node of other nodes. The
/// engine knows of names and records alone; what they mean is judged here.
/// </summary>
internal sealed class MdnsDiscovery : ReceiveActor, IWithTimers
{
    /// <summary>Inputs that are taken at a time, so that a flood leaves room for other messages.</summary>
    private const int Batch = 64;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly MdnsParts _parts;
    private readonly MdnsEngine _engine;
    private RateLimit _sightings;
    private readonly Dictionary<DomainName, NodeId> _told = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public MdnsDiscovery(MdnsParts parts)
    {
        _parts = parts;
        _engine = new MdnsEngine(parts.Interval, new Random(parts.Seed));
        _sightings = PerMinute(parts.MaxSightingsPerMinute);

        Receive<Readable>(readable => readable.More, _ => OnReadable());
        Receive<Readable>(_ => Context.Stop(Self));
        Receive<Due>(_ =>
        {
            _engine.Advance(Now);
            CarryOut();
        });
        Receive<Verify>(verify =>
        {
            foreach (var name in _told.Where(t => t.Value == verify.Peer).Select(t => t.Key))
            {
                _engine.Verify(name, Now);
            }

            CarryOut();
        });
        Receive<SetPace>(pace =>
        {
            _sightings = PerMinute(pace.MaxSightingsPerMinute);
            _engine.Pace(pace.Interval, Now);
            CarryOut();
        });
        Receive<List>(_ => Sender.Tell(new Seen([.. Everybody()])));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _parts.Clock.Elapsed;

    public static Props Props(MdnsParts parts, string dispatcher) =>
        Akka.Actor.Props.Create(() => new MdnsDiscovery(parts)).WithDispatcher(dispatcher);

    protected override void PreStart()
    {
        Use(_parts.Network.Interfaces);
        _engine.Browse(Advertisement.ServiceType, Now);
        _engine.Publish(_parts.Service, Now);
        CarryOut();
        Await();
    }

    protected override void PostStop()
    {
        _engine.Unpublish();
        foreach (var send in _engine.TakeOutputs().OfType<EngineOutput.Send>())
        {
            MdnsSender.Send(_parts.Network, send);
        }

        _ = _parts.Network.DisposeAsync().AsTask();
        base.PostStop();
    }

    private static RateLimit PerMinute(int most) => new(most / 60.0, most);

    private static async Task<Readable> WhenReadable(IMdnsNetwork network) =>
        new(await network.Inputs.WaitToReadAsync().ConfigureAwait(false));

    private void Await() => WhenReadable(_parts.Network).PipeTo(Self);

    private void OnReadable()
    {
        for (var i = 0; i < Batch && _parts.Network.Inputs.TryRead(out var input); i++)
        {
            switch (input)
            {
                case NetworkInput.Received received:
                    _engine.Hear(received.Datagram, Now);
                    break;
                case NetworkInput.InterfacesChanged changed:
                    Use(changed.Interfaces);
                    break;
            }
        }

        CarryOut();
        Await();
    }

    /// <summary>Where the node does not listen, nothing is announced; others are found there all the same.</summary>
    private void Use(ImmutableArray<MdnsInterface> interfaces) => _engine.Use(
        [.. interfaces.Select(i => i with { Addresses = [.. i.Addresses.Where(IsListening)] })], Now);

    private bool IsListening(IPAddress address) =>
        _parts.Listen.Equals(IPAddress.IPv6Any)
        || (_parts.Listen.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork)
        || _parts.Listen.Equals(address);

    private void CarryOut()
    {
        foreach (var output in _engine.TakeOutputs())
        {
            switch (output)
            {
                case EngineOutput.Send send:
                    MdnsSender.Send(_parts.Network, send);
                    break;
                case EngineOutput.Found found:
                    OnFound(found.Sighting);
                    break;
                case EngineOutput.Lost lost:
                    Forget(lost.Name);
                    break;
                case EngineOutput.Renamed renamed:
                    _log.Warning("Another host on the network has the name of this node; it is published as {0}.", renamed.Service.Name);
                    break;
            }
        }

        if (_engine.Due is { } due)
        {
            var wait = due - Now;
            Timers.StartSingleTimer(Due.Instance, Due.Instance, wait > ShortestWait ? wait : ShortestWait);
        }
    }

    private void OnFound(Sighting sighting)
    {
        if (!Advertisement.TryRead(sighting, _parts.Clock.Now, Now, out var peer, out var error))
        {
            Forget(sighting.Name);
            Context.Parent.Tell(new Disbelieved(
                sighting.Addresses.IsEmpty ? null : PeerAddress.Of(sighting.Addresses[0], sighting.Port), Reason.ProtocolError, error));
            return;
        }

        if (_told.TryGetValue(sighting.Name, out var before) && before != peer.Id)
        {
            Forget(sighting.Name);
        }

        if (_sightings.TryTake(Now))
        {
            _told[sighting.Name] = peer.Id;
            Context.Parent.Tell(new Sighted(peer));
        }
    }

    private void Forget(DomainName name)
    {
        // One node may be seen under two names for a while, its old and its new one.
        if (_told.Remove(name, out var peer) && !_told.ContainsValue(peer))
        {
            Context.Parent.Tell(new Gone(peer));
        }
    }

    private IEnumerable<LanPeer> Everybody()
    {
        foreach (var sighting in _engine.Sightings)
        {
            if (Advertisement.TryRead(sighting, _parts.Clock.Now, Now, out var peer, out _))
            {
                yield return peer;
            }
        }
    }

    private sealed record Readable(bool More) : IDeadLetterSuppression;

    private sealed record Due
    {
        public static readonly Due Instance = new();
    }
}
