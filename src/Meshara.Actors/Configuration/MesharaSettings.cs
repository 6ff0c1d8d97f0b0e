using System.Collections.Immutable;
using Meshara.Core.Peers;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Configuration;

/// <summary>
/// The settings of one node, typed and valid. Every property is one key of <c>hocon/meshara.conf</c>, where its unit, its reason
/// and its trade-off stand; the defaults here equal the reference, which a test holds.
/// </summary>
internal sealed record MesharaSettings
{
    /// <summary><c>network</c>: nodes of different networks refuse each other; 1 to 64 characters.</summary>
    public string Network { get; init; } = "meshara";

    /// <summary><c>listen</c>: <c>auto</c> (every interface, port 7373, or a free one if that is taken), or HOST:PORT, where 0 picks a free port.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Auto;

    /// <summary><c>data</c>: the folder of the identity, the store and the lock; empty: the platform's local application data + <c>meshara</c>.</summary>
    public string Data { get; init; } = "";

    /// <summary><c>profile</c>: minimal, standard or bridge; sets the defaults of target-peers and max-peers.</summary>
    public string Profile { get; init; } = "standard";

    /// <summary><c>peers</c>: manual peers, HOST:PORT[@NODE-ID], kept connected for ever.</summary>
    public ImmutableArray<PeerTarget> Peers { get; init; } = [];

    /// <summary><c>dispatcher</c>: the id of the dispatcher that every actor of the node runs on.</summary>
    public string Dispatcher { get; init; } = "akka.actor.default-dispatcher";

    /// <summary><c>removed-for</c>: how long a removed peer is kept out, and how long a removal by the other side is honoured.</summary>
    public TimeSpan RemovedFor { get; init; } = TimeSpan.FromMinutes(10);

    public DiscoverySettings Discovery { get; init; } = new();

    public HeartbeatSettings Heartbeat { get; init; } = new();

    public Backoff Backoff { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));

    public ConnectionSettings Connection { get; init; } = new();

    public ListenerSettings Listener { get; init; } = new();

    public StoreSettings Store { get; init; } = new();

    public ReputationPolicy Reputation { get; init; } = new();

    public EventSettings Events { get; init; } = new();
}

/// <summary><c>discovery</c>.</summary>
internal sealed record DiscoverySettings
{
    /// <summary><c>enabled-methods</c>: of manual, local-mdns and bootstrap.</summary>
    public ImmutableSortedSet<string> EnabledMethods { get; init; } = ["local-mdns", "manual"];

    /// <summary><c>mdns-interval</c>: how often the LAN is asked again.</summary>
    public TimeSpan MdnsInterval { get; init; } = TimeSpan.FromSeconds(30);

    public MdnsSettings Mdns { get; init; } = new();

    /// <summary><c>bootstrap-nodes</c>: HOST:PORT[@NODE-ID].</summary>
    public ImmutableArray<PeerTarget> BootstrapNodes { get; init; } = [];

    /// <summary><c>bootstrap-retry { initial, max }</c>: how soon they are dialled again.</summary>
    public Backoff BootstrapRetry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    public ExchangeSettings Exchange { get; init; } = new();

    /// <summary><c>max-peers</c>: the most connections to peers that no person asked for.</summary>
    public int MaxPeers { get; init; } = 32;

    /// <summary><c>target-peers</c>: how many the node itself strives for.</summary>
    public int TargetPeers { get; init; } = 16;

    /// <summary>With fewer than a quarter of what it strives for a node looks for a way in, wherever it can.</summary>
    public int FewPeers() => (TargetPeers + 3) / 4;

    /// <summary>Whether the node asks others for peers, and dials those they tell of.</summary>
    public bool Bootstraps() => EnabledMethods.Contains(DiscoveryMethod.Bootstrap);
}

/// <summary><c>discovery.exchange</c>.</summary>
internal sealed record ExchangeSettings
{
    /// <summary><c>ask-interval</c>: how often a connected peer is asked for others when there is no need.</summary>
    public TimeSpan AskInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>answer-interval</c>: how often one peer is answered.</summary>
    public TimeSpan AnswerInterval { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary><c>discovery.mdns</c>.</summary>
internal sealed record MdnsSettings
{
    /// <summary><c>include-interfaces</c>: if it names any, only these are used.</summary>
    public ImmutableArray<string> IncludeInterfaces { get; init; } = [];

    /// <summary><c>exclude-interfaces</c>: these are not used, unless they are included.</summary>
    public ImmutableArray<string> ExcludeInterfaces { get; init; } = InterfaceFilter.DefaultExclude;

    /// <summary><c>max-sightings-per-minute</c>: more are not heeded.</summary>
    public int MaxSightingsPerMinute { get; init; } = 600;

    public InterfaceFilter Filter() => new(IncludeInterfaces, ExcludeInterfaces);
}

/// <summary><c>heartbeat</c>.</summary>
internal sealed record HeartbeatSettings
{
    public const string Fixed = "fixed", Adaptive = "adaptive";

    /// <summary><c>interval</c>: silence on a link after which a ping is sent.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>timeout</c>: how long the answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>detector</c>: fixed or adaptive.</summary>
    public string Detector { get; init; } = Fixed;

    /// <summary><c>acceptable-pause</c>: of the adaptive detector.</summary>
    public TimeSpan AcceptablePause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary><c>phi</c>: of the adaptive detector.</summary>
    public double Phi { get; init; } = 12;

    /// <summary>The heartbeat of a connection that opens now.</summary>
    public Heartbeat Begin(TimeSpan now) => new(Interval, Timeout, now) { Patience = Detector == Adaptive ? new Patience(AcceptablePause, Phi) : null };
}

/// <summary><c>connection</c>: the bounds of one connection.</summary>
internal sealed record ConnectionSettings
{
    /// <summary><c>handshake-timeout</c>: from the first byte of TCP to the peer's Hello.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>max-handshake-frame-size</c>, in bytes.</summary>
    public int MaxHandshakeFrameSize { get; init; } = 4 * 1024;

    /// <summary><c>max-frame-size</c>, in bytes.</summary>
    public int MaxFrameSize { get; init; } = 1024 * 1024;

    /// <summary><c>max-queued-size</c>: bytes that may wait to be sent to one peer.</summary>
    public int MaxQueuedSize { get; init; } = 4 * 1024 * 1024;

    /// <summary><c>max-queued-messages</c>: messages that may wait to be sent to one peer.</summary>
    public int MaxQueuedMessages { get; init; } = 4096;

    /// <summary><c>max-dials</c>: dials under way at one time.</summary>
    public int MaxDials { get; init; } = 32;

    /// <summary><c>goodbye-timeout</c>: how long a goodbye may take to arrive before the link is cut.</summary>
    public TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><c>max-pings-per-minute</c>: pings answered to one peer; more is a protocol violation.</summary>
    public int MaxPingsPerMinute { get; init; } = 600;

    /// <summary><c>max-receive-rate</c>: bytes a second that are read from one peer; one that sends faster is held back.</summary>
    public int MaxReceiveRate { get; init; } = 128 * 1024 * 1024;

    /// <summary><c>max-frames-per-second</c>: frames a second that are read from one peer; one that sends faster is held back.</summary>
    public int MaxFramesPerSecond { get; init; } = 500_000;
}

/// <summary><c>listener</c>: what a stranger may cost before TLS has proven anything.</summary>
internal sealed record ListenerSettings
{
    /// <summary><c>max-handshakes</c>: inbound handshakes in flight, in all.</summary>
    public int MaxHandshakes { get; init; } = 256;

    /// <summary><c>max-handshakes-per-source</c>: the same from one IPv4 address or IPv6 /64.</summary>
    public int MaxHandshakesPerSource { get; init; } = 64;

    /// <summary><c>accepts-per-second</c>: sockets accepted in a second, in all.</summary>
    public int AcceptsPerSecond { get; init; } = 100;

    /// <summary><c>accepts-per-source-per-minute</c>: sockets accepted in a minute from one IPv4 address or IPv6 /64.</summary>
    public int AcceptsPerSourcePerMinute { get; init; } = 1200;
}

/// <summary><c>store</c>.</summary>
internal sealed record StoreSettings
{
    /// <summary><c>provider</c>: SQLite.MS (a file in the data folder) or a PostgreSQL provider name of Akka.Persistence.Sql.</summary>
    public string Provider { get; init; } = "SQLite.MS";

    /// <summary><c>connection-string</c>: empty for the SQLite file <c>peers.db</c> in the data folder.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>
    /// <c>connection-string-variable</c>: the environment variable that <see cref="ConnectionString"/> was taken from, so that no
    /// file holds a password.
    /// </summary>
    public string ConnectionStringVariable { get; init; } = "";

    /// <summary><c>flush-interval</c>: the most drift (reputation, byte counts, dial results) that a power cut may cost.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>snapshot-every</c>: events between two snapshots.</summary>
    public int SnapshotEvery { get; init; } = 10_000;

    /// <summary><c>snapshot-after</c>: the age at which a snapshot is followed by another with the next write, however few the events.</summary>
    public TimeSpan SnapshotAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary><c>max-known-peers</c>: the worst are forgotten first, never a manual or banned one.</summary>
    public int MaxKnownPeers { get; init; } = 10_000;

    /// <summary><c>restart { initial, max }</c>: how soon a failed store is started again.</summary>
    public Backoff Restart { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    /// <summary>Without the connection string: it may hold a password, and settings are logged.</summary>
    public override string ToString() => $"{nameof(StoreSettings)} {{ Provider = {Provider} }}";
}

/// <summary><c>events</c>.</summary>
internal sealed record EventSettings
{
    /// <summary><c>history</c>: how many past events are kept in memory for those who ask later.</summary>
    public int History { get; init; } = 256;

    /// <summary><c>subscriber-buffer</c>: events and messages that may wait in one subscription of the API.</summary>
    public int SubscriberBuffer { get; init; } = 1024;
}
