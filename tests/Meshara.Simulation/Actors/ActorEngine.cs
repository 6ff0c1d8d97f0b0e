using System.Buffers.Binary;
using System.Net;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Time;

namespace Meshara.Simulation.Actors;

/// <summary>
/// Whole nodes: every actor of theirs but the store's, on one thread and virtual time, with real frames over an in-memory network. Beside
/// the disk only TLS and the sockets are missing.
/// </summary>
internal sealed class ActorEngine : IEngine
{
    private readonly Scenario _scenario;
    private readonly IWitness _witness;
    private readonly ActorSystem _system;
    private readonly OneThread _thread;
    private readonly InMemoryNetwork _network;
    private readonly Dictionary<Member, Running> _running = [];
    private readonly IActorRef _root;

    public ActorEngine(Scenario scenario, IWitness witness)
    {
        (_scenario, _witness) = (scenario, witness);
        _system = ActorSystem.Create("simulation", $$"""
            akka {
              loglevel = ERROR
              stdout-loglevel = OFF
              loggers = []
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              coordinated-shutdown.run-by-clr-shutdown-hook = off
              scheduler.implementation = "{{typeof(VirtualScheduler).AssemblyQualifiedName}}"
            }
            {{OneThread.Name}} {
              type = "{{typeof(OneThreadConfigurator).AssemblyQualifiedName}}"
              throughput = 100
            }
            """);
        Time = ((VirtualScheduler)_system.Scheduler).Time;
        _thread = (OneThread)_system.Dispatchers.Lookup(OneThread.Name);
        _root = LaunchRoot(_system, _thread);
        _system.EventStream.Subscribe(
            Launch(Props.Create(() => new Ear(m => OnError((Akka.Event.Error)m))).WithDispatcher(OneThread.Name)), typeof(Akka.Event.Error));
        _network = new InMemoryNetwork(new NetworkConditions(Time.After, () => Time.Elapsed, (ulong)scenario.Seed)
        {
            Latency = scenario.Latency,
            Jitter = scenario.Jitter,
            Loss = scenario.Loss,
            Reaches = (from, to) => witness.At(from) is { } one && witness.At(to) is { } other && witness.Reaches(one, other),
            IsDiallable = host => witness.At(host) is { IsHidden: false },
            Arrived = (from, to, bytes) => witness.Arrived(witness.At(from), witness.At(to), FramesIn(bytes.Span), bytes.Length),
        });
    }

    public string Name => "actors";

    public VirtualTime Time { get; }

    public void Settle() => _thread.Drain();

    public void Start(Member member, IReadOnlyList<PeerTarget> bootstrap)
    {
        var settings = NodeSettings.Of(member, _scenario, bootstrap, OneThread.Name);
        var clock = new NodeClock(() => Time.Now + member.Skew, () => Time.Elapsed);
        var transport = _network.TransportOf(member.Identity, member.Host);
        var counted = new CountedDials(transport, () => _witness.Dialled(member));
        var listener = transport.Listen(new ListenAddress(new IPEndPoint(member.Host, Member.Port)));
        var context = new NodeContext(
            new NodeDescription(member.Id, member.Identity.PublicKey, [member.Address], "/memory", settings.Network),
            member.Identity, settings, counted, clock, OwnRecord.Make(member.Identity, settings.Network, [member.Address], clock.Now),
            member.SeedOf(_scenario.Seed)) { ListenPort = Member.Port };
        var parts = new NodeParts(
            (children, owner) => children.ActorOf(Props.Create(() => new SimulatedStore(owner, member, clock)).WithDispatcher(OneThread.Name), "store"),
            children => children.ActorOf(Props.Create(() => new Listener(listener, settings.Listener)).WithDispatcher(OneThread.Name), "listener"),
            null,
            Bootstrap.PropsFor(settings.Discovery, clock, context.Seed, OneThread.Name) is { } way ? children => children.ActorOf(way, "bootstrap") : null,
            () => [member.Address],
            () => true,
            listener.Dispose);
        var supervisor = Launch(MeshSupervisor.Props(context, parts));
        var ear = Launch(Props.Create(() => new Ear(m => OnEvent(member, m))).WithDispatcher(OneThread.Name));
        _running[member] = new Running(supervisor, ear, transport);
        _system.ActorSelection(supervisor.Path / "events").Tell(new EventFeed.SubscribeActor(ear));
    }

    public void End(Member member, Ending how)
    {
        var node = _running[member];
        _running.Remove(member);
        if (how == Ending.Goodbye)
        {
            node.Supervisor.Tell(new MeshProtocol.Stop());
        }
        else
        {
            _network.Lose(member.Host, isKnown: how == Ending.Kill);
            _system.Stop(node.Supervisor);
        }

        _system.Stop(node.Ear);
    }

    public void Move(Member member, IPAddress to) => _network.Move(_running[member].Transport, to);

    public void Ask(Member member, object question, Action<object> answer)
    {
        IActorRef ear = ActorRefs.Nobody;
        Action<object> hear = m =>
        {
            _system.Stop(ear);
            answer(m);
        };
        ear = Launch(Props.Create(() => new Ear(hear)).WithDispatcher(OneThread.Name));
        _running[member].Supervisor.Tell(question, ear);
    }

    private static int FramesIn(ReadOnlySpan<byte> bytes)
    {
        var frames = 0;
        while (bytes.Length >= sizeof(int) && BinaryPrimitives.ReadInt32BigEndian(bytes) is var size && size <= bytes.Length - sizeof(int))
        {
            bytes = bytes[(sizeof(int) + size)..];
            frames++;
        }

        return frames;
    }

    private void OnEvent(Member member, object message)
    {
        if (message is MeshEvent happened)
        {
            _witness.On(member, happened);
        }
    }

    private void OnError(Akka.Event.Error error) => _witness.Failed($"{error.LogSource}: {error.Message} {error.Cause}");

    /// <summary>
    /// The guardian of an actor system starts the topmost actors on a thread of its own; from the first one on all is on this thread.
    /// </summary>
    private static IActorRef LaunchRoot(ActorSystem system, OneThread thread)
    {
        var isUp = false;
        Action started = () => isUp = true;
        var root = system.ActorOf(Props.Create(() => new Root(started)).WithDispatcher(OneThread.Name), "fleet");
        SpinWait.SpinUntil(() =>
        {
            thread.Drain();
            return isUp;
        });
        return root;
    }

    private IActorRef Launch(Props props)
    {
        IActorRef child = ActorRefs.Nobody;
        _root.Tell(new Root.Launch(props, launched => child = launched));
        _thread.Drain();
        return child;
    }

    private sealed record Running(IActorRef Supervisor, IActorRef Ear, IPeerTransport Transport);

    /// <summary>The parent of all. A node that fails is not started again: that would hide it.</summary>
    private sealed class Root : ReceiveActor
    {
        public Root(Action isUp)
        {
            Receive<Launch>(launch => launch.Launched(Context.ActorOf(launch.Props)));
            isUp();
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

        public sealed record Launch(Props Props, Action<IActorRef> Launched);
    }

    private sealed class Ear : ReceiveActor
    {
        public Ear(Action<object> hear) => ReceiveAny(hear);
    }

    private sealed class CountedDials(IPeerTransport network, Action dialled) : IPeerTransport
    {
        public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation)
        {
            dialled();
            return network.DialAsync(address, expected, cancellation);
        }

        public IPeerListener Listen(ListenAddress address) => network.Listen(address);
    }
}
