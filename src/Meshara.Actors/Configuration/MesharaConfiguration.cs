using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Configuration;

/// <summary>Makes settings of HOCON: the overrides before the host's block before the profile before the reference.</summary>
internal static class MesharaConfiguration
{
    private const string TopKey = "meshara";

    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1), Year = TimeSpan.FromDays(365);

    /// <summary>The reference: <c>hocon/meshara.conf</c>, as it is embedded.</summary>
    public static Config Reference => Embedded("meshara").GetConfig(TopKey);

    /// <param name="system">The configuration of the host's actor system.</param>
    /// <param name="name">The name of the node, which is that of its block.</param>
    /// <param name="overrides">What goes before it, with the same block.</param>
    /// <param name="files">The files that the configuration came from, for saying where a bad value stands; the last rules.</param>
    /// <exception cref="MesharaStartException">A key is unknown or a value not allowed: a line for each.</exception>
    public static MesharaSettings Load(Config system, string name, Config? overrides = null, IReadOnlyList<ConfigFile>? files = null)
    {
        var own = Block(overrides, name).WithFallback(Block(system, name));
        var profile = own.GetString("profile", "standard");
        var known = profile is "minimal" or "standard" or "bridge";
        var block = own.WithFallback(Embedded(known ? profile : "standard").GetConfig(TopKey)).WithFallback(Reference);
        var reader = new SettingsReader(block, name, key => Where(files, $"{name}.{key}"));
        RefuseUnknownKeys(own, reader);
        if (!known)
        {
            reader.Refuse("profile", "minimal, standard or bridge", "");
        }

        var settings = Read(reader);
        return reader.Problems.Count == 0
            ? settings
            : throw new MesharaStartException(string.Join(Environment.NewLine, reader.Problems));
    }

    /// <summary>Reads KEY=VALUE as a person types it; the key may leave out the leading <c>meshara.</c>.</summary>
    /// <exception cref="FormatException">It is no KEY=VALUE.</exception>
    public static Config FromAssignment(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new FormatException($"'{assignment}' is no KEY=VALUE, such as heartbeat.interval=10s.");
        }

        var key = assignment[..equals].Trim();
        var value = assignment[(equals + 1)..].Trim();
        var path = key.StartsWith(TopKey + ".", StringComparison.Ordinal) ? key : $"{TopKey}.{key}";
        if (!path.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new FormatException($"'{key}' is no key, such as heartbeat.interval.");
        }

        return ConfigurationFactory.ParseString($"{path} = {(value.StartsWith('[') || value.StartsWith('{') ? value : Quote(value))}");
    }

    /// <summary>A text as a HOCON string.</summary>
    public static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static MesharaSettings Read(SettingsReader read)
    {
        var settings = new MesharaSettings
        {
            Network = Network(read),
            Listen = read.Parsed<ListenAddress>("listen", read.Text("listen"), ListenAddress.TryParse) ?? ListenAddress.Auto,
            Data = read.Text("data"),
            Profile = read.Text("profile"),
            Peers = Targets(read, "peers"),
            Dispatcher = read.Text("dispatcher"),
            RemovedFor = read.Time("removed-for", TimeSpan.Zero, Year),
            Discovery = new DiscoverySettings
            {
                EnabledMethods = Methods(read),
                MdnsInterval = read.Time("discovery.mdns-interval", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
                BootstrapNodes = Targets(read, "discovery.bootstrap-nodes"),
                MaxPeers = read.Number("discovery.max-peers", 0, 100_000),
                TargetPeers = read.Number("discovery.target-peers", 0, 100_000),
            },
            Heartbeat = new HeartbeatSettings
            {
                Interval = read.Time("heartbeat.interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
                Timeout = read.Time("heartbeat.timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            },
            Backoff = Waits(read, "backoff"),
            Connection = new ConnectionSettings
            {
                HandshakeTimeout = read.Time("connection.handshake-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
                MaxHandshakeFrameSize = read.Size("connection.max-handshake-frame-size", 2048, 1 << 20),
                MaxFrameSize = read.Size("connection.max-frame-size", 2048, 1 << 30),
                MaxQueuedSize = read.Size("connection.max-queued-size", 2048, int.MaxValue),
                MaxQueuedMessages = read.Number("connection.max-queued-messages", 1, 10_000_000),
                MaxDials = read.Number("connection.max-dials", 1, 10_000),
                GoodbyeTimeout = read.Time("connection.goodbye-timeout", Millisecond, TimeSpan.FromMinutes(1)),
                MaxPingsPerMinute = read.Number("connection.max-pings-per-minute", 1, 1_000_000),
            },
            Listener = new ListenerSettings
            {
                MaxHandshakes = read.Number("listener.max-handshakes", 1, 1_000_000),
                MaxHandshakesPerSource = read.Number("listener.max-handshakes-per-source", 1, 1_000_000),
                AcceptsPerSecond = read.Number("listener.accepts-per-second", 1, 1_000_000),
                AcceptsPerSourcePerMinute = read.Number("listener.accepts-per-source-per-minute", 60, 60_000_000),
            },
            Store = new StoreSettings
            {
                Provider = read.Text("store.provider"),
                ConnectionString = read.Text("store.connection-string"),
                FlushInterval = read.Time("store.flush-interval", Millisecond, TimeSpan.FromMinutes(1)),
                SnapshotEvery = read.Number("store.snapshot-every", 1, 10_000_000),
                MaxKnownPeers = read.Number("store.max-known-peers", 1, 10_000_000),
                Restart = Waits(read, "store.restart"),
            },
            Reputation = new ReputationPolicy
            {
                HalfLife = read.Time("reputation.half-life", TimeSpan.FromSeconds(1), Year),
                DisconnectBelow = read.Points("reputation.disconnect-below", -100, 0),
                BanBelow = read.Points("reputation.ban-below", -100, 0),
                BanFor = read.Time("reputation.ban-for", TimeSpan.FromSeconds(1), Year),
                BanForAtMost = read.Time("reputation.ban-for-at-most", TimeSpan.FromSeconds(1), Year),
                MessageDelivered = read.Points("reputation.message-delivered", 0, 100),
                VerificationFailed = read.Points("reputation.verification-failed", -100, 0),
                Timeout = read.Points("reputation.timeout", -100, 0),
                ConnectionLost = read.Points("reputation.connection-lost", -100, 0),
                GainPerMinute = read.Points("reputation.gain-per-minute", 0, 100),
            },
            Events = new EventSettings
            {
                History = read.Number("events.history", 0, 1_000_000),
                SubscriberBuffer = read.Number("events.subscriber-buffer", 1, 1_000_000),
            },
        };
        HoldTogether(settings, read);
        return settings;
    }

    /// <summary>What each value allows, but two of them together do not.</summary>
    private static void HoldTogether(MesharaSettings settings, SettingsReader read)
    {
        if (settings.Discovery.TargetPeers > settings.Discovery.MaxPeers)
        {
            read.Refuse("discovery.target-peers", $"at most discovery.max-peers, which is {settings.Discovery.MaxPeers}", 0);
        }

        if (settings.Reputation.BanBelow > settings.Reputation.DisconnectBelow)
        {
            read.Refuse("reputation.ban-below", "at most reputation.disconnect-below: what bans also disconnects", 0);
        }

        if (settings.Store.Provider != "SQLite.MS" && settings.Store.ConnectionString.Length == 0)
        {
            read.Refuse("store.connection-string", "a connection string; with postgres.conf set it as MESHARA_POSTGRES in the environment", 0);
        }
    }

    private static string Network(SettingsReader read)
    {
        var network = read.Text("network");
        return network.Length is > 0 and <= Handshake.MaxNetworkLength && !network.Any(char.IsControl)
            ? network
            : read.Refuse("network", $"1 to {Handshake.MaxNetworkLength} characters", "");
    }

    private static Backoff Waits(SettingsReader read, string key)
    {
        var initial = read.Time($"{key}.initial", Millisecond, TimeSpan.FromDays(1));
        var max = read.Time($"{key}.max", Millisecond, TimeSpan.FromDays(1));
        return new Backoff(initial, max >= initial ? max : read.Refuse($"{key}.max", $"at least {key}.initial", initial));
    }

    private static ImmutableArray<PeerTarget> Targets(SettingsReader read, string key) =>
        [.. read.List(key).Select(t => read.Parsed<PeerTarget>(key, t, PeerTarget.TryParse)).OfType<PeerTarget>()];

    private static ImmutableSortedSet<string> Methods(SettingsReader read)
    {
        var methods = read.List("discovery.enabled-methods");
        return methods.All(m => m is DiscoveryMethod.Manual or DiscoveryMethod.LocalMdns or DiscoveryMethod.Bootstrap)
            ? [.. methods]
            : read.Refuse("discovery.enabled-methods", "a list of manual, local-mdns and bootstrap", ImmutableSortedSet<string>.Empty);
    }

    private static void RefuseUnknownKeys(Config own, SettingsReader reader)
    {
        var known = KeysOf(Reference).ToList();
        foreach (var key in KeysOf(own).Except(known).Distinct())
        {
            reader.Unknown(key, known.Select(k => (Key: k, Distance: Distance(k, key))).Where(k => k.Distance <= 3).OrderBy(k => k.Distance).Select(k => k.Key).FirstOrDefault());
        }
    }

    /// <summary>Every key that holds a value, with its path.</summary>
    internal static IEnumerable<string> KeysOf(Config block)
    {
        return block.IsEmpty ? [] : Walk(block.Root, "");

        static IEnumerable<string> Walk(HoconValue value, string prefix) => value.IsObject()
            ? value.GetObject().Items.SelectMany(i => Walk(i.Value, prefix.Length == 0 ? i.Key : $"{prefix}.{i.Key}"))
            : [prefix];
    }

    /// <summary>The edit distance of Levenshtein (1965).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    private static string Where(IReadOnlyList<ConfigFile>? files, string key)
    {
        var hit = files?.Reverse().Select(f => (f.Path, Line: f.LineOf(key))).FirstOrDefault(f => f.Line is not null);
        return hit?.Line is { } line ? $" ({hit.Value.Path}:{line})" : "";
    }

    private static Config Block(Config? config, string name) =>
        config is { IsEmpty: false } && config.HasPath(name) ? config.GetConfig(name) : Config.Empty;

    private static Config Embedded(string file)
    {
        using var stream = typeof(MesharaConfiguration).Assembly.GetManifestResourceStream($"hocon/{file}.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
