using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Configuration;

/// <summary><c>hocon/meshara.conf</c> and the typed settings are two tellings of one thing: neither has a key or a default that the other lacks.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Type[] Blocks =
    [
        typeof(DiscoverySettings), typeof(MdnsSettings), typeof(ExchangeSettings), typeof(HeartbeatSettings), typeof(Backoff), typeof(ConnectionSettings), typeof(ListenerSettings),
        typeof(StoreSettings), typeof(ReputationPolicy), typeof(EventSettings),
    ];

    [Fact]
    public void The_reference_has_exactly_the_keys_of_the_typed_settings()
    {
        var reference = ConfigurationLayers.Leaves(EmbeddedHocon.Reference).Keys.Order(StringComparer.Ordinal);

        reference.ShouldBe(TypedDefaults().Keys.Order(StringComparer.Ordinal));
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
        var read = Values(MesharaConfiguration.Load(Config.Empty));

        foreach (var (key, @default) in TypedDefaults())
        {
            Shown(read[key]).ShouldBe(Shown(@default), key);
        }
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

        var (given, defaults) = (Values(settings), TypedDefaults());
        given.Keys.ShouldAllBe(k => Shown(given[k]) == Shown(defaults[k]));
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

    private static Dictionary<string, object?> TypedDefaults() => Values(new MesharaSettings());

    private static Dictionary<string, object?> Values(object settings, string path = "meshara")
    {
        var values = new Dictionary<string, object?>();
        foreach (var property in settings.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{path}.{WordStart().Replace(property.Name, "-$0").ToLowerInvariant()}";
            var value = property.GetValue(settings);
            foreach (var (k, v) in Blocks.Contains(property.PropertyType) ? Values(value!, key) : new() { [key] = value })
            {
                values.Add(k, v);
            }
        }

        return values;
    }

    private static string Shown(object? value) => value switch
    {
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>())}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
