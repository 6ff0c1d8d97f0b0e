using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Hosting;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Peers.Reachability;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Actors;

/// <summary>
/// The door to a node: add, remove and list peers, send and receive, subscribe. Safe to use from any thread. It can be held
/// before the node has started; a call then waits for the start (or fails with what the start failed with).
/// </summary>
public sealed partial class Mesh
{
    /// <summary>The name of a node, of its actor and of its block of HOCON, when nobody says otherwise.</summary>
    public const string DefaultName = "meshara";

    /// <summary>The longest name of a channel, in bytes of UTF-8.</summary>
    public const int MaxChannelLength = 64;

    /// <summary>An answer that involves only this process and its disk takes no longer, or will not come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A store that has not read its events by then will not: the start fails.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system;
    private readonly string _name;
    private readonly TaskCompletionSource<Started> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _starting;

    internal Mesh(ActorSystem system, string name) => (_system, _name) = (system, name);

    /// <summary>Starts a node in <paramref name="system"/>, as the actor <c>/user/NAME</c>, configured by the HOCON block NAME.</summary>
    /// <param name="system">The host's actor system; nothing of its own set-up is changed.</param>
    /// <param name="name">The name; two nodes in one system need two names and two data folders.</param>
    /// <param name="overrides">HOCON that goes before that of the system; its top key is <paramref name="name"/> too.</param>
    /// <exception cref="MesharaStartException">A setting is invalid, the data folder is in use or damaged, the port is taken, ...</exception>
    public static Task<Mesh> StartAsync(ActorSystem system, string name = DefaultName, Config? overrides = null) =>
        StartWithAsync(system, name, () => MesharaConfiguration.Load(system.Settings.Config, name, overrides));

    /// <summary>The node of that name in <paramref name="system"/>, started already or about to be.</summary>
    public static Mesh Get(ActorSystem system, string name = DefaultName) => MeshNodes.Of(system)[name];

    /// <summary>Completes when the node listens.</summary>
    /// <exception cref="MesharaStartException">It could not be started.</exception>
    public async Task<NodeDescription> ReadyAsync(CancellationToken cancellation = default) =>
        (await StartedAsync(cancellation).ConfigureAwait(false)).Node;

    /// <summary>Dials a peer, proves it, and keeps it connected for ever. Completes when it is connected and that is durable.</summary>
    /// <param name="address">Where.</param>
    /// <param name="expectedKey">Who must be there; another one is refused. Null: whoever answers the first time is pinned.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="MeshException">unreachable, refused, key-mismatch, wrong-network, self-connection, handshake-timeout, ...</exception>
    public Task<AddedPeer> AddPeerAsync(PeerAddress address, PublicKey? expectedKey = null, CancellationToken cancellation = default) =>
        AddPeerAsync(new PeerTarget(address, expectedKey is { } key ? NodeId.Of(key) : null), cancellation);

    /// <summary>The same with the expected peer's id.</summary>
    /// <exception cref="MeshException">As above.</exception>
    public Task<AddedPeer> AddPeerAsync(PeerTarget target, CancellationToken cancellation = default) =>
        AskAsync<AddedPeer>(new MeshProtocol.Add(target), cancellation);

    /// <summary>Says goodbye to a peer, forgets it as a manual one, and keeps it out for <c>removed-for</c>. Durable when it completes.</summary>
    /// <exception cref="MeshException">unknown-peer; store-unavailable.</exception>
    public Task RemovePeerAsync(NodeId peer, CancellationToken cancellation = default) =>
        AskAsync<MeshProtocol.Removed>(new MeshProtocol.Remove(peer), cancellation);

    /// <summary>The connected peers, ordered by id.</summary>
    public async Task<ImmutableArray<PeerInfo>> ListPeersAsync(CancellationToken cancellation = default) =>
        (await AskAsync<MeshProtocol.PeerList>(new MeshProtocol.List(Known: false), cancellation).ConfigureAwait(false)).Peers;

    /// <summary>Every peer that is known, connected or not, ordered by id.</summary>
    public async Task<ImmutableArray<PeerInfo>> ListKnownPeersAsync(CancellationToken cancellation = default) =>
        (await AskAsync<MeshProtocol.PeerList>(new MeshProtocol.List(Known: true), cancellation).ConfigureAwait(false)).Peers;

    /// <summary>One known peer, with all its addresses.</summary>
    /// <exception cref="MeshException">unknown-peer.</exception>
    public Task<PeerDetails> GetPeerAsync(NodeId peer, CancellationToken cancellation = default) =>
        AskAsync<PeerDetails>(new MeshProtocol.Show(peer), cancellation);

    /// <summary>The nodes that are on the local network now (mDNS), ordered by id; none without the method <c>local-mdns</c>.</summary>
    public async Task<ImmutableArray<LanNode>> DiscoverAsync(CancellationToken cancellation = default)
    {
        var seen = await AskAsync<LanDiscoveryProtocol.Seen>(new MeshProtocol.Discover(), cancellation).ConfigureAwait(false);
        var connected = (await ListPeersAsync(cancellation).ConfigureAwait(false)).Select(p => p.PeerId).ToHashSet();
        return [.. seen.Peers.OrderBy(p => p.Id).Select(p => p.ToNode(connected.Contains(p.Id)))];
    }

    /// <summary>Asks a connected peer for a sign of life now; the answer is the round-trip time.</summary>
    /// <exception cref="MeshException">unknown-peer; not-connected; heartbeat-timeout.</exception>
    public async Task<TimeSpan> PingAsync(NodeId peer, CancellationToken cancellation = default)
    {
        var ping = new MeshProtocol.Ping(peer);
        var patience = (await StartedAsync(cancellation).ConfigureAwait(false)).Settings.Heartbeat.Timeout;
        try
        {
            return (await AskAsync<PeerConnectionProtocol.RoundTrip>(ping, cancellation, patience).ConfigureAwait(false)).Time;
        }
        catch (AskTimeoutException)
        {
            throw new MeshException(Reason.HeartbeatTimeout);
        }
    }

    /// <summary>The messages that arrive on <paramref name="channel"/> from now on. A reader that lags slows the senders down.</summary>
    /// <exception cref="ArgumentException">The channel's name is empty or too long.</exception>
    public async IAsyncEnumerable<PeerMessage> ReceiveAsync(
        string channel, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        CheckChannel(channel);
        var started = await StartedAsync(cancellation).ConfigureAwait(false);
        var subscription = new ReaderSubscription(channel, started.Settings.Events.SubscriberBuffer);
        started.Subscriptions.Add(subscription);
        try
        {
            await foreach (var piece in subscription.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                foreach (var message in piece)
                {
                    yield return message;
                }
            }
        }
        finally
        {
            started.Subscriptions.Remove(subscription);
        }
    }

    /// <summary>Has the messages that arrive on <paramref name="channel"/> told to an actor, as <see cref="PeerMessage"/>, until it stops.</summary>
    /// <exception cref="ArgumentException">The channel's name is empty or too long.</exception>
    public async Task SubscribeAsync(string channel, IActorRef subscriber, CancellationToken cancellation = default)
    {
        CheckChannel(channel);
        var started = await StartedAsync(cancellation).ConfigureAwait(false);
        var subscription = new ActorSubscription(channel, subscriber);
        started.Subscriptions.Add(subscription);
        started.Child("subscribers").Tell(subscription);
    }

    /// <summary>What happens from now on; <paramref name="history"/> starts with what is remembered of the past. A reader that lags loses the oldest.</summary>
    public async IAsyncEnumerable<MeshEvent> EventsAsync(
        bool history = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var started = await StartedAsync(cancellation).ConfigureAwait(false);
        var buffer = Channel.CreateBounded<MeshEvent>(
            new BoundedChannelOptions(started.Settings.Events.SubscriberBuffer) { FullMode = BoundedChannelFullMode.DropOldest });
        started.Child("events").Tell(new EventFeed.Subscribe(buffer.Writer, history));
        try
        {
            await foreach (var e in buffer.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return e;
            }
        }
        finally
        {
            buffer.Writer.TryComplete();
        }
    }

    /// <summary>Has every event from now on told to an actor, as <see cref="MeshEvent"/>, until it stops.</summary>
    public async Task SubscribeToEventsAsync(IActorRef subscriber, CancellationToken cancellation = default) =>
        (await StartedAsync(cancellation).ConfigureAwait(false)).Child("events").Tell(new EventFeed.SubscribeActor(subscriber));

    /// <summary>The events that are remembered, oldest first.</summary>
    public async Task<ImmutableArray<MeshEvent>> RecentEventsAsync(CancellationToken cancellation = default)
    {
        var events = (await StartedAsync(cancellation).ConfigureAwait(false)).Child("events");
        return await events.Ask<ImmutableArray<MeshEvent>>(new EventFeed.Recent(), Patience, cancellation).ConfigureAwait(false);
    }

    /// <summary>How the node is.</summary>
    public Task<MeshStatus> StatusAsync(CancellationToken cancellation = default) =>
        AskAsync<MeshStatus>(new MeshProtocol.Status(), cancellation);

    /// <summary>Whether anything is wrong with the node, why, and what to do: one finding of each check.</summary>
    public Task<MeshHealth> HealthAsync(CancellationToken cancellation = default) =>
        AskAsync<MeshHealth>(new MeshProtocol.Health(), cancellation);

    /// <summary>
    /// Looks at the network of the node: its interfaces, whether it answers itself, whether peers that dial back reach it, whether the bootstrap
    /// nodes answer, how the clock is. Takes up to 15 s; who asks meanwhile gets the same answer. A peer dials back once a minute at most:
    /// before that its last answer is told again, with its age.
    /// </summary>
    public Task<MeshNetcheck> NetcheckAsync(CancellationToken cancellation = default) =>
        AskAsync<MeshNetcheck>(new NetcheckProtocol.Run(), cancellation);

    /// <summary>Stops the node and all that it started: goodbye to peers, the store flushed, the lock released. The host's system goes on.</summary>
    public async Task StopAsync()
    {
        if (Volatile.Read(ref _starting) == 0)
        {
            return;
        }

        var started = await _started.Task.ConfigureAwait(false);
        await started.Supervisor.GracefulStop(Patience, new MeshProtocol.Stop()).ConfigureAwait(false);
        MeshNodes.Of(_system).Forget(_name, this);
    }

    /// <summary>For a program that has read the settings itself.</summary>
    internal static async Task<Mesh> StartWithAsync(ActorSystem system, string name, Func<MesharaSettings> load)
    {
        var mesh = Get(system, name);
        if (Interlocked.Exchange(ref mesh._starting, 1) == 1)
        {
            throw new MesharaStartException($"The actor system has a node named {name} already; give the second one another name.");
        }

        try
        {
            var settings = load();
            var (supervisor, node) = NodeStart.Start(system, name, settings);
            var answer = await supervisor.Ask<object>(new MeshProtocol.WhenReady(), StartPatience).ConfigureAwait(false);
            if (answer is MeshProtocol.StartFailed failed)
            {
                throw new MesharaStartException(failed.Message);
            }

            mesh._started.SetResult(new Started(system, supervisor, node));
            CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, $"stop-{name}", async () =>
            {
                await mesh.StopAsync().ConfigureAwait(false);
                return Akka.Done.Instance;
            });
            return mesh;
        }
        catch (Exception e)
        {
            mesh._started.SetException(e);
            _ = mesh._started.Task.Exception;
            MeshNodes.Of(system).Forget(name, mesh);
            throw;
        }
    }

    private static void CheckChannel(string channel)
    {
        if (Encoding.UTF8.GetByteCount(channel) is 0 or > MaxChannelLength)
        {
            throw new ArgumentException($"A channel's name has 1 to {MaxChannelLength} bytes of UTF-8.", nameof(channel));
        }
    }

    private Task<Started> StartedAsync(CancellationToken cancellation) => _started.Task.WaitAsync(cancellation);

    private async Task<T> AskAsync<T>(object question, CancellationToken cancellation, TimeSpan? patience = null) =>
        await AskAsync(question, cancellation, patience).ConfigureAwait(false) switch
        {
            T answer => answer,
            MeshProtocol.Failed failed => throw new MeshException(failed.Reason, failed.Detail),
            var other => throw new InvalidOperationException($"{question} was answered with {other}."),
        };

    private async Task<object> AskAsync(object question, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var started = await StartedAsync(cancellation).ConfigureAwait(false);
        return await started.Supervisor.Ask<object>(question, patience ?? Patience, cancellation).ConfigureAwait(false);
    }

    private sealed class Started(ActorSystem system, IActorRef supervisor, NodeContext node)
    {
        private volatile MesharaSettings _settings = node.Settings;

        public IActorRef Supervisor { get; } = supervisor;

        public NodeDescription Node { get; } = node.Node;

        public Outboxes Outboxes { get; } = node.Outboxes;

        public Subscriptions Subscriptions { get; } = node.Subscriptions;

        public MesharaSettings Settings { get => _settings; set => _settings = value; }

        public ActorSelection Child(string name) => system.ActorSelection(Supervisor.Path / name);
    }
}
