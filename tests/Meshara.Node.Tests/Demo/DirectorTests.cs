using Akka.Actor;
using Meshara.Actors;
using Meshara.Node.Demo;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Demo;

public sealed class DirectorTests : IAsyncLifetime, IScreen
{
    private static readonly Act Over = new("It is over", new Deed.Watch(), _ => true, _ => "over");

    private static readonly Act Never = new("It never comes", new Deed.Watch(), _ => false, _ => "nothing") { Patience = TimeSpan.FromMilliseconds(50) };

    private readonly TempFolder _data = new();
    private readonly ActorSystem _system = ActorSystem.Create("demo", "akka { loglevel = OFF, stdout-loglevel = OFF }");
    private readonly List<Play> _shown = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _data.Dispose();
    }

    void IScreen.Show(Play play) => _shown.Add(play);

    [Fact]
    public async Task One_act_follows_the_other_and_each_is_shown()
    {
        var play = await RunAsync([Over, Over with { Title = "And again" }]);

        play.Failure.ShouldBeNull();
        play.Played.Select(p => p.Act.Title).ShouldBe(["It is over", "And again"]);
        _shown.Select(p => p.Current?.Title).OfType<string>().Distinct().ShouldBe(["It is over", "And again"]);
    }

    [Fact]
    public async Task An_act_that_is_not_seen_in_its_time_ends_the_demo_with_the_reason()
    {
        var play = await RunAsync([Over, Never, Over]);

        play.Failure.ShouldBe("It never comes: not seen within 0.05 s; so far: nothing.");
        play.Played.Length.ShouldBe(1);
        _shown[^1].ShouldBe(play);
    }

    [Fact]
    public async Task A_person_stops_it_in_the_middle_of_an_act()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync([Never with { Patience = TimeSpan.FromMinutes(1) }], cancellation: stop.Token));
    }

    [Fact]
    public async Task A_node_that_cannot_start_ends_the_demo_with_what_is_wrong()
    {
        var file = _data["file"];
        await File.WriteAllTextAsync(file, "no folder");

        var start = Over with { Deed = new Deed.Start(["A"]) };
        (await Should.ThrowAsync<MesharaStartException>(() => RunAsync([start], file))).Message.ShouldContain(file);
    }

    private async Task<Play> RunAsync(Act[] acts, string? folder = null, CancellationToken cancellation = default)
    {
        await using var cast = new Cast(_system, folder ?? _data["nodes"], "demo-test", 2, useMdns: false);
        return await new Director(cast, this, TimeProvider.System, TimeSpan.Zero).RunAsync([.. acts], cancellation);
    }
}
