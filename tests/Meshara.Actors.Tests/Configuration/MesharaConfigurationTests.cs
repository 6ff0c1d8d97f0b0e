using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Tests.House;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

public sealed class MesharaConfigurationTests
{
    private const string NodeId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("network = \"\"", "meshara.network")]
    [InlineData("network = \"a\\nb\"", "meshara.network")]
    [InlineData("network = 01234567890123456789012345678901234567890123456789012345678901234", "meshara.network")]
    [InlineData("network = [a]", "meshara.network")]
    [InlineData("listen = \"7373\"", "meshara.listen")]
    [InlineData("listen = \"127.0.0.1:70000\"", "meshara.listen")]
    [InlineData("listen = \"node.example:1\"", "meshara.listen")]
    [InlineData("data = \"a\\u0000b\"", "meshara.data")]
    [InlineData("profile = huge", "meshara.profile")]
    [InlineData("peers = \"127.0.0.1:1\"", "meshara.peers")]
    [InlineData("peers = [\"127.0.0.1\"]", "meshara.peers")]
    [InlineData("peers = [\"127.0.0.1:1@abcd\"]", "meshara.peers")]
    [InlineData("peers = [{ a = 1 }]", "meshara.peers")]
    [InlineData("dispatcher = \"\"", "meshara.dispatcher")]
    [InlineData("dispatcher = no.such-dispatcher", "meshara.dispatcher")]
    [InlineData("removed-for = 0s", "meshara.removed-for")]
    [InlineData("removed-for = 366d", "meshara.removed-for")]
    [InlineData("discovery.enabled-methods = [manual, telepathy]", "meshara.discovery.enabled-methods")]
    [InlineData("discovery.enabled-methods = manual", "meshara.discovery.enabled-methods")]
    [InlineData("discovery.mdns-interval = 500ms", "meshara.discovery.mdns-interval")]
    [InlineData("discovery.bootstrap-nodes = [\"::1:7373\"]", "meshara.discovery.bootstrap-nodes")]
    [InlineData("discovery.max-peers = -1", "meshara.discovery.max-peers")]
    [InlineData("discovery.max-peers = many", "meshara.discovery.max-peers")]
    [InlineData("discovery.max-peers = 3.5", "meshara.discovery.max-peers")]
    [InlineData("discovery.max-peers = 99999999999999999999", "meshara.discovery.max-peers")]
    [InlineData("discovery.target-peers = 33", "meshara.discovery.target-peers")]
    [InlineData("heartbeat.interval = 0s", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = -5s", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = infinite", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = 5", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = 2h", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = often", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = \"\"", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.interval = 99999999999999999999d", "meshara.heartbeat.interval")]
    [InlineData("heartbeat.timeout = 1ms", "meshara.heartbeat.timeout")]
    [InlineData("backoff.initial = 2h", "meshara.backoff.initial")]
    [InlineData("backoff.max = 500ms", "meshara.backoff.max")]
    [InlineData("connection.handshake-timeout = 1h", "meshara.connection.handshake-timeout")]
    [InlineData("connection.max-handshake-frame-size = 1KiB", "meshara.connection.max-handshake-frame-size")]
    [InlineData("connection { max-handshake-frame-size = 64KiB\n max-frame-size = 32KiB }", "meshara.connection.max-handshake-frame-size")]
    [InlineData("connection.max-frame-size = 1GiB", "meshara.connection.max-frame-size")]
    [InlineData("connection.max-frame-size = 1XB", "meshara.connection.max-frame-size")]
    [InlineData("connection.max-frame-size = 99999999999999TiB", "meshara.connection.max-frame-size")]
    [InlineData("connection.max-queued-size = 512KiB", "meshara.connection.max-queued-size")]
    [InlineData("connection.max-queued-messages = 0", "meshara.connection.max-queued-messages")]
    [InlineData("connection.max-dials = 0", "meshara.connection.max-dials")]
    [InlineData("connection.goodbye-timeout = 1m", "meshara.connection.goodbye-timeout")]
    [InlineData("connection.max-pings-per-minute = 0", "meshara.connection.max-pings-per-minute")]
    [InlineData("connection.max-receive-rate = 512KiB", "meshara.connection.max-receive-rate")]
    [InlineData("connection.max-frames-per-second = 9", "meshara.connection.max-frames-per-second")]
    [InlineData("listener.max-handshakes = 0", "meshara.listener.max-handshakes")]
    [InlineData("listener.max-handshakes-per-source = 0", "meshara.listener.max-handshakes-per-source")]
    [InlineData("listener.accepts-per-second = 0", "meshara.listener.accepts-per-second")]
    [InlineData("listener.accepts-per-source-per-minute = 59", "meshara.listener.accepts-per-source-per-minute")]
    [InlineData("store.provider = MySql", "meshara.store.provider")]
    [InlineData("store.provider = PostgreSQLite", "meshara.store.provider")]
    [InlineData("store.provider = PostgreSQL", "meshara.store.provider")]
    [InlineData("store.connection-string-variable = NOT_SET", "meshara.store.connection-string-variable")]
    [InlineData("store.connection-string-variable = \"A B\"", "meshara.store.connection-string-variable")]
    [InlineData("store.flush-interval = 2m", "meshara.store.flush-interval")]
    [InlineData("store.snapshot-every = 1", "meshara.store.snapshot-every")]
    [InlineData("store.snapshot-after = 1s", "meshara.store.snapshot-after")]
    [InlineData("store.max-known-peers = 1", "meshara.store.max-known-peers")]
    [InlineData("store.restart.max = 100ms", "meshara.store.restart.max")]
    [InlineData("reputation.half-life = 0s", "meshara.reputation.half-life")]
    [InlineData("reputation.disconnect-below = 1", "meshara.reputation.disconnect-below")]
    [InlineData("reputation.disconnect-below = NaN", "meshara.reputation.disconnect-below")]
    [InlineData("reputation.ban-below = -10", "meshara.reputation.ban-below")]
    [InlineData("reputation.ban-for = 500d", "meshara.reputation.ban-for")]
    [InlineData("reputation.ban-for-at-most = 30m", "meshara.reputation.ban-for-at-most")]
    [InlineData("reputation.message-delivered = -1", "meshara.reputation.message-delivered")]
    [InlineData("reputation.verification-failed = 1", "meshara.reputation.verification-failed")]
    [InlineData("reputation.timeout = 1", "meshara.reputation.timeout")]
    [InlineData("reputation.connection-lost = -101", "meshara.reputation.connection-lost")]
    [InlineData("reputation.gain-per-minute = a lot", "meshara.reputation.gain-per-minute")]
    [InlineData("events.history = -1", "meshara.events.history")]
    [InlineData("events.subscriber-buffer = 0", "meshara.events.subscriber-buffer")]
    public void A_value_out_of_bounds_is_refused_on_one_line_with_its_key_and_what_is_allowed(string hocon, string key)
    {
        var message = Refusal(hocon);

        message.ShouldStartWith($"{key} = \"");
        message.ShouldContain("\" is refused: ");
        message.ShouldNotContain("\n");
        message.Length.ShouldBeLessThan(400);
    }

    [Fact]
    public void A_refusal_says_the_key_the_value_and_what_is_allowed() => Refusal("heartbeat.interval = 0s").ShouldBe(
        "meshara.heartbeat.interval = \"0s\" is refused: it must be a time from 100ms to 1h, with its unit: ms, s, m, h or d.");

    [Fact]
    public void Two_values_that_do_not_go_together_are_both_named() => Refusal("discovery.target-peers = 40").ShouldBe(
        "meshara.discovery.target-peers = \"40\" is refused: it must be at most meshara.discovery.max-peers, which is 32.");

    [Fact]
    public void All_that_is_wrong_is_said_at_once_on_a_line_each()
    {
        var lines = Refusal("network = \"\"\nheartbeat.interval = 0s\ndiscovery.max-peers = many\nnetwrk = a").Split('\n');

        lines.Length.ShouldBe(4);
        lines.ShouldContain(l => l.StartsWith("meshara.discovery.max-peers = \"many\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flood_of_mistakes_is_cut_short()
    {
        var lines = Refusal(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"nonsense-{i} = {new string('x', 500)}"))).Split('\n');

        lines.Length.ShouldBe(21);
        lines[^1].ShouldBe("... and 480 more.");
    }

    [Theory]
    [InlineData("netwrk = a", "netwrk", "did you mean network?")]
    [InlineData("hearbeat.interval = 5s", "hearbeat.interval", "did you mean heartbeat.interval?")]
    [InlineData("target-peers = 8", "target-peers", "did you mean discovery.target-peers?")]
    [InlineData("heartbeat = 5s", "heartbeat", "it is a block: write heartbeat { ... }.")]
    [InlineData("network.name = a", "network.name", "network is one value, no block.")]
    [InlineData("colour-of-the-bikeshed = blue", "colour-of-the-bikeshed", "see hocon/meshara.conf for those that there are.")]
    public void A_key_that_nobody_knows_is_refused_with_the_one_that_was_meant(string hocon, string key, string advice) =>
        Refusal(hocon).ShouldBe($"meshara.{key} is no key of Meshara; {advice}");

    [Fact]
    public void Every_value_can_be_set()
    {
        var settings = Load($$"""
            network = "my mesh"
            listen = "[::1]:0"
            data = /var/lib/meshara
            profile = bridge
            peers = ["192.0.2.1:7373", "[2001:db8::1]:1@{{NodeId}}", "node.example:7373"]
            discovery { enabled-methods = [bootstrap], bootstrap-nodes = ["198.51.100.7:7373"], target-peers = 100 }
            heartbeat { interval = 5 seconds, timeout = 1500ms }
            connection.max-frame-size = 65536
            connection.max-queued-size = 2 MiB
            reputation { disconnect-below = -10.5, ban-below = -10.5 }
            store.restart.initial = 1s
            """);

        settings.Network.ShouldBe("my mesh");
        settings.Listen.ToString().ShouldBe("[::1]:0");
        settings.Data.ShouldBe("/var/lib/meshara");
        settings.Peers.Select(p => p.ToString()).ShouldBe(["192.0.2.1:7373", $"[2001:db8::1]:1@{NodeId}", "node.example:7373"]);
        settings.Discovery.EnabledMethods.ShouldBe([DiscoveryMethod.Bootstrap]);
        settings.Discovery.BootstrapNodes.Single().ToString().ShouldBe("198.51.100.7:7373");
        (settings.Discovery.TargetPeers, settings.Discovery.MaxPeers).ShouldBe((100, 128));
        (settings.Heartbeat.Interval, settings.Heartbeat.Timeout).ShouldBe((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1.5)));
        (settings.Connection.MaxFrameSize, settings.Connection.MaxQueuedSize).ShouldBe((65536, 2 * 1024 * 1024));
        settings.Reputation.BanBelow.ShouldBe(-10.5);
        settings.Store.Restart.Initial.ShouldBe(TimeSpan.FromSeconds(1));
        settings.Store.Restart.Max.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_overrides_go_before_the_system_the_profile_and_the_reference()
    {
        var system = ConfigurationFactory.ParseString("meshara { profile = minimal, network = system, discovery { max-peers = 6 } }");
        var overrides = ConfigurationFactory.ParseString("meshara { network = override }");

        var settings = MesharaConfiguration.Load(system, overrides: overrides);

        settings.Network.ShouldBe("override");
        (settings.Discovery.TargetPeers, settings.Discovery.MaxPeers).ShouldBe((4, 6));
        settings.Heartbeat.Interval.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_profile_of_the_overrides_goes_before_that_of_the_system() => MesharaConfiguration.Load(
        ConfigurationFactory.ParseString("meshara.profile = minimal"),
        overrides: ConfigurationFactory.ParseString("meshara.profile = bridge")).Discovery.MaxPeers.ShouldBe(128);

    [Fact]
    public void Fallbacks_of_the_system_count_and_null_takes_a_value_back()
    {
        var system = ConfigurationFactory.ParseString("meshara.data = /a").WithFallback(ConfigurationFactory.ParseString("meshara { network = b }"));

        MesharaConfiguration.Load(system).Network.ShouldBe("b");
        MesharaConfiguration.Load(system, overrides: ConfigurationFactory.ParseString("meshara.network = null")).Network.ShouldBe("b");
    }

    [Theory]
    [InlineData("left")]
    [InlineData("the.left")]
    public void Two_nodes_of_one_system_read_a_block_each(string name)
    {
        var system = ConfigurationFactory.ParseString($"\"{name}\" {{ network = l }}\nmeshara {{ network = m }}");

        MesharaConfiguration.Load(system, name).Network.ShouldBe("l");
        MesharaConfiguration.Load(system).Network.ShouldBe("m");
        Should.Throw<MesharaStartException>(() => MesharaConfiguration.Load(ConfigurationFactory.ParseString($"\"{name}\".data = []"), name))
            .Message.ShouldStartWith($"{name}.data = \"[]\" is refused");
    }

    [Fact]
    public void A_dispatcher_of_the_system_can_be_named() => MesharaConfiguration
        .Load(ConfigurationFactory.ParseString("mine { type = ForkJoinDispatcher }\nmeshara.dispatcher = mine")).Dispatcher.ShouldBe("mine");

    public static TheoryData<string> Shipped => [.. Repository.Files("hocon", "*.conf")];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_file_is_accepted_as_it_is(string file) =>
        MesharaConfiguration.Load(HoconFile.Load(Repository.PathTo(file)), environment: _ => "Host=db").ShouldNotBeNull();

    [Fact]
    public void The_shipped_list_of_bootstrap_nodes_is_empty_and_turns_the_method_on()
    {
        var discovery = MesharaConfiguration.Load(HoconFile.Load(Repository.PathTo("hocon", "bootstrap.conf"))).Discovery;

        discovery.BootstrapNodes.ShouldBeEmpty();
        discovery.Bootstraps().ShouldBeTrue();
    }

    [Fact]
    public void The_connection_string_comes_from_the_environment_and_is_never_shown()
    {
        using var stream = new StreamReader(typeof(Mesh).Assembly.GetManifestResourceStream("hocon/postgres.conf")!);
        var postgres = ConfigurationFactory.ParseString(stream.ReadToEnd());

        var settings = MesharaConfiguration.Load(postgres, environment: name => name == "MESHARA_POSTGRES" ? "Host=db;Password=secret" : null);

        settings.Store.Provider.ShouldBe("PostgreSQL.15");
        settings.Store.ConnectionString.ShouldBe("Host=db;Password=secret");
        settings.ToString().ShouldNotContain("secret");
        Should.Throw<MesharaStartException>(() => MesharaConfiguration.Load(postgres, environment: _ => null)).Message.ShouldBe(
            "meshara.store.connection-string-variable = \"MESHARA_POSTGRES\" is refused: it must name an environment variable that is set.");
    }

    private static MesharaSettings Load(string block) =>
        MesharaConfiguration.Load(ConfigurationFactory.ParseString($"meshara {{\n{block}\n}}\n"), environment: _ => null);

    private static string Refusal(string block) => Should.Throw<MesharaStartException>(() => Load(block)).Message;
}
