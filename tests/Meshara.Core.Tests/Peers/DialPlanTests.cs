using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class DialPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NodeId Peer = NodeId.Parse(new string('a', 64));
    private static readonly PeerAddress First = PeerAddress.Parse("192.0.2.1:1"), Second = PeerAddress.Parse("192.0.2.2:2");
    private static readonly DialPlan Empty = new(new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));

    [Fact]
    public void What_is_wanted_is_dialled_at_once_and_once()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now).Want(new PeerTarget(First, Peer), PeerSource.Bootstrap, Now);

        var (key, goal) = plan.Due(Now).ShouldHaveSingleItem();
        goal.Source.ShouldBe(PeerSource.Manual);
        plan.Started(key, 1).Due(Now).ShouldBeEmpty();
        plan.Started(key, 1).NextDue().ShouldBeNull();
    }

    [Fact]
    public void After_a_failure_it_waits_longer_each_time()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now);
        var now = Now;
        foreach (var seconds in new[] { 1, 2, 4, 8 })
        {
            plan = plan.Started(First, 7).Failed(7, now, chance: 0);
            plan.NextDue().ShouldBe(now.AddSeconds(seconds));
            plan.Due(now.AddSeconds(seconds - 0.001)).ShouldBeEmpty();
            now = now.AddSeconds(seconds);
            plan.Due(now).ShouldHaveSingleItem();
        }
    }

    [Fact]
    public void Who_is_wanted_again_in_the_same_way_changes_nothing_and_in_another_way_keeps_its_wait()
    {
        var plan = Empty.Want(Peer, [First], PeerSource.Mdns, held: false, Now).Started(Peer, 7).Failed(7, Now, chance: 0);

        plan.Want(Peer, [First], PeerSource.Mdns, held: false, Now.AddHours(1)).ShouldBeSameAs(plan);

        var moved = plan.Want(Peer, [Second], PeerSource.Mdns, held: false, Now);
        moved.Goals[Peer].Addresses.ShouldBe([Second]);
        moved.NextDue().ShouldBe(Now.AddSeconds(1));
        var manual = plan.Want(Peer, [First], PeerSource.Manual, held: false, Now);
        manual.Goals[Peer].Source.ShouldBe(PeerSource.Manual);
        manual.Want(Peer, [First], PeerSource.Mdns, held: false, Now).ShouldBeSameAs(manual, "a person's word is not taken back by a sighting");
    }

    [Fact]
    public void One_that_asked_for_a_pause_has_it()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now).Started(First, 7);

        plan.Failed(7, Now, 0, Now.AddMinutes(5)).NextDue().ShouldBe(Now.AddMinutes(5));
        plan.Failed(7, Now, 0, Now.AddMilliseconds(5)).NextDue().ShouldBe(Now.AddSeconds(1));
    }

    [Fact]
    public void What_is_banned_waits_for_the_end_of_its_ban_or_until_that_is_lifted()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now).Want(new PeerTarget(Second), PeerSource.Manual, Now)
            .Bar(g => g.Next == First ? Now.AddHours(1) : null, Now);

        plan.Due(Now).ShouldHaveSingleItem().Key.ShouldBe(Second);
        plan.Due(Now.AddHours(1)).Count().ShouldBe(2);
        plan.Unbar(Now).Due(Now).Count().ShouldBe(2);
        plan.Started(Second, 7).Failed(7, Now, 0).Unbar(Now).Due(Now).ShouldHaveSingleItem().Key.ShouldBe(First);
    }

    [Fact]
    public void Each_address_has_its_turn()
    {
        var plan = Empty.Want(Peer, [First, Second], PeerSource.Store, held: false, Now);
        plan.Goals[Peer].Next.ShouldBe(First);

        plan = plan.Started(Peer, 1).Failed(1, Now, 0);
        plan.Goals[Peer].Next.ShouldBe(Second);

        plan.Started(Peer, 2).Failed(2, Now, 0).Goals[Peer].Next.ShouldBe(First);
    }

    [Fact]
    public void A_connection_that_either_side_made_lets_it_rest_and_its_loss_starts_it_anew()
    {
        var plan = Empty.Want(Peer, [First], PeerSource.Store, held: false, Now).Started(Peer, 1).Failed(1, Now, 0).Held(Peer, 99);
        plan.NextDue().ShouldBeNull();
        plan.Due(Now.AddYears(1)).ShouldBeEmpty();

        plan.Lost(Peer, Now, chance: 0).NextDue().ShouldBe(Now.AddSeconds(1));
    }

    [Fact]
    public void Who_was_found_at_an_address_is_who_is_wanted_there()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now).Started(First, 1).Held(Peer, 1);

        plan.Goals[First].Expected.ShouldBe(Peer);
        plan.DropPeer(Peer).Goals.ShouldBeEmpty();
    }

    [Fact]
    public void A_peer_without_an_address_is_not_dialled()
    {
        var plan = Empty.Want(Peer, [First], PeerSource.Store, held: false, Now);

        plan.Want(Peer, [], PeerSource.Store, held: false, Now).Goals.ShouldBeEmpty();
        plan.Drop(Peer).NextDue().ShouldBeNull();
    }

    [Fact]
    public void The_end_of_another_dial_changes_nothing()
    {
        var plan = Empty.Want(new PeerTarget(First), PeerSource.Manual, Now).Started(First, 1);

        plan.Failed(2, Now, 0).Goals[First].InFlight.ShouldBe(1);
    }

    [Fact]
    public void What_is_due_at_one_moment_is_dialled_in_the_same_order_in_every_process()
    {
        var addresses = Enumerable.Range(1, 40).Select(n => PeerAddress.Parse($"192.0.2.{n}:7373")).ToList();

        var plan = addresses.Aggregate(Empty, (plan, a) => plan.Want(new PeerTarget(a), PeerSource.Manual, Now));

        plan.Due(Now).Select(g => g.Key.ToString()).ShouldBe(addresses.Select(a => a.ToString()).Order(StringComparer.Ordinal));
    }
}
