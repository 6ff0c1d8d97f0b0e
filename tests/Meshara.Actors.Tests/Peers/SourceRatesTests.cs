using System.Net;
using System.Threading.RateLimiting;
using Meshara.Actors.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>How often each source may dial.</summary>
public sealed class SourceRatesTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1"), Other = IPAddress.Parse("10.0.0.2");

    [Fact]
    public void One_source_has_its_bucket_and_takes_nothing_from_another()
    {
        using var rates = RatesOf(TimeSpan.FromHours(1));

        Enumerable.Range(0, 3).Select(_ => rates.TryTake(One)).ShouldBe([true, true, false]);
        rates.TryTake(Other).ShouldBeTrue();
        rates.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_source_that_waits_may_come_again()
    {
        // Real time, and little of it: the framework's limiter knows no other.
        using var rates = RatesOf(TimeSpan.FromMilliseconds(20));
        while (rates.TryTake(One))
        {
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!rates.TryTake(One))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    [Fact]
    public void Who_has_been_quiet_is_forgotten_and_who_has_just_come_is_not()
    {
        // A bucket is full again at the next look.
        using var rates = RatesOf(TimeSpan.FromTicks(1));
        for (var i = 0; i < SourceRates.Many; i++)
        {
            rates.TryTake(Source(i)).ShouldBeTrue();
        }

        rates.TryTake(Source(SourceRates.Many));

        rates.Count.ShouldBe(1);
    }

    [Fact]
    public void While_nobody_is_quiet_nobody_is_forgotten()
    {
        using var rates = RatesOf(TimeSpan.FromHours(1));
        for (var i = 0; i < SourceRates.Many + 10; i++)
        {
            rates.TryTake(Source(i)).ShouldBeTrue();
        }

        rates.Count.ShouldBe(SourceRates.Many + 10);
        rates.TryTake(Source(0)).ShouldBeTrue();
        rates.TryTake(Source(0)).ShouldBeFalse();
    }

    private static SourceRates RatesOf(TimeSpan period) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 2, TokensPerPeriod = 1, ReplenishmentPeriod = period, QueueLimit = 0, AutoReplenishment = false,
    });

    private static IPAddress Source(int number) => new([10, 1, (byte)(number >> 8), (byte)number]);
}
