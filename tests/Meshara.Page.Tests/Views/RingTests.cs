using Meshara.Page.Views;
using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Views;

public sealed class RingTests
{
    private static readonly Ring Ring = new(130, 350);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(1000)]
    public void No_two_dots_touch_and_all_are_on_the_band(int count)
    {
        var (radius, circles) = Ring.Fit(count);
        var places = Enumerable.Range(0, count).Select(i => Ring.Place(i, count, circles)).ToList();

        foreach (var (x, y) in places)
        {
            Math.Sqrt((x * x) + (y * y)).ShouldBeInRange(130, 350);
        }

        for (var i = 0; i < count; i++)
        {
            // Who is near is near in the order too: the next on its own circle, and those between.
            for (var j = i + 1; j <= Math.Min(i + circles, count - 1); j++)
            {
                var (dx, dy) = (places[i].X - places[j].X, places[i].Y - places[j].Y);
                Math.Sqrt((dx * dx) + (dy * dy)).ShouldBeGreaterThan(1.9 * radius, $"{i} and {j}");
            }
        }
    }

    [Fact]
    public void Few_are_large_and_many_are_small() => Ring.Fit(5).Radius.ShouldBeGreaterThan(Ring.Fit(500).Radius);

    [Fact]
    public void More_than_fit_are_drawn_all_the_same() => Ring.Fit(100_000).Radius.ShouldBeGreaterThan(0);
}
