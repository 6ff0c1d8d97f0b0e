using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

public sealed class PeerStoreDecisionsSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PeerAddress Home = PeerAddress.Parse("192.0.2.1:7373");
    private static readonly PeerAddress Away = PeerAddress.Parse("198.51.100.1:7373");

    private readonly PeerStoreDecisions _decisions = new(new ReputationPolicy(), MaxKnownPeers: 4);
    private StoredPeers _book = StoredPeers.Empty;
    private DateTimeOffset _now = Noon;

    [Fact]
    public void A_stranger_is_learned_and_the_address_it_proved_is_pinned_to_it()
    {
        Do(Learn(1, pinned: Home)).ShouldBe([new PeerLearned(Noon, Key(1), PeerSource.Mdns, false), new KeyPinned(Noon, Id(1), Home)]);
        Peer(1).Addresses.ShouldBe([new KnownAddress(Home, Proven: true, LastTry: Noon)]);
        _book.HolderOf(Home).ShouldBe(Id(1));
    }

    [Fact]
    public void Repeating_any_command_stores_nothing_more()
    {
        Commands.IDurable[] commands =
        [
            Learn(1, pinned: Home), Learn(2, manual: true), new Commands.Ban(0, Id(1), ReputationCause.Timeout),
            new Commands.Remove(0, Id(2), Noon.AddMinutes(10)), new Commands.Unban(0, Id(1)),
        ];
        foreach (var command in commands)
        {
            Do(command).ShouldNotBeEmpty();
            Do(command).ShouldBeEmpty();
        }
    }

    [Fact]
    public void An_address_that_another_peer_proves_is_taken_from_the_one_that_had_it_and_from_those_that_claimed_it()
    {
        Do(Learn(1, pinned: Home));
        Do(Learn(2));
        Drift(new Commands.AddressHeard(Id(2), Away));
        Do(Learn(3, pinned: Home));
        Do(Learn(3, pinned: Away));

        Peer(1).Addresses.ShouldBeEmpty();
        Peer(2).Addresses.ShouldBeEmpty();
        Peer(3).Addresses.Select(a => a.Address).ShouldBe([Home, Away]);
        _book.Pins.ShouldAllBe(p => p.Value == Id(3));
    }

    [Fact]
    public void A_claim_to_an_address_that_another_peer_proved_is_not_remembered()
    {
        Do(Learn(1, pinned: Home));
        Do(Learn(2));
        Drift(new Commands.AddressHeard(Id(2), Home)).ShouldBeEmpty();
    }

    [Fact]
    public void A_person_who_adds_a_peer_ends_its_removal_and_its_ban_but_nobody_else_does()
    {
        Do(Learn(1, manual: true, pinned: Home));
        Do(new Commands.Remove(0, Id(1), Noon.AddMinutes(10)));
        Do(new Commands.Ban(0, Id(1), ReputationCause.ProtocolViolation));
        Peer(1).Manual.ShouldBeFalse();
        Peer(1).Addresses.ShouldBeEmpty();

        Do(Learn(1, pinned: Home)).ShouldBeEmpty();
        Peer(1).IsRemoved(_now).ShouldBeTrue();
        Peer(1).IsBanned(_now).ShouldBeTrue();

        Do(Learn(1, manual: true, pinned: Home));
        Peer(1).Manual.ShouldBeTrue();
        Peer(1).IsRemoved(_now).ShouldBeFalse();
        Peer(1).IsBanned(_now).ShouldBeFalse();
        Peer(1).Addresses.ShouldHaveSingleItem().Proven.ShouldBeTrue();
    }

    [Fact]
    public void A_removal_runs_out_by_itself()
    {
        Do(Learn(1));
        Do(new Commands.Remove(0, Id(1), Noon.AddMinutes(10)));
        _now = Noon.AddMinutes(10);
        Peer(1).IsRemoved(_now).ShouldBeFalse();
        Do(Learn(1, pinned: Home));
        Peer(1).Addresses.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(8, 128)]
    [InlineData(9, 7 * 24)]
    [InlineData(20, 7 * 24)]
    public void Each_ban_lasts_twice_as_long_as_the_one_before_up_to_a_week(int nth, int hours)
    {
        Do(Learn(1));
        for (var i = 1; i < nth; i++)
        {
            Do(new Commands.Ban(0, Id(1), ReputationCause.ProtocolViolation));
            _now = Peer(1).Ban!.Until;
        }

        Do(new Commands.Ban(0, Id(1), ReputationCause.ProtocolViolation));
        Peer(1).Ban.ShouldBe(new Ban(_now.AddHours(hours), ReputationCause.ProtocolViolation, nth));
    }

    [Fact]
    public void A_score_is_frozen_while_the_ban_lasts_and_decays_after_it()
    {
        Do(Learn(1));
        Drift(new Commands.Judge(Id(1), ReputationCause.VerificationFailed, Times: 3));
        Do(new Commands.Ban(0, Id(1), ReputationCause.VerificationFailed));
        Drift(new Commands.Judge(Id(1), ReputationCause.MessageDelivered, Times: 10)).ShouldBeEmpty();

        _now = Noon.AddMinutes(59);
        Score(1).ShouldBe(-60);
        _now = Noon.AddMinutes(70);
        Score(1).ShouldBe(-30, tolerance: 1e-9);
    }

    [Fact]
    public void A_lifted_ban_is_a_clean_slate()
    {
        Do(Learn(1));
        Drift(new Commands.Judge(Id(1), ReputationCause.ProtocolViolation));
        Do(new Commands.Ban(0, Id(1), ReputationCause.ProtocolViolation));
        Do(new Commands.Unban(0, Id(1)));
        Score(1).ShouldBe(0);
        Do(new Commands.Ban(0, Id(1), ReputationCause.Timeout));
        Peer(1).Ban!.Count.ShouldBe(1);
    }

    [Fact]
    public void Gains_are_capped_per_minute_and_losses_are_not()
    {
        Do(Learn(1));
        Drift(new Commands.Judge(Id(1), ReputationCause.MessageDelivered, Times: 1000));
        Score(1).ShouldBe(5);
        Drift(new Commands.Judge(Id(1), ReputationCause.MessageDelivered)).ShouldBeEmpty();
        Drift(new Commands.Judge(Id(1), ReputationCause.Timeout, Times: 100));
        Score(1).ShouldBe(-100);
    }

    [Fact]
    public void Whoever_is_unknown_is_refused_or_passed_over()
    {
        _decisions.Decide(_book, new Commands.Ban(0, Id(1), ReputationCause.Timeout), _now).Refusal.ShouldBe(Reason.UnknownPeer);
        _decisions.Decide(_book, new Commands.Unban(0, Id(1)), _now).Refusal.ShouldBe(Reason.UnknownPeer);
        _decisions.Decide(_book, new Commands.Remove(0, Id(1), Noon), _now).Refusal.ShouldBe(Reason.UnknownPeer);
        Drift(new Commands.Judge(Id(1), ReputationCause.Timeout)).ShouldBeEmpty();
        Drift(new Commands.Traffic(Id(1), 1, 1, Noon)).ShouldBeEmpty();
        Drift(new Commands.DialEnded(Id(1), Home, null)).ShouldBeEmpty();
        Drift(new Commands.AddressHeard(Id(1), Home)).ShouldBeEmpty();
    }

    [Fact]
    public void A_dial_counts_for_an_address_that_is_known_and_a_success_ends_the_count_of_failures()
    {
        Do(Learn(1, pinned: Home));
        Drift(new Commands.DialEnded(Id(1), Home, Reason.Refused));
        Drift(new Commands.DialEnded(Id(1), Home, Reason.Unreachable));
        Peer(1).Addresses.ShouldBe([new KnownAddress(Home, Proven: true, Noon, Reason.Unreachable, 2)]);
        Drift(new Commands.DialEnded(Id(1), Home, null));
        Peer(1).Addresses.ShouldBe([new KnownAddress(Home, Proven: true, Noon)]);
        Drift(new Commands.DialEnded(Id(1), Away, Reason.Refused)).ShouldBeEmpty();
    }

    [Fact]
    public void A_peer_that_names_many_addresses_is_remembered_with_eight_and_never_loses_a_proven_one()
    {
        Do(Learn(1, pinned: Home));
        for (var port = 1; port <= 50; port++)
        {
            Drift(new Commands.AddressHeard(Id(1), PeerAddress.Parse($"203.0.113.1:{port}")));
        }

        Peer(1).Addresses.Length.ShouldBe(KnownPeer.MaxAddresses);
        Peer(1).Addresses.ShouldContain(a => a.Address == Home && a.Proven);
    }

    [Fact]
    public void When_the_book_is_full_the_worst_is_forgotten_never_one_that_is_manual_or_banned_or_removed()
    {
        Do(Learn(1, manual: true));
        Do(Learn(2));
        Do(Learn(3, pinned: Home));
        Do(Learn(4));
        Do(new Commands.Ban(0, Id(2), ReputationCause.Timeout));

        // Of 3 and 4, 4 was never reached.
        Do(Learn(5)).ShouldBe([new Forgotten(Noon, Id(4)), new PeerLearned(Noon, Key(5), PeerSource.Mdns, false)]);
        Do(new Commands.Remove(0, Id(5), Noon.AddMinutes(10)));
        Do(Learn(6)).ShouldContain(new Forgotten(Noon, Id(3)));
        Do(Learn(6, manual: true));

        _decisions.Decide(_book, Learn(7), _now).Refusal.ShouldBe(Reason.NoSlot);
        Do(Learn(7, manual: true));
        _book.Peers.Count.ShouldBe(5);
    }

    [Fact]
    public void An_event_without_a_rule_stops_the_replay()
    {
        Do(Learn(1));
        Should.Throw<InvalidOperationException>(() => _book.Apply(new Unheard(Noon, Id(1)))).Message.ShouldContain(nameof(Unheard));
    }

    private static PublicKey Key(byte n) => PublicKey.FromBytes(Enumerable.Repeat(n, 32).ToArray());

    private static NodeId Id(byte n) => NodeId.Of(Key(n));

    private static Commands.Learn Learn(byte n, bool manual = false, PeerAddress? pinned = null) =>
        new(0, Key(n), manual ? PeerSource.Manual : PeerSource.Mdns, manual, pinned);

    private KnownPeer Peer(byte n) => _book.Peers[Id(n)];

    private double Score(byte n) => Peer(n).Reputation.ScoreAt(_now, new ReputationPolicy());

    private IPeerStoreEvent[] Do(Commands.IDurable command)
    {
        var decision = _decisions.Decide(_book, command, _now);
        decision.Refusal.ShouldBeNull();
        return Apply(decision.Events);
    }

    private IPeerStoreEvent[] Drift(Commands.ICommand command) => Apply(_decisions.DecideDrift(_book, command, _now));

    private IPeerStoreEvent[] Apply(IEnumerable<IPeerStoreEvent> events)
    {
        _book = events.Aggregate(_book, (book, e) => book.Apply(e));
        return [.. events];
    }

    private sealed record Unheard(DateTimeOffset At, NodeId Peer) : IPeerStoreEvent;
}
