using Akka.Actor;
using Meshara.Actors.Store;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

public sealed class UnderWaySpec
{
    private readonly UnderWay _underWay = new();

    [Fact]
    public void Of_drift_no_more_than_the_bound_is_under_way_and_marks_make_room()
    {
        var (passed, marks) = (0, 0);
        for (; _underWay.TakesDrift; passed++)
        {
            marks += _underWay.AddDrift() ? 1 : 0;
        }

        passed.ShouldBe(UnderWay.MaxDrift);
        _underWay.TakesMuchDrift.ShouldBeFalse();
        for (; !_underWay.TakesMuchDrift; marks--)
        {
            _underWay.Marked();
        }

        marks.ShouldBeGreaterThan(0, "it does not wait for the last one");
        _underWay.TakesDrift.ShouldBeTrue();
    }

    [Fact]
    public void When_the_store_has_stopped_nothing_is_under_way()
    {
        while (_underWay.TakesDrift)
        {
            _underWay.AddDrift();
        }

        _underWay.Add(new Unban(1, default), ActorRefs.Nobody);
        _underWay.Add(new Unban(2, default), ActorRefs.Nobody);
        _underWay.AddFlush(ActorRefs.Nobody);

        _underWay.Take().Select(d => d.Command.Request).ShouldBe([1, 2]);
        _underWay.IsIdle.ShouldBeTrue();
        _underWay.TakesMuchDrift.ShouldBeTrue();
        _underWay.AnswerFlush(new Flushed()).ShouldBeFalse("nobody asks any more");
    }
}
