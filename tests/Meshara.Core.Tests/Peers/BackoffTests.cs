using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class BackoffTests
{
    private static readonly Backoff Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(9, 512)]
    [InlineData(10, 600)]
    [InlineData(1_000_000, 600)]
    [InlineData(int.MaxValue, 600)]
    [InlineData(-1, 1)]
    public void The_bound_doubles_up_to_the_longest(int failures, int seconds) =>
        Default.Wait(failures, 0).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void The_wait_is_uniform_below_the_bound_and_never_nothing() => Gen.Select(Gen.Int[0, 60], Gen.Double[0, 1]).Sample((failures, chance) =>
    {
        var bound = Default.Wait(failures, 0);
        var wait = Default.Wait(failures, Math.Min(chance, 1 - 1e-15));
        return wait > TimeSpan.Zero && wait <= bound && Math.Abs((wait - (bound * (1 - chance))).TotalMilliseconds) <= 1;
    });
}
