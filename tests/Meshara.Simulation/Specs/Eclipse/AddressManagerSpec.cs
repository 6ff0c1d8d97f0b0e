using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Policies.Bitcoin;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs.Eclipse;

/// <summary>The baselines' tables against the published numbers.</summary>
public sealed class AddressManagerSpec
{
    private static readonly DateTimeOffset Now = Trial.Beginning;

    [Fact]
    public void In_2015_a_group_reaches_four_tried_buckets_of_sixty_four_and_a_source_thirty_two_new_ones()
    {
        var tables = new OldAddrMan(1, new Random(1));

        Enumerable.Range(0, 2000).Select(n => tables.TriedBucketOf(Of(n, group: 7))).Distinct().Count().ShouldBeInRange(3, 4);
        Enumerable.Range(0, 5000).Select(n => tables.NewBucketOf(Of(n, group: n), source: 7)).Distinct().Count().ShouldBeInRange(29, 32);
        Enumerable.Range(0, 5000).Select(n => tables.TriedBucketOf(Of(n, group: n))).Distinct().Count().ShouldBe(64);
        Enumerable.Range(0, 9000).Select(n => tables.NewBucketOf(Of(n, group: n), source: n)).Distinct().Count().ShouldBe(256);
    }

    [Fact]
    public void Today_a_group_reaches_eight_tried_buckets_of_two_hundred_fifty_six_and_a_source_sixty_four_new_ones()
    {
        var tables = new AddrMan(1, new Random(1));

        Enumerable.Range(0, 2000).Select(n => tables.TriedBucketOf(Of(n, group: 7))).Distinct().Count().ShouldBeInRange(7, 8);
        Enumerable.Range(0, 9000).Select(n => tables.NewBucketOf(Of(n, group: n), source: 7)).Distinct().Count().ShouldBeInRange(59, 64);
        Enumerable.Range(0, 9000).Select(n => tables.TriedBucketOf(Of(n, group: n))).Distinct().Count().ShouldBe(256);
        Enumerable.Range(0, 20_000).Select(n => tables.NewBucketOf(Of(n, group: n), source: n)).Distinct().Count().ShouldBe(1024);
    }

    [Fact]
    public void In_2015_thirty_two_groups_of_256_addresses_take_most_of_the_tried_table()
    {
        // Heilman et al., section 4.1: the infrastructure attack's 8,192 addresses against 4,096 places.
        var tables = new OldAddrMan(2, new Random(2));
        for (var n = 0; n < 32 * 256; n++)
        {
            Connect(tables, Of(n, group: n / 256));
        }

        tables.TriedCount.ShouldBeInRange(64 * 64 * 3 / 4, 64 * 64);
    }

    [Fact]
    public void In_2015_one_group_has_at_most_256_tried_places_and_today_512()
    {
        var (old, current) = (new OldAddrMan(3, new Random(3)), new AddrMan(3, new Random(3)));
        for (var n = 0; n < 4000; n++)
        {
            Connect(old, Of(n, group: 5));
            Connect(current, Of(n, group: 5));
        }

        old.TriedCount.ShouldBeInRange(190, 4 * 64);
        current.TriedCount.ShouldBeInRange(1, 8 * 64);
    }

    [Fact]
    public void In_2015_a_newcomer_displaces_a_tried_address_untested_and_today_it_waits_for_the_test()
    {
        var (old, current) = (new OldAddrMan(4, new Random(4)), new AddrMan(4, new Random(4)));
        for (var n = 0; n < 3000; n++)
        {
            Connect(old, Of(n, group: 5));
            Connect(current, Of(n, group: 5));
        }

        old.Select(0, Now)!.Host.Number.ShouldBeGreaterThan(0);
        var first = current.ToTest().ShouldNotBeNull();
        current.ResolveCollisions(Now);
        current.ToTest().ShouldBeNull("who was there within four hours keeps its place");
        first.IsTried.ShouldBeTrue();
    }

    [Fact]
    public void Today_who_does_not_answer_the_test_loses_its_place_to_the_newcomer()
    {
        var tables = new AddrMan(5, new Random(5));
        var n = 0;
        do
        {
            Connect(tables, Of(n++, group: 5));
        }
        while (tables.ToTest() is null);

        var (old, tried) = (tables.ToTest()!, tables.TriedCount);
        var later = Now.AddHours(5);
        tables.Attempt(old.Host, later);
        tables.ResolveCollisions(later.AddMinutes(2));

        old.IsTried.ShouldBeFalse();
        tables.TriedCount.ShouldBe(tried);
        tables.ToTest().ShouldBeNull();
    }

    [Fact]
    public void In_2015_tried_is_chosen_the_rarer_the_more_connections_there_are()
    {
        // Section 2.2: sqrt(r)(9-w) : (w+1); with as many tried as new, 9 : 1 at the first connection and 2 : 8 at the eighth.
        var tables = new OldAddrMan(6, new Random(6));
        for (var n = 0; n < 400; n++)
        {
            tables.Add(Of(n, group: n), 1000 + n, Now, Now);
            if (n % 2 == 0)
            {
                tables.Good(Of(n, group: n), Now);
            }
        }

        ShareOfTried(0).ShouldBeInRange(0.86, 0.94);
        ShareOfTried(7).ShouldBeInRange(0.15, 0.25);

        double ShareOfTried(int outbound) => Enumerable.Range(0, 2000).Count(_ => tables.Select(outbound, Now)!.IsTried) / 2000.0;
    }

    private static void Connect(IAddressManager tables, Host host)
    {
        tables.Add(host, host.Group, Now, Now);
        tables.Good(host, Now);
    }

    private static Host Of(int n, int group) => new(n, n, group, AddressSpace.AddressOf(group, n % 65_535), Side.Honest);
}
