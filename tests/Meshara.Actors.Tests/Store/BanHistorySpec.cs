using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>The bans of a person, and what the history tells.</summary>
public sealed class BanHistorySpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PublicKey Key = PublicKey.FromBytes(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly NodeId Id = NodeId.Of(Key);

    private readonly PeerStoreDecisions _decisions = new(new ReputationPolicy(), MaxKnownPeers: 4);
    private readonly Drift _drift = new();
    private StoredPeers _book = StoredPeers.Empty.Apply(new PeerLearned(Noon, Key, PeerSource.Mdns, Manual: false));
    private DateTimeOffset _now = Noon;

    private KnownPeer Peer => _book.Peers[Id];

    [Fact]
    public void A_person_says_until_when_and_why()
    {
        Do(Ban(Noon.AddDays(30), "spam"));

        Peer.Ban.ShouldBe(new Ban(Noon.AddDays(30), ReputationCause.Operator, 1, "spam"));
        Peer.History.Entries.ShouldHaveSingleItem().ShouldBe(
            new ReputationEntry(Noon, ReputationStep.Banned, ReputationCause.Operator, 0, 0) { Until = Noon.AddDays(30), Note = "spam" });
    }

    [Fact]
    public void A_person_who_does_not_say_bans_for_as_long_as_the_policy()
    {
        Do(Ban());
        Peer.Ban!.Until.ShouldBe(Noon.AddHours(1));
        Do(Ban()).ShouldBeEmpty();

        _now = Noon.AddHours(1);
        Do(Ban());
        Peer.Ban!.Until.ShouldBe(_now.AddHours(2));
    }

    [Fact]
    public void A_persons_word_replaces_a_ban_and_no_misdeed_replaces_a_persons_word()
    {
        Do(new Commands.Ban(0, Id, ReputationCause.Timeout));
        Do(Ban(Noon.AddMinutes(5), "testing"));
        Peer.Ban.ShouldBe(new Ban(Noon.AddMinutes(5), ReputationCause.Operator, 1, "testing"));

        Do(new Commands.Ban(0, Id, ReputationCause.ProtocolViolation)).ShouldBeEmpty();
        Do(Ban(Noon.AddMinutes(5), "testing")).ShouldBeEmpty();
        Do(Ban(Noon.AddMinutes(9), "testing")).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_lifted_ban_stands_in_the_history_with_the_score_that_it_wiped()
    {
        Judge(ReputationCause.VerificationFailed, 3);
        Do(new Commands.Ban(0, Id, ReputationCause.VerificationFailed));
        Do(new Commands.Unban(0, Id));

        Peer.History.Entries.Select(e => (e.Step, e.Cause, e.Delta, e.Score)).ShouldBe(
        [
            (ReputationStep.Judged, ReputationCause.VerificationFailed, -60, -60),
            (ReputationStep.Banned, ReputationCause.VerificationFailed, 0, -60),
            (ReputationStep.Unbanned, ReputationCause.Operator, 60, 0),
        ]);
    }

    [Fact]
    public void Good_conduct_does_not_push_a_misdeed_out_of_the_history()
    {
        Judge(ReputationCause.Timeout);
        for (var i = 0; i < 500; i++)
        {
            _now += TimeSpan.FromSeconds(30);
            Judge(ReputationCause.MessageDelivered);
        }

        Peer.History.Entries.Select(e => e.Cause).ShouldBe([ReputationCause.Timeout, ReputationCause.MessageDelivered]);
        Peer.History.Entries[1].Delta.ShouldBe(50, tolerance: 1e-6);
        Peer.History.Entries[1].At.ShouldBe(_now);
    }

    [Fact]
    public void The_history_keeps_the_newest_and_what_waits_to_be_written_is_no_more_than_it_shows()
    {
        for (var i = 0; i < 1000; i++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            Judge(i % 20 == 0 ? ReputationCause.MessageDelivered : ReputationCause.ConnectionLost);
        }

        _drift.Count.ShouldBe(ReputationHistory.MaxEntries + 1);
        Peer.History.Entries.Length.ShouldBe(ReputationHistory.MaxEntries);
        Peer.History.Entries[^1].At.ShouldBe(_now);
        var replayed = _drift.Drain().Aggregate(
            StoredPeers.Empty.Apply(new PeerLearned(Noon, Key, PeerSource.Mdns, Manual: false)), (book, e) => book.Apply(e));
        replayed.Peers[Id].History.ShouldBe(Peer.History);
        replayed.Peers[Id].Reputation.ShouldBe(Peer.Reputation);
    }

    private static Commands.Ban Ban(DateTimeOffset? until = null, string? note = null) =>
        new(0, Id, ReputationCause.Operator, until, note);

    private IPeerStoreEvent[] Do(Commands.IDurable command)
    {
        var events = _decisions.Decide(_book, command, _now).Events;
        _book = events.Aggregate(_book, (book, e) => book.Apply(e));
        return [.. events];
    }

    private void Judge(ReputationCause cause, int times = 1)
    {
        foreach (var e in _decisions.DecideDrift(_book, new Commands.Judge(Id, cause, times), _now))
        {
            _book = _book.Apply(e);
            _drift.Add(e);
        }
    }
}
