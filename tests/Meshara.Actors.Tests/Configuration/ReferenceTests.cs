using System.Collections.Immutable;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

/// <summary><c>hocon/meshara.conf</c> and the typed settings are two tellings of one thing: neither has a key or a default that the other lacks.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_reference_has_exactly_the_keys_of_the_typed_settings()
    {
        var reference = ConfigurationLayers.Leaves(EmbeddedHocon.Reference).Keys.Order(StringComparer.Ordinal);

        reference.ShouldBe(TypedDefaults().Keys.Select(k => $"meshara.{k}"));
    }

    [Fact]
    public void Every_key_of_the_reference_is_read()
    {
        var reader = new SettingsReader(ConfigurationLayers.None.Over(EmbeddedHocon.Reference, "meshara"), "meshara");
        new SettingsAssembly(reader).Assemble();

        reader.Read.Select(k => $"meshara.{k}").Order(StringComparer.Ordinal)
            .ShouldBe(ConfigurationLayers.Leaves(EmbeddedHocon.Reference).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_read_of_the_reference_equals_the_typed_defaults_key_by_key()
    {
        SettingKeys.Of(MesharaConfiguration.Load(Config.Empty)).ShouldBe(TypedDefaults());
    }

    [Fact]
    public void The_keys_and_defaults_that_operators_rely_on_are_these()
    {
        var settings = MesharaConfiguration.Load(ConfigurationFactory.ParseString("""
            meshara {
              network = meshara
              listen = auto
              data = ""
              profile = standard
              discovery {
                enabled-methods = [manual, local-mdns]
                mdns-interval = 30s
                bootstrap-nodes = []
                max-peers = 32
                target-peers = 16
              }
              heartbeat { interval = 30s, timeout = 10s }
              backoff { initial = 1s, max = 10m }
            }
            """));

        SettingKeys.Of(settings).ShouldBe(TypedDefaults());
    }

    [Theory]
    [InlineData("minimal", 4, 8)]
    [InlineData("standard", 16, 32)]
    [InlineData("bridge", 64, 128)]
    public void A_profile_sets_how_many_peers_and_nothing_else(string profile, int target, int max)
    {
        var settings = MesharaConfiguration.Load(ConfigurationFactory.ParseString($"meshara.profile = {profile}"));

        settings.Profile.ShouldBe(profile);
        settings.Discovery.TargetPeers.ShouldBe(target);
        settings.Discovery.MaxPeers.ShouldBe(max);
        ConfigurationLayers.Leaves(EmbeddedHocon.Profiles[profile]).Keys.Order(StringComparer.Ordinal)
            .ShouldBe(["meshara.discovery.max-peers", "meshara.discovery.target-peers", "meshara.profile"]);
        EmbeddedHocon.Profiles[profile].GetString("meshara.profile").ShouldBe(profile);
    }

    [Fact]
    public void Every_value_of_the_reference_has_a_comment_above_it()
    {
        using var reader = new StreamReader(typeof(Mesh).Assembly.GetManifestResourceStream("hocon/meshara.conf")!);
        var lines = reader.ReadToEnd().Split('\n').Select(l => l.Trim()).ToArray();
        var bare = lines.Select((line, i) => (line, above: i > 0 ? lines[i - 1] : "", i))
            .Where(l => l.line.Contains(" = ", StringComparison.Ordinal) && !l.line.StartsWith('#'))
            .Where(l => !l.above.StartsWith('#') && !l.above.Contains(" = ", StringComparison.Ordinal) && !l.above.EndsWith("restart {", StringComparison.Ordinal) && l.above != "bootstrap-retry {")
            .Select(l => $"{l.i + 1}: {l.line}");

        bare.ShouldBeEmpty();
    }

    private static ImmutableSortedDictionary<string, string> TypedDefaults() => SettingKeys.Of(new MesharaSettings());
}
