using Akka.Configuration;
using Meshara.Actors.Configuration;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

public sealed class OverridesTests
{
    [Theory]
    [InlineData("heartbeat.interval=5s", "meshara.heartbeat.interval", "5s")]
    [InlineData("meshara.heartbeat.interval=5s", "meshara.heartbeat.interval", "5s")]
    [InlineData(" heartbeat.interval = 5 s ", "meshara.heartbeat.interval", "5 s")]
    [InlineData("listen=127.0.0.1:0", "meshara.listen", "127.0.0.1:0")]
    [InlineData("listen=[::]:0", "meshara.listen", "[::]:0")]
    [InlineData("listen=\"[::]:0\"", "meshara.listen", "[::]:0")]
    [InlineData("data=C:\\mesh # 1", "meshara.data", "C:\\mesh # 1")]
    [InlineData("data=/a//b", "meshara.data", "/a//b")]
    [InlineData("data=\"unclosed", "meshara.data", "\"unclosed")]
    [InlineData("network=", "meshara.network", "")]
    [InlineData("network=a=b", "meshara.network", "a=b")]
    [InlineData("network=${HOME}", "meshara.network", "${HOME}")]
    [InlineData("store.connection-string=Host=db;Password=a'b\"c", "meshara.store.connection-string", "Host=db;Password=a'b\"c")]
    public void A_value_is_taken_as_it_stands(string set, string key, string value) =>
        Overrides.FromSet(set).GetString(key).ShouldBe(value);

    [Theory]
    [InlineData("peers=[]")]
    [InlineData("peers=[192.0.2.1:1]", "192.0.2.1:1")]
    [InlineData("peers=[192.0.2.1:1, [::1]:2]", "192.0.2.1:1", "[::1]:2")]
    [InlineData("peers=[\"192.0.2.1:1\", \"[::1]:2\"]", "192.0.2.1:1", "[::1]:2")]
    [InlineData("peers=[\"192.0.2.1:1\", node.example:2]", "192.0.2.1:1", "node.example:2")]
    [InlineData("meshara.peers=[node-1, node-2]", "node-1", "node-2")]
    public void A_list_stands_in_brackets_and_needs_no_quotes(string set, params string[] values) =>
        Overrides.FromSet(set).GetStringList("meshara.peers").ShouldBe(values);

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("=5")]
    [InlineData("heartbeat.interval")]
    [InlineData("heartbeat..interval=5s")]
    [InlineData("heartbeat.interval.=5s")]
    [InlineData("a b=5s")]
    [InlineData("\"a\"=5s")]
    public void What_is_no_key_and_value_is_refused(string set)
    {
        Overrides.TryFromSet(set, out _, out var error).ShouldBeFalse();
        error.ShouldBe($"'{set}' is no KEY=VALUE, such as heartbeat.interval=5s.");
    }

    [Fact]
    public void A_set_value_works_and_a_refused_one_is_reported_with_its_option()
    {
        MesharaConfiguration.Load(null, overrides: Overrides.FromSet("discovery.enabled-methods=[manual]")).Discovery.EnabledMethods
            .ShouldBe(["manual"]);
        Refusal(Overrides.FromSet("heartbeat.interval=0s"))
            .ShouldStartWith("--set heartbeat.interval: meshara.heartbeat.interval = \"0s\" is refused");
        Refusal(Overrides.FromSet("netwrk=a")).ShouldBe("--set netwrk: meshara.netwrk is no key of Meshara; did you mean network?");
        Refusal(Overrides.Value("listen", "here", "--listen")).ShouldStartWith("--listen: meshara.listen = \"here\" is refused");
        Refusal(Overrides.List("peers", ["192.0.2.1:1", "there"], "--peer")).ShouldStartWith("--peer: meshara.peers = \"there\" is refused");
    }

    [Fact]
    public void Later_options_go_before_earlier_ones_and_files()
    {
        var file = HoconFile.Parse("meshara { network = a, data = /a\n profile = minimal }", "node.conf");
        var overrides = Overrides.FromSet("network=c").WithFallback(Overrides.FromSet("data=/b")).WithFallback(file);

        var settings = MesharaConfiguration.Load(null, overrides: overrides);

        (settings.Network, settings.Data, settings.Profile).ShouldBe(("c", "/b", "minimal"));
    }

    [Fact]
    public void Another_name_of_the_node_is_another_block()
    {
        Overrides.FromSet("left.network=a", "left").GetString("left.network").ShouldBe("a");
        MesharaConfiguration.Load(null, "left", Overrides.FromSet("network=b", "left")).Network.ShouldBe("b");
    }

    [Theory]
    [InlineData("", new[] { "bootstrap" }, new string[0], "bootstrap, local-mdns, manual")]
    [InlineData("", new string[0], new[] { "local-mdns" }, "manual")]
    [InlineData("meshara.discovery.enabled-methods = [bootstrap]", new[] { "bootstrap" }, new[] { "local-mdns" }, "bootstrap")]
    [InlineData("meshara.discovery.enabled-methods = []", new[] { "bootstrap" }, new string[0], "bootstrap")]
    public void Discovery_methods_are_added_to_and_taken_out_of_what_is_configured(string hocon, string[] add, string[] remove, string expected)
    {
        var config = ConfigurationFactory.ParseString(hocon);

        var overrides = Overrides.Methods(config, add, remove, "--no-mdns").WithFallback(config);

        string.Join(", ", MesharaConfiguration.Load(null, overrides: overrides).Discovery.EnabledMethods).ShouldBe(expected);
    }

    private static string Refusal(Config overrides) =>
        Should.Throw<MesharaStartException>(() => MesharaConfiguration.Load(null, overrides: overrides)).Message;
}
