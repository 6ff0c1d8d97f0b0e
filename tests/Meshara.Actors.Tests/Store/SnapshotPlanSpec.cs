using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Store;

public sealed class SnapshotPlanSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly SnapshotPlan _plan = new(new StoreSettings { SnapshotEvery = 10, SnapshotAfter = TimeSpan.FromHours(1) });

    [Fact]
    public void The_journal_is_needed_from_the_one_before_the_newest_on()
    {
        _plan.Recovered(0, default, Noon);
        _plan.Saved(10).ShouldBe(0);
        _plan.Saved(20).ShouldBe(10);
        _plan.Trimmed().ShouldBe(0, "nothing more can go");
        _plan.Saved(30).ShouldBe(20);
    }

    [Fact]
    public void One_deletion_is_under_way_at_a_time_and_the_next_takes_all_that_can_go_by_then()
    {
        _plan.Recovered(10, Noon, Noon);
        _plan.Saved(20).ShouldBe(10);
        _plan.Saved(30).ShouldBe(0);
        _plan.Saved(40).ShouldBe(0);
        _plan.Trimmed().ShouldBe(30);
        _plan.Trimmed().ShouldBe(0);
    }

    [Fact]
    public void One_that_is_told_after_a_later_one_is_the_one_before_it()
    {
        _plan.Recovered(10, Noon, Noon);
        SavedAndTrimmed(30).ShouldBe(10);
        SavedAndTrimmed(20).ShouldBe(20);
        _plan.Newest.ShouldBe(30);
        SavedAndTrimmed(15).ShouldBe(20, "the older one came after the deletion that was to take it along");
        SavedAndTrimmed(30).ShouldBe(20, "told twice is one");
        SavedAndTrimmed(40).ShouldBe(30);

        long SavedAndTrimmed(long sequence)
        {
            var trimmed = _plan.Saved(sequence);
            _plan.Trimmed().ShouldBe(0);
            return trimmed;
        }
    }

    [Fact]
    public void It_is_due_by_events_or_where_there_are_more_of_them_by_peers()
    {
        _plan.Recovered(100, Noon, Noon);
        _plan.Added(9);
        _plan.IsDue(5, Noon).ShouldBeFalse();
        _plan.Added(1);
        (_plan.IsDue(5, Noon), _plan.IsDue(50, Noon)).ShouldBe((true, false));
        _plan.Added(40);
        _plan.IsDue(50, Noon).ShouldBeTrue();
    }

    [Fact]
    public void What_was_read_from_the_journal_counts_towards_the_next_and_nothing_from_before_the_last_try()
    {
        _plan.Added(8);
        _plan.Recovered(100, Noon, Noon);
        _plan.IsDue(5, Noon).ShouldBeFalse();
        _plan.Added(2);
        _plan.IsDue(5, Noon).ShouldBeTrue();

        _plan.Try(Noon);
        _plan.Added(9);
        _plan.IsDue(5, Noon).ShouldBeFalse();
    }

    [Fact]
    public void It_is_due_by_its_age_and_after_a_try_that_failed_not_at_once()
    {
        _plan.Recovered(100, Noon, Noon.AddMinutes(30));
        _plan.Added(1);
        _plan.IsDue(5, Noon.AddMinutes(59)).ShouldBeFalse();
        _plan.IsDue(5, Noon.AddMinutes(60)).ShouldBeTrue();

        _plan.Try(Noon.AddMinutes(60));
        _plan.Added(1);
        _plan.IsDue(5, Noon.AddMinutes(61)).ShouldBeFalse();
    }

    [Fact]
    public void After_a_clock_that_went_back_its_age_counts_from_now()
    {
        _plan.Recovered(100, Noon.AddYears(10), Noon);
        _plan.IsDue(5, Noon.AddHours(1)).ShouldBeTrue();
    }
}
