using System.Collections.Immutable;
using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class RosterTests
{
    private static readonly NodeId Self = IdOf(5), Smaller = IdOf(1), Larger = IdOf(9);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ReputationPolicy Policy = new();

    [Fact]
    public void A_node_does_not_let_itself_in() => RefusalOf(new Roster(Self, 8), Self, 1, Direction.Outbound).ShouldBe(Reason.SelfConnection);

    [Theory]
    [InlineData(true, false, false, 0.0, Reason.RemovedByOperator)]
    [InlineData(false, true, false, 0.0, Reason.Banned)]
    [InlineData(true, true, false, -100.0, Reason.RemovedByOperator)]
    [InlineData(false, true, true, 0.0, Reason.Banned)]
    [InlineData(false, false, false, -20.1, Reason.LowReputation)]
    [InlineData(false, false, true, -100.0, null)]
    [InlineData(false, false, false, -20.0, null)]
    public void What_is_known_of_a_peer_decides(bool removed, bool banned, bool manual, double score, Reason? refusal)
    {
        var known = Known(Larger) with
        {
            RemovedUntil = removed ? Now.AddMinutes(1) : null,
            Ban = banned ? new Ban(Now.AddMinutes(1), ReputationCause.ProtocolViolation, 1) : null,
            Manual = manual,
            Reputation = new Reputation(score, Now, 0, Now),
        };

        RefusalOf(new Roster(Self, 8), Larger, 1, Direction.Inbound, known).ShouldBe(refusal);
        RefusalOf(new Roster(Self, 8), Larger, 1, Direction.Inbound, known, Claim.Person).ShouldBeNull("a person has the last word");
        RefusalOf(new Roster(Self, 8), Larger, 1, Direction.Inbound, known, Claim.Configured).ShouldBe(refusal == Reason.LowReputation ? null : refusal);
    }

    [Fact]
    public void A_ban_and_a_removal_end()
    {
        var known = Known(Larger) with { RemovedUntil = Now, Ban = new Ban(Now, ReputationCause.Timeout, 1) };

        RefusalOf(new Roster(Self, 8), Larger, 1, Direction.Inbound, known).ShouldBeNull();
    }

    [Fact]
    public void When_all_places_are_taken_only_the_wanted_come_in()
    {
        var full = Enumerable.Range(10, 3).Aggregate(new Roster(Self, 3), (r, n) => Admit(r, IdOf(n), n, Direction.Inbound).Roster);

        RefusalOf(full, Larger, 50, Direction.Inbound).ShouldBe(Reason.NoSlot);
        RefusalOf(full, Larger, 50, Direction.Inbound, Known(Larger) with { Manual = true }).ShouldBeNull();
        RefusalOf(full, Larger, 50, Direction.Inbound, claim: Claim.Configured).ShouldBeNull();
        RefusalOf(full, IdOf(10), 50, Direction.Inbound).ShouldBeNull("it takes the place that it has already");
        RefusalOf(full.Protect(IdOf(10), on: true), Larger, 50, Direction.Inbound).ShouldBeNull();
        RefusalOf(full.Remove(IdOf(10), 10), Larger, 50, Direction.Inbound).ShouldBeNull();
    }

    [Theory]
    [InlineData(nameof(Smaller), Direction.Outbound, Direction.Inbound, true)]
    [InlineData(nameof(Larger), Direction.Outbound, Direction.Inbound, false)]
    [InlineData(nameof(Smaller), Direction.Outbound, Direction.Outbound, false)]
    [InlineData(nameof(Larger), Direction.Outbound, Direction.Outbound, false)]
    public void Of_two_that_cross_the_one_that_the_smaller_id_dialled_stays(string peer, Direction first, Direction second, bool displaced)
    {
        var id = peer == nameof(Smaller) ? Smaller : Larger;
        var roster = Admit(new Roster(Self, 8), id, 1, first).Roster;

        if (displaced)
        {
            Admit(roster, id, 2, second).Supersedes.ShouldBe(1);
        }
        else
        {
            RefusalOf(roster, id, 2, second).ShouldBe(Reason.Duplicate);
        }
    }

    [Theory]
    [InlineData(nameof(Smaller))]
    [InlineData(nameof(Larger))]
    public void A_peer_that_dials_anew_has_lost_the_connection_that_this_side_still_sees(string peer)
    {
        var id = peer == nameof(Smaller) ? Smaller : Larger;
        var dialled = Admit(new Roster(Self, 8), id, 1, Direction.Outbound).Roster.Confirm(id, 1, latest: 6);
        var accepted = Admit(new Roster(Self, 8), id, 1, Direction.Inbound).Roster;

        Admit(dialled, id, 7, Direction.Inbound).Supersedes.ShouldBe(1);
        Admit(accepted, id, 7, Direction.Inbound).Supersedes.ShouldBe(1);
        RefusalOf(dialled, id, 7, Direction.Outbound).ShouldBe(Reason.Duplicate);
        RefusalOf(accepted, id, 7, Direction.Outbound).ShouldBe(Reason.Duplicate);
    }

    [Fact]
    public void A_dial_that_had_begun_before_ours_was_confirmed_is_no_new_life()
    {
        var roster = Admit(new Roster(Self, 8), Larger, 1, Direction.Outbound).Roster.Confirm(Larger, 1, latest: 6);

        RefusalOf(roster, Larger, 6, Direction.Inbound).ShouldBe(Reason.Duplicate);
        RefusalOf(roster, Larger, 2, Direction.Inbound).ShouldBe(Reason.Duplicate);
    }

    [Fact]
    public void The_end_of_a_superseded_connection_changes_nothing()
    {
        var roster = Admit(new Roster(Self, 8), Larger, 1, Direction.Inbound).Roster;
        roster = Admit(roster, Larger, 2, Direction.Inbound).Roster;

        roster.Remove(Larger, 1)[Larger]!.Connection.ShouldBe(2);
        roster.Confirm(Larger, 1, 9).ShouldBe(roster);
        roster.Remove(Larger, 2)[Larger].ShouldBeNull();
    }

    [Fact]
    public void Whatever_happens_no_more_than_the_places_are_taken_and_no_peer_twice() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[10, 16], Gen.Bool).Array[1, 80].Sample(steps =>
        {
            var (roster, number, live) = (new Roster(Self, 3), 0L, new Dictionary<long, NodeId>());
            foreach (var (what, who, manual) in steps)
            {
                var id = IdOf(who);
                if (what == 0 && roster[id] is { } entry)
                {
                    roster = roster.Remove(id, entry.Connection);
                    live.Remove(entry.Connection);
                }
                else if (what == 1 && roster[id] is { } waiting)
                {
                    roster = roster.Confirm(id, waiting.Connection, number);
                }
                else
                {
                    var direction = what % 2 == 0 ? Direction.Inbound : Direction.Outbound;
                    if (roster.Admit(id, ++number, direction, Known(id) with { Manual = manual }, Now, Policy) is Admission.Admitted yes)
                    {
                        // Only the connection of the very same peer has to go for a newcomer.
                        if (yes.Supersedes is { } old && (!live.Remove(old, out var gone) || gone != id))
                        {
                            return false;
                        }

                        roster = yes.Roster;
                        live.Add(number, id);
                    }
                }

                if (live.Values.Distinct().Count() != live.Count || roster.Entries.Count != live.Count
                    || roster.Entries.Any(e => live.GetValueOrDefault(e.Value.Connection) != e.Key))
                {
                    return false;
                }
            }

            return true;
        });

    private static NodeId IdOf(int n) => NodeId.FromBytes([(byte)n, .. new byte[31]]);

    private static KnownPeer Known(NodeId id) => new()
    {
        Id = id, Key = PublicKey.FromBytes(new byte[32]), Source = PeerSource.Inbound, FirstSeen = Now,
    };

    [Fact]
    public void A_quarter_of_the_places_is_kept_for_each_direction()
    {
        var roster = Enumerable.Range(10, 6).Aggregate(new Roster(Self, 8), (r, n) => Admit(r, IdOf(n), n, Direction.Inbound).Roster);

        RefusalOf(roster, IdOf(20), 20, Direction.Inbound).ShouldBe(Reason.NoSlot);
        roster.FreeOutbound.ShouldBe(2);
        roster = Admit(roster, IdOf(20), 20, Direction.Outbound).Roster;
        roster = Admit(roster, IdOf(21), 21, Direction.Outbound).Roster;
        RefusalOf(roster, IdOf(22), 22, Direction.Outbound).ShouldBe(Reason.NoSlot);
    }

    [Fact]
    public void However_many_dial_in_half_of_the_target_is_dialled()
    {
        var crowded = Enumerable.Range(10, 24).Aggregate(new Roster(Self, 32), (r, n) => Admit(r, IdOf(n), n, Direction.Inbound).Roster);

        crowded.Room(target: 16, peers: 24, dialled: 0).ShouldBe(8);
        crowded.Room(target: 16, peers: 29, dialled: 5).ShouldBe(3);
        crowded.Room(target: 16, peers: 32, dialled: 8).ShouldBe(0);
    }

    [Theory]
    [InlineData(16, 32, 0, 0, 16)]
    [InlineData(16, 32, 10, 2, 6)]
    [InlineData(16, 32, 16, 8, 0)]
    [InlineData(16, 32, 16, 4, 4)]
    [InlineData(4, 8, 6, 1, 1)]
    [InlineData(1, 1, 1, 0, 0)]
    [InlineData(0, 32, 0, 0, 0)]
    public void The_target_is_for_both_directions_and_half_of_it_for_ones_own(int target, int max, int peers, int dialled, int room) =>
        new Roster(Self, max).Room(target, peers, dialled).ShouldBe(room);

    [Fact]
    public void One_range_has_at_most_eight_connections_however_many_identities()
    {
        var roster = new Roster(Self, 32);
        foreach (var n in Enumerable.Range(10, 8))
        {
            roster = AdmitFrom(roster, n, $"5.5.5.{n}:1").ShouldBeOfType<Admission.Admitted>().Roster;
        }

        AdmitFrom(roster, 30, "5.5.5.77:1").ShouldBe(new Admission.Refused(Reason.RangeLimit));
        AdmitFrom(roster, 30, "5.5.6.77:1").ShouldBeOfType<Admission.Admitted>();

        static Admission AdmitFrom(Roster roster, int n, string address) =>
            roster.Admit(IdOf(n), n, Direction.Inbound, null, Now, Policy, Claim.None, PeerAddress.Parse(address));
    }

    [Fact]
    public void A_local_network_is_not_limited_by_range()
    {
        var roster = new Roster(Self, 32);
        foreach (var n in Enumerable.Range(10, 20))
        {
            roster = roster.Admit(IdOf(n), n, Direction.Inbound, null, Now, Policy, Claim.None, PeerAddress.Parse($"192.168.1.{n}:1"))
                .ShouldBeOfType<Admission.Admitted>().Roster;
        }
    }

    private static Admission.Admitted Admit(Roster roster, NodeId peer, long connection, Direction direction) =>
        roster.Admit(peer, connection, direction, null, Now, Policy).ShouldBeOfType<Admission.Admitted>();

    private static Reason? RefusalOf(
        Roster roster, NodeId peer, long connection, Direction direction, KnownPeer? known = null, Claim claim = Claim.None) =>
        (roster.Admit(peer, connection, direction, known, Now, Policy, claim) as Admission.Refused)?.Reason;
}
