using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class WhyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PublicKey Key = PublicKey.FromBytes(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly PeerAddress Home = PeerAddress.Parse("192.0.2.1:7373");

    private static readonly KnownPeer Peer = new()
    {
        Id = NodeId.Of(Key), Key = Key, Source = PeerSource.Mdns, FirstSeen = Noon, Addresses = [new KnownAddress(Home)],
    };

    private static readonly WhyFacts Plain = new()
    {
        Now = Noon, Peer = Peer.Id, Known = Peer, Room = 3, TargetPeers = 16, MaxPeers = 32, LooksAtLan = true,
    };

    private static readonly DialGoal Waiting = new([Home], Peer.Id, PeerSource.Manual) { Failures = 3, Due = Noon.AddSeconds(42) };

    private static readonly ConnectionEnd Refused = new(Noon.AddMinutes(-2), Reason.Refused, false, Direction.Outbound, false);

    private static readonly Dictionary<string, WhyFacts> Cases = new()
    {
        ["self"] = Plain with { IsSelf = true, Known = null },
        ["connected"] = Plain with { ConnectedSince = Noon.AddMinutes(-5), Direction = Direction.Inbound, OnLan = true, Goal = Waiting, Last = Refused },
        ["manual"] = Plain with { ConnectedSince = Noon.AddDays(-3), Direction = Direction.Outbound, Known = Peer with { Manual = true } },
        ["banned"] = Plain with { Known = Peer with { Ban = new Ban(Noon.AddHours(1), ReputationCause.ProtocolViolation, 1) } },
        ["banned by a person"] = Plain with
        {
            Known = Peer with { Manual = true, Ban = new Ban(Noon.AddDays(7), ReputationCause.Operator, 1, "spam") }, Last = Refused,
        },
        ["ban over"] = Plain with { Known = Peer with { Ban = new Ban(Noon, ReputationCause.Timeout, 1) } },
        ["range"] = Plain with { Range = new RangeBan(AddressRange.Parse("192.0.2.0/24"), Noon, Noon.AddMinutes(30), "scanners"), Goal = Waiting },
        ["removed"] = Plain with { Known = Peer with { RemovedUntil = Noon.AddMinutes(10) } },
        ["low"] = Plain with { Known = Peer with { Reputation = new Reputation(-40, Noon, 0, Noon) } },
        ["low but manual"] = Plain with { Known = Peer with { Manual = true, Reputation = new Reputation(-40, Noon, 0, Noon) }, Goal = Waiting },
        ["dialling"] = Plain with { Dialling = true, Goal = Waiting },
        ["knocking"] = Plain with { Knocking = true },
        ["crossing"] = Plain with { Dialling = true, Knocking = true },
        ["backoff"] = Plain with { Goal = Waiting, Last = Refused },
        ["once"] = Plain with { Goal = Waiting with { Failures = 1, Due = Noon } },
        ["lost"] = Plain with
        {
            Goal = Waiting with { Failures = 0 }, Last = new ConnectionEnd(Noon.AddSeconds(-1), Reason.ShuttingDown, true, Direction.Inbound, true),
        },
        ["turn"] = Plain with { Goal = Waiting with { Failures = 0, Due = Noon } },
        ["target reached"] = Plain with { Goal = Waiting with { Source = PeerSource.Mdns }, Room = 0 },
        ["unknown"] = Plain with { Known = null, Peer = null, Address = Home },
        ["no address"] = Plain with { Known = Peer with { Addresses = [] } },
        ["refused stranger"] = Plain with { Known = null, Last = new ConnectionEnd(Noon, Reason.NoSlot, false, Direction.Inbound, false) },
        ["full"] = Plain with { IsFull = true, Room = 0 },
        ["enough"] = Plain with { Room = 0 },
        ["paused"] = Plain with { CandidateDue = Noon, PausedUntil = Noon.AddMinutes(9), Last = Refused with { Reason = Reason.NoSlot, ByPeer = true } },
        ["candidate that failed"] = Plain with { CandidateDue = Noon.AddSeconds(30), PausedUntil = Noon, Last = Refused },
        ["candidate"] = Plain with { CandidateDue = Noon },
        ["cut off"] = Plain with { AwaySince = Noon.AddMinutes(-3), Goal = Waiting, Last = Refused },
        ["cut off from one nobody wants"] = Plain with { AwaySince = Noon.AddMinutes(-3) },
        ["crowded"] = Plain with { CandidateDue = Noon, Crowd = NetworkGroup.Of(Home) },
        ["gone from lan"] = Plain,
        ["lan off"] = Plain with { LooksAtLan = false },
        ["not asked for"] = Plain with { Known = Peer with { Source = PeerSource.Inbound, LastSeen = Noon.AddHours(-3) } },
    };

    public static TheoryData<string, Reason?, string, string> Table => new()
    {
        { "self", Reason.SelfConnection, "it is this node itself", "-" },
        { "connected", null, "it is on the local network, and it dialled this node 5 min ago", "-" },
        { "manual", null, "a person asked for it, and this node dialled it 3 d ago", "-" },
        { "banned", Reason.Banned, "it is banned for protocol-violation, for another 60 min", "-" },
        { "banned by a person", Reason.Banned, "a person banned it (spam), for another 7 d", "7.00:00:00" },
        { "ban over", Reason.NotConnected, "it is no longer seen on the local network", "-" },
        { "range", Reason.Banned, "the address range 192.0.2.0/24 is banned (scanners), for another 30 min", "00:30:00" },
        { "removed", Reason.RemovedByOperator, "a person removed it, and it is kept out for another 10 min", "-" },
        { "low", Reason.LowReputation, "its reputation of -40 is too low", "-" },
        { "low but manual", Reason.Unreachable, "each of the last 3 tries failed", "00:00:42" },
        { "dialling", null, "it is being dialled at this moment", "00:00:00" },
        { "knocking", null, "it dialled this node, and the handshake is under way", "00:00:00" },
        { "crossing", null, "both sides dial each other at this moment", "00:00:00" },
        { "backoff", Reason.Refused, "each of the last 3 tries failed", "00:00:42" },
        { "once", Reason.Unreachable, "the last try failed", "00:00:00" },
        { "lost", Reason.ShuttingDown, "its connection ended", "00:00:42" },
        { "turn", null, "it has its turn to be dialled", "00:00:00" },
        { "target reached", Reason.NoSlot, "this node has the 16 peers that it strives for", "-" },
        { "unknown", Reason.UnknownPeer, "nothing is known of it", "-" },
        { "no address", Reason.NotConnected, "no address is known at which it could be dialled", "-" },
        { "refused stranger", Reason.NotConnected, "no address is known at which it could be dialled", "-" },
        { "full", Reason.NoSlot, "all 32 places are taken", "-" },
        { "enough", Reason.NoSlot, "this node has the 16 peers that it strives for", "-" },
        { "paused", Reason.NoSlot, "it asked to be left alone for another 9 min", "00:09:00" },
        { "candidate that failed", Reason.Refused, "the last try failed", "00:00:30" },
        { "candidate", Reason.NotConnected, "it may be dialled, and others have their turn first", "00:00:00" },
        { "cut off", Reason.NetworkDown, "this node itself has been cut off from the network for 3 min", "00:00:42" },
        { "cut off from one nobody wants", Reason.NotConnected, "it is no longer seen on the local network", "-" },
        { "crowded", Reason.RangeLimit, "as many peers of its network 192.0.0.0/16 are connected as one network may have", "-" },
        { "gone from lan", Reason.NotConnected, "it is no longer seen on the local network", "-" },
        { "lan off", Reason.NotConnected, "it was found on the local network, where nobody looks now", "-" },
        { "not asked for", Reason.NotConnected, "nobody asked for it", "-" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_case_has_its_reason_its_words_and_its_next_try(string which, Reason? reason, string why, string nextTry)
    {
        var answer = Why.Of(Cases[which]);

        answer.Reason.ShouldBe(reason);
        answer.Why.ShouldBe(why);
        (answer.NextTry - Noon)?.ToString().ShouldBe(nextTry == "-" ? null : nextTry);
        answer.Connected.ShouldBe(which is "connected" or "manual");
    }

    [Fact]
    public void Each_case_is_in_the_table_and_ends_in_one_sentence()
    {
        Table.Select(row => (string)row[0]).ShouldBe(Cases.Keys);
        Cases.Values.Select(Why.Of).ShouldAllBe(a => a.Sentence.EndsWith('.') && !a.Sentence.Contains(". ", StringComparison.Ordinal)
            && !a.Sentence.Contains("..", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "backoff",
        "72cd6e84 is not connected: each of the last 3 tries failed; last, a dial failed 2 min ago (refused); the next try is due in 42 s; "
        + "the reason says what to do: nobody listens at the address; check the port, and that the node runs.")]
    [InlineData(
        "banned by a person",
        "72cd6e84 is not connected: a person banned it (spam), for another 7 d; last, a dial failed 2 min ago (refused); "
        + "the next try is due in 7 d; the end of the ban changes that, or a person who lifts it (meshara peer unban 72cd6e84).")]
    [InlineData(
        "lost",
        "72cd6e84 is not connected: its connection ended; last, its connection ended 1 s ago (shutting-down, as it said); "
        + "the next try is due in 42 s; it is dialled again by itself.")]
    [InlineData(
        "low",
        "72cd6e84 is not connected: its reputation of -40 is too low; no try is planned; time changes that, in 10 min, or a person who "
        + "adds it (meshara peer add HOST:PORT).")]
    [InlineData(
        "manual",
        "72cd6e84 is connected: a person asked for it, and this node dialled it 3 d ago; a person can end that (meshara peer remove, peer ban).")]
    [InlineData(
        "unknown",
        "192.0.2.1:7373 is not connected: nothing is known of it; no try is planned; a person who adds it changes that "
        + "(meshara peer add HOST:PORT).")]
    [InlineData(
        "not asked for",
        "72cd6e84 is not connected: nobody asked for it; last, it was heard 3 h ago; no try is planned; it changes when it dials this node, "
        + "or a person adds it (meshara peer add HOST:PORT).")]
    public void The_sentence_says_why_what_was_last_what_is_next_and_what_changes_it(string which, string sentence) =>
        Why.Of(Cases[which]).Sentence.ShouldBe(sentence);

    [Fact]
    public void Where_no_end_is_remembered_the_last_dial_is_what_happened_last()
    {
        var tried = Peer with { Addresses = [new KnownAddress(Home, false, Noon.AddHours(-1), Reason.Unreachable, 2)] };
        Why.Of(Plain with { Known = tried }).Last.ShouldBe("192.0.2.1:7373 was dialled 60 min ago (unreachable)");
    }
}
