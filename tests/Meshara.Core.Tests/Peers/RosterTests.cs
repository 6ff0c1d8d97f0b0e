using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class RosterTests
{
    private static readonly NodeId Small = NodeId.Parse(new string('1', 64)), Large = NodeId.Parse(new string('2', 64));

    [Fact]
    public void Of_two_crossing_dials_both_sides_keep_the_one_of_the_smaller_id()
    {
        var small = Admit(new Roster(Small, 8), Large, 1, Direction.Outbound).ShouldBeOfType<Admission.Admitted>().Roster;
        var large = Admit(new Roster(Large, 8), Small, 1, Direction.Outbound).ShouldBeOfType<Admission.Admitted>().Roster;

        Admit(small, Large, 2, Direction.Inbound).ShouldBe(new Admission.Refused(Reason.Duplicate));
        Admit(large, Small, 2, Direction.Inbound).ShouldBeOfType<Admission.Admitted>().Supersedes.ShouldBe(1);
    }

    [Fact]
    public void A_dial_to_itself_is_refused() =>
        Admit(new Roster(Small, 8), Small, 1, Direction.Outbound).ShouldBe(new Admission.Refused(Reason.SelfConnection));

    [Fact]
    public void A_full_roster_refuses_strangers_and_admits_those_that_a_person_asked_for()
    {
        var full = new Roster(Small, 0);

        Admit(full, Large, 1, Direction.Inbound).ShouldBe(new Admission.Refused(Reason.NoSlot));
        Admit(full, Large, 1, Direction.Outbound, Claim.Person).ShouldBeOfType<Admission.Admitted>();
    }

    private static Admission Admit(Roster roster, NodeId peer, long connection, Direction direction, Claim claim = Claim.None) =>
        roster.Admit(peer, connection, direction, null, DateTimeOffset.UnixEpoch, new ReputationPolicy(), claim);
}
