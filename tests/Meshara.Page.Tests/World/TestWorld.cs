using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Peers;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Page.Tests.World;

/// <summary>Nodes that are real but for the disk and the wire, at addresses anywhere on the Internet, and peers around them.</summary>
internal sealed class TestWorld : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("world", ConfigurationFactory.ParseString("akka { loglevel = ERROR, log-dead-letters = off }"));
    private readonly List<LightPeer> _peers = [];
    private int _identities;

    public InMemoryNetwork Network { get; } = new();

    public MesharaSettings Settings { get; init; } = new()
    {
        Discovery = new DiscoverySettings { MaxPeers = 1000, TargetPeers = 0 },
        Listener = new ListenerSettings { AcceptsPerSecond = 100_000, MaxHandshakes = 1000 },
    };

    public static PeerAddress AddressOf(string host) => PeerAddress.Of(IPAddress.Parse(host), 7373);

    /// <summary>Starts a node at an address.</summary>
    public async Task<Mesh> StartAsync(string host = "10.0.0.1")
    {
        var (identity, ip) = (NextIdentity(), IPAddress.Parse(host));
        var node = new NodeDescription(identity.Id, identity.PublicKey, [PeerAddress.Of(ip, 7373)], "/memory", Settings.Network);
        var clock = NodeClock.Of(_system.Scheduler);
        var context = new NodeContext(
            node, identity, Settings, Network.TransportOf(identity, ip), clock, OwnRecord.Make(identity, Settings.Network, node.Listen, clock.Now), Seed: 1)
        {
            ListenPort = 7373,
        };
        var listener = context.Transport.Listen(new ListenAddress(new IPEndPoint(ip, 7373)));
        var parts = new NodeParts(
            (children, owner) => children.ActorOf(Props.Create(() => new VolatileStore(owner, new VolatileStore.Disk())), "store"),
            children => children.ActorOf(Props.Create(() => new Listener(listener, Settings.Listener)), "listener"),
            children => children.ActorOf(Props.Create(() => new LanOfNobody()), "mdns"),
            null,
            () => node.Listen,
            () => true,
            listener.Dispose);
        var supervisor = _system.ActorOf(MeshSupervisor.Props(context, parts), $"node-{host.Replace('.', '-')}");
        await supervisor.Ask<NodeDescription>(new MeshProtocol.WhenReady(), TimeSpan.FromSeconds(30));
        return Mesh.To(_system, supervisor, context);
    }

    /// <summary>A peer from <paramref name="host"/> is connected with a node.</summary>
    public async Task<LightPeer> JoinAsync(Mesh mesh, string host, NodeIdentity? identity = null, string agent = "light/1.0")
    {
        var to = (await mesh.ReadyAsync()).Listen[0];
        var peer = await LightPeer.JoinAsync(Network, identity ?? NextIdentity(), IPAddress.Parse(host), to, agent);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>So many peers, of the local network and of many others.</summary>
    public async Task<ImmutableArray<LightPeer>> CrowdAsync(Mesh mesh, int count)
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            JoinAsync(mesh, i % 5 == 0 ? $"10.0.{1 + (i / 200)}.{1 + (i % 200)}" : $"{20 + (i % 40)}.{i % 7}.{i / 8}.{1 + (i % 200)}", IdentityOf(10_000 + i))));
        return [.. peers];
    }

    /// <summary>The first node's discovery on the local network fails for good.</summary>
    public void EndLan() => _system.ActorSelection("/user/node-10-0-0-1/mdns").Tell(PoisonPill.Instance);

    /// <summary>Somebody who takes what comes and says nothing: a dial there stays under way.</summary>
    public void Hang(string host) => Network.TransportOf(NextIdentity(), IPAddress.Parse(host)).Listen(new ListenAddress(new IPEndPoint(IPAddress.Parse(host), 7373)));

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        await _system.Terminate();
    }

    private NodeIdentity NextIdentity() => IdentityOf(++_identities);

    private static NodeIdentity IdentityOf(int number)
    {
        var seed = new byte[32];
        BitConverter.TryWriteBytes(seed, number);
        return NodeIdentity.FromSeed(seed);
    }

    /// <summary>In the place of multicast DNS: it answers, and has seen nobody.</summary>
    private sealed class LanOfNobody : ReceiveActor
    {
        public LanOfNobody() => Receive<LanDiscoveryProtocol.List>(_ => Sender.Tell(new LanDiscoveryProtocol.Seen([])));
    }
}
