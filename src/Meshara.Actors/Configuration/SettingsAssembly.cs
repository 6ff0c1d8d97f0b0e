using System.Collections.Immutable;
using Meshara.Core.Peers;

namespace Meshara.Actors.Configuration;

/// <summary>
/// What is allowed for each key. The bounds are wide: they stop what cannot work or was surely meant otherwise, such as a
/// timeout of a year, not what is unusual.
/// </summary>
internal sealed class SettingsAssembly(SettingsReader reader)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    private static readonly string[] Methods = [DiscoveryMethod.Manual, DiscoveryMethod.LocalMdns, DiscoveryMethod.Bootstrap];

    public MesharaSettings Assemble() => new()
    {
        Network = reader.Text(
            "network", t => t.Length is > 0 and <= 64 && !t.Any(char.IsControl), "must be 1 to 64 characters, none of them a control character"),
        Listen = reader.Parsed<ListenAddress>("listen", ListenAddress.TryParse, ListenAddress.Auto, "must be auto or IP:PORT"),
        Data = reader.Text("data", t => !t.Any(char.IsControl), "must be a folder, or empty"),
        Profile = reader.Text("profile", EmbeddedHocon.Profiles.ContainsKey, "must be minimal, standard or bridge"),
        Peers = reader.List<PeerTarget>("peers", PeerTarget.TryParse, most: 1024, "HOST:PORT[@NODE-ID] in double quotes"),
        Dispatcher = reader.Text("dispatcher", t => t.Trim().Length > 0, "must be the id of a dispatcher"),
        RemovedFor = reader.Duration("removed-for", Second, 365 * Day),
        Discovery = Discovery(),
        Heartbeat = new HeartbeatSettings
        {
            Interval = reader.Duration("heartbeat.interval", 10 * Tick, Hour),
            Timeout = reader.Duration("heartbeat.timeout", 10 * Tick, 10 * Minute),
            Detector = reader.Text("heartbeat.detector", t => t is HeartbeatSettings.Fixed or HeartbeatSettings.Adaptive, "must be fixed or adaptive"),
            AcceptablePause = reader.Duration("heartbeat.acceptable-pause", Tick, Minute),
            Phi = reader.Real("heartbeat.phi", 1, 100),
        },
        Backoff = Backoff("backoff"),
        Connection = Connection(),
        Listener = new ListenerSettings
        {
            MaxHandshakes = reader.Integer("listener.max-handshakes", 1, 65_536),
            MaxHandshakesPerSource = reader.Integer("listener.max-handshakes-per-source", 1, 65_536),
            AcceptsPerSecond = reader.Integer("listener.accepts-per-second", 1, 100_000),
            AcceptsPerSourcePerMinute = reader.Integer("listener.accepts-per-source-per-minute", 60, 6_000_000),
        },
        Store = Store(),
        Reputation = Reputation(),
        Events = new EventSettings
        {
            History = reader.Integer("events.history", 0, 100_000),
            SubscriberBuffer = reader.Integer("events.subscriber-buffer", 1, 1_000_000),
        },
    };

    private DiscoverySettings Discovery()
    {
        var discovery = new DiscoverySettings
        {
            EnabledMethods =
                [.. reader.List<string>("discovery.enabled-methods", TryMethod, most: 16, "one of manual, local-mdns and bootstrap")],
            MdnsInterval = reader.Duration("discovery.mdns-interval", Second, Hour),
            Mdns = new MdnsSettings
            {
                IncludeInterfaces = Interfaces("discovery.mdns.include-interfaces"),
                ExcludeInterfaces = Interfaces("discovery.mdns.exclude-interfaces"),
                MaxSightingsPerMinute = reader.Integer("discovery.mdns.max-sightings-per-minute", 1, 100_000),
            },
            BootstrapNodes = reader.List<PeerTarget>(
                "discovery.bootstrap-nodes", PeerTarget.TryParse, most: 256, "HOST:PORT[@NODE-ID] in double quotes"),
            BootstrapRetry = Backoff("discovery.bootstrap-retry"),
            Exchange = new ExchangeSettings
            {
                AskInterval = reader.Duration("discovery.exchange.ask-interval", Minute, Day),
                AnswerInterval = reader.Duration("discovery.exchange.answer-interval", Second, Hour),
            },
            MaxPeers = reader.Integer("discovery.max-peers", 0, 10_000),
            TargetPeers = reader.Integer("discovery.target-peers", 0, 10_000),
        };
        reader.Require(discovery.TargetPeers <= discovery.MaxPeers, "discovery.target-peers", "discovery.max-peers", "at most");
        return discovery;
    }

    private ConnectionSettings Connection()
    {
        var connection = new ConnectionSettings
        {
            HandshakeTimeout = reader.Duration("connection.handshake-timeout", 10 * Tick, 5 * Minute),
            MaxHandshakeFrameSize = reader.Size("connection.max-handshake-frame-size", 2 * KiB, MiB),
            MaxFrameSize = reader.Size("connection.max-frame-size", 4 * KiB, 64 * MiB),
            MaxQueuedSize = reader.Size("connection.max-queued-size", 4 * KiB, 1024 * MiB),
            MaxQueuedMessages = reader.Integer("connection.max-queued-messages", 1, 1_000_000),
            MaxDials = reader.Integer("connection.max-dials", 1, 1024),
            GoodbyeTimeout = reader.Duration("connection.goodbye-timeout", Tick, 10 * Second),
            MaxPingsPerMinute = reader.Integer("connection.max-pings-per-minute", 1, 100_000),
            MaxReceiveRate = reader.Size("connection.max-receive-rate", 4 * KiB, 1024 * MiB),
            MaxFramesPerSecond = reader.Integer("connection.max-frames-per-second", 10, 10_000_000),
        };
        reader.Require(
            connection.MaxHandshakeFrameSize <= connection.MaxFrameSize,
            "connection.max-handshake-frame-size", "connection.max-frame-size", "at most");
        reader.Require(
            connection.MaxQueuedSize >= connection.MaxFrameSize, "connection.max-queued-size", "connection.max-frame-size", "at least");
        reader.Require(
            connection.MaxReceiveRate >= connection.MaxFrameSize, "connection.max-receive-rate", "connection.max-frame-size", "at least");
        return connection;
    }

    private StoreSettings Store() => new()
    {
        Provider = reader.Text("store.provider", IsProvider, "must be SQLite.MS, or PostgreSQL with or without a version, such as PostgreSQL.15"),
        ConnectionString = reader.Text("store.connection-string", _ => true, "must be a connection string of the provider, or empty"),
        ConnectionStringVariable = reader.Text(
            "store.connection-string-variable",
            t => !t.Any(c => char.IsWhiteSpace(c) || c == '='),
            "must be the name of an environment variable, or empty"),
        FlushInterval = reader.Duration("store.flush-interval", Tick, Minute),
        SnapshotEvery = reader.Integer("store.snapshot-every", 10, 1_000_000),
        SnapshotAfter = reader.Duration("store.snapshot-after", Minute, 365 * Day),
        MaxKnownPeers = reader.Integer("store.max-known-peers", 16, 1_000_000),
        Restart = Backoff("store.restart"),
    };

    private ReputationPolicy Reputation()
    {
        var policy = new ReputationPolicy
        {
            HalfLife = reader.Duration("reputation.half-life", Second, 30 * Day),
            DisconnectBelow = reader.Real("reputation.disconnect-below", -100, 0),
            BanBelow = reader.Real("reputation.ban-below", -100, 0),
            BanFor = reader.Duration("reputation.ban-for", Second, 365 * Day),
            BanForAtMost = reader.Duration("reputation.ban-for-at-most", Second, 3650 * Day),
            MessageDelivered = reader.Real("reputation.message-delivered", 0, 100),
            VerificationFailed = reader.Real("reputation.verification-failed", -100, 0),
            Timeout = reader.Real("reputation.timeout", -100, 0),
            ConnectionLost = reader.Real("reputation.connection-lost", -100, 0),
            RateExceeded = reader.Real("reputation.rate-exceeded", -100, 0),
            Unsolicited = reader.Real("reputation.unsolicited", -100, 0),
            UselessRecords = reader.Real("reputation.useless-records", -100, 0),
            GainPerMinute = reader.Real("reputation.gain-per-minute", 0, 100),
        };
        reader.Require(policy.BanBelow <= policy.DisconnectBelow, "reputation.ban-below", "reputation.disconnect-below", "at most");
        reader.Require(policy.BanForAtMost >= policy.BanFor, "reputation.ban-for-at-most", "reputation.ban-for", "at least");
        return policy;
    }

    private Backoff Backoff(string key)
    {
        var backoff = new Backoff(reader.Duration($"{key}.initial", Tick, Hour), reader.Duration($"{key}.max", Tick, Day));
        reader.Require(backoff.Initial <= backoff.Max, $"{key}.max", $"{key}.initial", "at least");
        return backoff;
    }

    private ImmutableArray<string> Interfaces(string key) =>
        reader.List<string>(key, TryInterface, most: 64, "the name of an interface, with * and ?, or an address of it, in double quotes");

    private static bool TryInterface(string text, out string? name, out string? error)
    {
        name = text.Length is > 0 and <= 64 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? text : null;
        error = null;
        return name is not null;
    }

    private static bool TryMethod(string text, out string? method, out string? error)
    {
        method = Methods.Contains(text) ? text : null;
        error = null;
        return method is not null;
    }

    private static bool IsProvider(string name)
    {
        const string PostgreSql = "PostgreSQL";
        return name == "SQLite.MS"
            || (name.StartsWith(PostgreSql, StringComparison.Ordinal)
                && (name.Length == PostgreSql.Length || (name[PostgreSql.Length] == '.' && Version(name[(PostgreSql.Length + 1)..]))));

        static bool Version(string text) => text.Length is > 0 and <= 8 && text.All(c => char.IsAsciiDigit(c) || c == '.');
    }
}
