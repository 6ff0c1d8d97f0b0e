using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Benchmarks.Store;

/// <summary>The real peer store in a folder, with its supervisor, its plugins and an actor system of its own.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    private static readonly NodeId Node = NodeId.Of(PublicKey.FromBytes(Enumerable.Repeat((byte)0xff, 32).ToArray()));

    /// <summary>For an actor system beside a table, whose scheduler looks as often as that of <c>meshara run</c>.</summary>
    public const string Quiet = "akka { loglevel = ERROR, stdout-loglevel = OFF, scheduler.implementation = \"Meshara.Actors.Hosting.TicklessScheduler, Meshara.Actors\" }";

    private readonly DataFolder _folder;

    private RunningStore(ActorSystem system, DataFolder folder, IActorRef store, Recovered known, TimeSpan recovery) =>
        (System, _folder, Door, Known, Recovery) = (system, folder, store, known, recovery);

    public ActorSystem System { get; }

    public IActorRef Door { get; }

    /// <summary>What it knew when it had started.</summary>
    public Recovered Known { get; }

    /// <summary>From its start until it told what it knows; the runtime and the actor system ran already.</summary>
    public TimeSpan Recovery { get; }

    public static string FileIn(string folder) => Path.Combine(folder, StoreDatabase.FileName);

    public static async Task<RunningStore> StartAsync(string folder, StoreSettings settings, string hocon = "")
    {
        var config = ConfigurationFactory.ParseString(Quiet);
        var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString(hocon).WithFallback(config));
        var held = DataFolder.Open(folder);
        var plugin = StorePlugin.Register(system, "meshara", StoreDatabase.Prepare(held, settings));
        var recovered = new TaskCompletionSource<Recovered>(TaskCreationOptions.RunContinuationsAsynchronously);
        var owner = system.ActorOf(Props.Create(() => new Owner(recovered)));
        var clock = Stopwatch.StartNew();
        var store = system.ActorOf(
            PeerStoreSupervisor.Props(owner, Node, plugin, settings, new ReputationPolicy(), "akka.actor.default-dispatcher"), "store");
        var known = await recovered.Task.WaitAsync(TimeSpan.FromMinutes(2));
        return new RunningStore(system, held, store, known, clock.Elapsed);
    }

    /// <summary>Gives the commands, so many of them unanswered at a time at most; the time until the last was answered.</summary>
    public async Task<TimeSpan> KeepAsync(IReadOnlyList<IDurable> commands, int inFlight)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = Stopwatch.StartNew();
        System.ActorOf(Props.Create(() => new Asker(Door, commands, inFlight, done)));
        await done.Task.WaitAsync(TimeSpan.FromMinutes(4));
        return clock.Elapsed;
    }

    public async Task FlushAsync()
    {
        var flushed = await Door.Ask<Flushed>(new Flush(), TimeSpan.FromMinutes(4));
        if (!flushed.Everything)
        {
            throw new InvalidOperationException("The store could not write.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Door.Ask<Flushed>(new Stop(), TimeSpan.FromMinutes(2));
        await System.Terminate();
        _folder.Dispose();
    }

    private sealed class Owner : ReceiveActor
    {
        public Owner(TaskCompletionSource<Recovered> recovered)
        {
            Receive<Recovered>(known => recovered.TrySetResult(known));
            Receive<Unavailable>(u => u.Cause is not null, u => recovered.TrySetException(new InvalidOperationException($"The store {u.Cause}.")));
            ReceiveAny(_ => { });
        }
    }

    private sealed class Asker : ReceiveActor
    {
        private readonly IReadOnlyList<IDurable> _commands;
        private readonly IActorRef _store;
        private int _asked;

        public Asker(IActorRef store, IReadOnlyList<IDurable> commands, int inFlight, TaskCompletionSource done)
        {
            (_store, _commands) = (store, commands);
            var answered = 0;
            Receive<NotKept>(refused => done.TrySetException(new InvalidOperationException($"Refused: {refused.Reason}")));
            ReceiveAny(_ =>
            {
                Ask();
                if (++answered == commands.Count)
                {
                    done.TrySetResult();
                    Context.Stop(Self);
                }
            });
            for (var i = 0; i < inFlight; i++)
            {
                Ask();
            }
        }

        private void Ask()
        {
            if (_asked < _commands.Count)
            {
                _store.Tell(_commands[_asked++]);
            }
        }
    }
}
