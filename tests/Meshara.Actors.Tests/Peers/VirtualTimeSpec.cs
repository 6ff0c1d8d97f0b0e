using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;

namespace Meshara.Actors.Tests.Peers;

/// <summary>
/// Actors of a node on virtual time and an in-memory network, all on the thread of the test: when a call returns, all that it causes
/// has happened, but for what waits for <see cref="Pass"/>.
/// </summary>
public abstract class VirtualTimeSpec : TestKit
{
    private const string Dispatcher = "akka.test.calling-thread-dispatcher";

    private protected VirtualTimeSpec()
        : base("""
            akka.loglevel = WARNING
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.test.single-expect-default = 10s
            """)
    {
    }

    private protected static IPAddress AlicesHost { get; } = IPAddress.Parse("10.0.0.1");

    private protected static IPAddress BobsHost { get; } = IPAddress.Parse("10.0.0.2");

    private protected InMemoryNetwork Network { get; } = new();

    private protected TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    private protected MesharaSettings Settings { get; set; } = new() { Dispatcher = Dispatcher };

    /// <summary>Time goes on, a step at a time: a timer that is armed by another one would be late otherwise.</summary>
    private protected void Pass(TimeSpan time, TimeSpan? step = null)
    {
        var by = step ?? TimeSpan.FromMilliseconds(100);
        for (var passed = TimeSpan.Zero; passed < time; passed += by)
        {
            Scheduler.Advance(by < time - passed ? by : time - passed);
        }
    }

    private protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>
    /// Starts an actor and waits until it runs, or has ended already: the guardian of an actor system starts the topmost on a thread of its own.
    /// </summary>
    private protected IActorRef Launch(Props props, string? name = null)
    {
        var actor = Sys.ActorOf(props, name);
        actor.Tell(new Identify(name), TestActor);
        ExpectMsg<ActorIdentity>().Subject.ShouldBeOneOf(actor, null);
        return actor;
    }

    /// <summary>What a probe has heard and nobody has looked at yet.</summary>
    private protected static IReadOnlyList<object> AllOf(TestProbe probe)
    {
        var all = new List<object>();
        while (probe.HasMessages)
        {
            all.Add(probe.ReceiveOne(TimeSpan.Zero));
        }

        return all;
    }

    private protected NodeContext ContextOf(NodeIdentity identity, IPAddress host, IPeerTransport? transport = null, int port = 7373) => new(
        new NodeDescription(identity.Id, identity.PublicKey, [PeerAddress.Of(host, port)], "/memory", Settings.Network),
        identity,
        Settings,
        transport ?? Network.TransportOf(identity, host),
        NodeClock.Virtual(Sys.Scheduler),
        OwnRecord.Make(identity, Settings.Network, [PeerAddress.Of(host, port)], Sys.Scheduler.Now),
        Seed: 1) { ListenPort = port };
}
