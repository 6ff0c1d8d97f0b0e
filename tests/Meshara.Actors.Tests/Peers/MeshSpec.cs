using System.Collections.Immutable;
using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Tests.Transport;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;

namespace Meshara.Actors.Tests.Peers;

/// <summary>Whole nodes but for the disk and the sockets: several in one actor system, on virtual time and an in-memory network.</summary>
public abstract class MeshSpec : VirtualTimeSpec
{
    private int _started;

    /// <summary>A node, and what came of it so far.</summary>
    private protected sealed class Node(NodeIdentity identity, IPAddress host, VolatileStore.Disk disk)
    {
        public NodeIdentity Identity => identity;

        public NodeId Id => identity.Id;

        public IPAddress Host => host;

        public PeerAddress Address { get; } = PeerAddress.Of(host, 7373);

        /// <summary>Whether its host has an interface that is up; a spec may change it.</summary>
        public bool HasNetwork { get; set; } = true;

        /// <summary>Where it listens; a spec may change it.</summary>
        public ImmutableArray<PeerAddress> Listen { get; set; } = [PeerAddress.Of(host, 7373)];

        public VolatileStore.Disk Disk => disk;

        public IActorRef Supervisor { get; set; } = ActorRefs.Nobody;

        public TestProbe Events { get; set; } = null!;

        public bool IsReleased { get; set; }

        /// <summary>What can be measured of it; a spec that does gives it figures of a name of their own.</summary>
        public NodeFigures Figures { get; set; } = new();

        public Outboxes Outboxes { get; set; } = new();

        /// <summary>In the place of the discovery on the local network.</summary>
        public TestProbe Lan { get; set; } = null!;
    }

    /// <summary>The nodes started from now on ask each other for peers, and strive for so many.</summary>
    private protected void SeekPeers(int target = 16, int max = 32) => Settings = Settings with
    {
        Discovery = Settings.Discovery with { EnabledMethods = [DiscoveryMethod.Manual, DiscoveryMethod.Bootstrap], TargetPeers = target, MaxPeers = max },
    };

    private protected Node Start(NodeIdentity identity, IPAddress host, params Node[] configured) =>
        Start(new Node(identity, host, new VolatileStore.Disk()), configured);

    /// <summary>Starts a node, again perhaps; <paramref name="configured"/> are its manual peers.</summary>
    private protected Node Start(Node node, params Node[] configured)
    {
        Launch(node, configured);
        Tell(node, new MeshProtocol.WhenReady());
        ExpectMsg<NodeDescription>().Id.ShouldBe(node.Id);
        return node;
    }

    private protected static IPAddress HostOf(int n) => IPAddress.Parse($"10.1.0.{n}");

    /// <summary>Starts the n-th node, at <see cref="HostOf"/>, whose way into the network are those.</summary>
    private protected Node Enter(int n, params Node[] bootstrap)
    {
        var settings = Settings;
        Settings = settings with
        {
            Discovery = settings.Discovery with { BootstrapNodes = [.. bootstrap.Select(b => new PeerTarget(b.Address, null))] },
        };
        var node = Start(Identities.Numbered(n), HostOf(n));
        Settings = settings;
        return node;
    }

    /// <summary>The network as the node sees it; a spec may stand between.</summary>
    private protected virtual IPeerTransport TransportOf(Node node) => Network.TransportOf(node.Identity, node.Host);

    private protected void Launch(Node node, params Node[] configured)
    {
        var settings = Settings;
        Settings = Settings with { Peers = [.. configured.Select(p => new PeerTarget(p.Address, null))] };
        var context = ContextOf(node.Identity, node.Host, TransportOf(node)) with { Figures = node.Figures };
        Settings = settings;
        node.Outboxes = context.Outboxes;

        var listener = context.Transport.Listen(new ListenAddress(new IPEndPoint(node.Host, 7373)));
        node.IsReleased = false;
        node.Lan = CreateTestProbe($"lan-{_started + 1}");
        var parts = new NodeParts(
            (children, owner) => children.ActorOf(
                Props.Create(() => new VolatileStore(owner, node.Disk)).WithDispatcher(settings.Dispatcher), "store"),
            children => children.ActorOf(
                Props.Create(() => new Listener(listener, settings.Listener)).WithDispatcher(settings.Dispatcher), "listener"),
            _ => node.Lan,
            Bootstrap.PropsFor(context.Settings.Discovery, context.Clock, context.Seed, settings.Dispatcher) is { } bootstrap
                ? children => children.ActorOf(bootstrap, "bootstrap")
                : null,
            () => node.Listen,
            () => node.HasNetwork,
            () =>
            {
                listener.Dispose();
                node.Figures.Dispose();
                node.IsReleased = true;
            });
        node.Supervisor = Launch(MeshSupervisor.Props(context, parts), $"node-{++_started}");
        node.Events = CreateTestProbe($"events-{_started}");
        Sys.ActorSelection(node.Supervisor.Path / "events").Tell(new EventFeed.SubscribeActor(node.Events));
    }

    /// <summary>As kill -9: no goodbye, and what others sent is lost.</summary>
    private protected void Crash(Node node)
    {
        Network.Crash(node.Host);
        Watch(node.Supervisor);
        Sys.Stop(node.Supervisor);
        ExpectTerminated(node.Supervisor);
    }

    private protected void Tell(Node node, object message) => node.Supervisor.Tell(message, TestActor);

    private protected ImmutableArray<PeerInfo> PeersOf(Node node)
    {
        Tell(node, new MeshProtocol.List(Known: false));
        return ExpectMsg<MeshProtocol.PeerList>().Peers;
    }

    private protected MeshStatus StatusOf(Node node)
    {
        Tell(node, new MeshProtocol.Status());
        return ExpectMsg<MeshStatus>();
    }

    private protected AddedPeer Add(Node node, Node other)
    {
        Tell(node, new MeshProtocol.Add(new PeerTarget(other.Address, null)));
        return ExpectMsg<AddedPeer>();
    }

    /// <summary>The discovery of <paramref name="node"/> sees the other on the local network.</summary>
    private protected void Sight(Node node, Node other) => Tell(node, new LanDiscoveryProtocol.Sighted(new LanPeer(
        other.Id, other.Identity.PublicKey, "somebody", [other.Address], Scheduler.Now, Scheduler.Now + TimeSpan.FromMinutes(2))));

    private protected void Remove(Node node, NodeId peer)
    {
        Tell(node, new MeshProtocol.Remove(peer));
        ExpectMsg<MeshProtocol.Removed>();
    }

    /// <summary>The next event of that kind; those before it are passed over.</summary>
    private protected static MeshEvent Next(Node node, MeshEventKind kind) =>
        (MeshEvent)node.Events.FishForMessage(m => m is MeshEvent e && e.Kind == kind, hint: $"{kind}");

    /// <summary>No event of that kind has come since the last one that was looked at.</summary>
    private protected static void ExpectNo(Node node, MeshEventKind kind) =>
        AllOf(node.Events).ShouldAllBe(m => ((MeshEvent)m).Kind != kind);

    /// <summary>Somebody who connects and says nothing.</summary>
    private protected FarEnd Knock(Node node, NodeIdentity stranger, IPAddress from) =>
        new(Network.TransportOf(stranger, from).DialAsync(node.Address, null, default).GetAwaiter().GetResult());

    /// <summary>Somebody who speaks the protocol by hand connects and says hello.</summary>
    private protected FarEnd Greet(Node node, NodeIdentity stranger, IPAddress from)
    {
        var far = Knock(node, stranger, from);
        far.Say(FarEnd.HelloOf(stranger, port: 0));
        return far;
    }

    /// <summary>The same, who is let in.</summary>
    private protected FarEnd Join(Node node, NodeIdentity stranger, IPAddress from)
    {
        var far = Greet(node, stranger, from);
        far.Hear<Hello>();
        Pass(Seconds(0.1));
        far.Say(new Core.Wire.Envelope { Pong = new Pong { Nonce = far.Hear<Ping>().Nonce } });
        return far;
    }
}
