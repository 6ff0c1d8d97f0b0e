using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Node.Run;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Run;

/// <summary>What the program knows of its configuration while that is changed, as the page shows it; with a real node in this process.</summary>
public sealed class ConfiguredSpec : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("configured", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }"));
    private readonly Configured _configured;
    private string _text = "";
    private Mesh _mesh = null!;

    public ConfiguredSpec() => _configured = new Configured([], () => HoconFile.Parse(
        $$"""
        meshara { listen = "127.0.0.1:0", discovery.enabled-methods = [manual], data = "{{_folder["data"]}}" }
        {{_text}}
        """,
        "node.conf"));

    public async Task InitializeAsync() => _mesh = await Mesh.StartAsync(_system, Mesh.DefaultName, _configured.Begin().Configuration);

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_taken_on_is_shown_with_its_place_and_what_is_not_as_it_was()
    {
        _text = "meshara { heartbeat.interval = 20s, network = elsewhere }";

        await _configured.ReloadAsync(_mesh);

        Value("heartbeat.interval").ShouldBe(new EffectiveValue("heartbeat.interval", "20s", "node.conf:2", IsDefault: false));
        Value("network").ShouldBe(new EffectiveValue("network", "meshara", "default", IsDefault: true));
    }

    [Fact]
    public async Task What_is_refused_changes_nothing_and_does_not_stand_in_the_way_of_the_next()
    {
        _text = "meshara { heartbeat.interval = often, removed-for = 1h }";
        await Should.ThrowAsync<MesharaStartException>(_configured.ReloadAsync(_mesh));
        Value("removed-for").IsDefault.ShouldBeTrue();

        _text = "meshara.removed-for = 1h";
        (await _configured.ReloadAsync(_mesh)).Applied.ShouldHaveSingleItem().ShouldBe(new ChangedSetting("removed-for", "10m", "1h"));
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_is_told_of_the_change()
    {
        _text = "meshara.removed-for = 1h";

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _configured.ReloadAsync(_mesh))));

        told.Count(t => t.Applied.Length == 1).ShouldBe(1);
    }

    [Fact]
    public async Task Debug_is_logged_only_if_it_was_asked_for_at_the_start()
    {
        _text = "akka.loglevel = debug";
        (await _configured.ReloadAsync(_mesh)).NeedsRestart.ShouldHaveSingleItem().ShouldBe(new ChangedSetting("akka.loglevel", "WARNING", "DEBUG"));

        _text = "akka.loglevel = error";
        (await _configured.ReloadAsync(_mesh)).Applied.ShouldHaveSingleItem().ShouldBe(new ChangedSetting("akka.loglevel", "WARNING", "ERROR"));
    }

    private EffectiveValue Value(string key) => _configured.Values.Single(v => v.Key == key);
}
