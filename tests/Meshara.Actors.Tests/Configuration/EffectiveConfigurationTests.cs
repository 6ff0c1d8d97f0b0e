using Akka.Configuration;
using Meshara.Actors.Configuration;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

public sealed class EffectiveConfigurationTests
{
    private static EffectiveValue Of(string key, Config? system = null, Config? overrides = null) =>
        EffectiveConfiguration.Of(system, Mesh.DefaultName, overrides).Single(v => v.Key == key);

    [Fact]
    public void Every_key_of_the_reference_is_there_once_with_the_value_that_holds()
    {
        var all = EffectiveConfiguration.Of(null);

        all.Select(v => v.Key).ShouldBeUnique();
        all.ShouldContain(new EffectiveValue("heartbeat.interval", "30s", "default", IsDefault: true));
        all.ShouldContain(new EffectiveValue("peers", "[]", "default", IsDefault: true));
        all.ShouldContain(new EffectiveValue("discovery.enabled-methods", "[manual, local-mdns]", "default", IsDefault: true));
        all.ShouldAllBe(v => v.IsDefault);
    }

    [Fact]
    public void A_value_names_its_file_and_line_its_option_its_profile_or_its_host()
    {
        var file = HoconFile.Parse("meshara {\n  heartbeat.timeout = 7s\n  profile = bridge\n}\n", "node.conf");
        var layers = Overrides.Value("network", "mine", "--network").WithFallback(file);
        var host = ConfigurationFactory.ParseString("meshara.removed-for = 1m");

        Of("heartbeat.timeout", host, layers).ShouldBe(new EffectiveValue("heartbeat.timeout", "7s", "node.conf:2", IsDefault: false));
        Of("network", host, layers).ShouldBe(new EffectiveValue("network", "mine", "--network", IsDefault: false));
        Of("discovery.max-peers", host, layers).ShouldBe(new EffectiveValue("discovery.max-peers", "128", "profile bridge", IsDefault: true));
        Of("removed-for", host, layers).ShouldBe(new EffectiveValue("removed-for", "1m", "the host's configuration", IsDefault: false));
    }

    [Fact]
    public void What_may_hold_a_password_is_masked_and_an_empty_one_says_that_there_is_none()
    {
        var file = HoconFile.Parse("meshara.store.connection-string = \"Host=db;Password=hunter2\"", "node.conf");

        var shown = Of("store.connection-string", overrides: file);

        shown.ShouldBe(new EffectiveValue("store.connection-string", EffectiveConfiguration.Masked, "node.conf:1", IsDefault: false));
        Of("store.connection-string").Value.ShouldBe("\"\"");
    }
}
