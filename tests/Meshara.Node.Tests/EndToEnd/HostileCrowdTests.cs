using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>One host that comes as many. A node of its own for each, since what it may do is limited by its address.</summary>
public sealed class HostileCrowdTests : IAsyncLifetime
{
    private readonly HostileField _field = new();

    public Task InitializeAsync() => _field.InitializeAsync();

    public Task DisposeAsync() => _field.DisposeAsync();

    [Fact]
    public async Task Sockets_that_say_nothing_are_turned_away_before_they_cost_anything()
    {
        await _field.AttackAsync("connects", 1, 5_000);

        var rejected = (await _field.AskAsync("status"))["rejections"]!.AsObject();
        ((int)rejected["rate-limited"]!).ShouldBeGreaterThan(1_000);
        _field.HasHeld();
    }

    [Fact]
    public async Task Hundreds_of_identities_of_one_host_push_out_nobody_and_take_no_more_than_the_places()
    {
        var met = await _field.AttackAsync("identities", 1, 200);

        ((int)met["letIn"]!).ShouldBeGreaterThan(0);
        (await _field.AskAsync("peers"))["peers"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(32);
        _field.HasHeld();
    }
}
