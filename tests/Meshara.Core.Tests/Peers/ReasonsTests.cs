using System.Text.RegularExpressions;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed partial class ReasonsTests
{
    /// <summary>The numbers travel between versions and the names stand in scripts: lines are added here, and never changed.</summary>
    private static readonly (int Number, string Name)[] Golden =
    [
        (0, "closed-by-peer"),
        (1, "key-mismatch"),
        (2, "bad-certificate"),
        (3, "alpn-mismatch"),
        (4, "wrong-network"),
        (5, "self-connection"),
        (6, "duplicate"),
        (7, "banned"),
        (8, "low-reputation"),
        (9, "no-slot"),
        (10, "range-limit"),
        (11, "rate-limited"),
        (12, "handshake-timeout"),
        (13, "heartbeat-timeout"),
        (14, "protocol-error"),
        (15, "frame-too-large"),
        (16, "bad-signature"),
        (17, "unreachable"),
        (18, "refused"),
        (19, "evicted"),
        (20, "removed-by-operator"),
        (21, "shutting-down"),
        (22, "network-down"),
        (23, "connection-lost"),
        (24, "version-mismatch"),
        (25, "name-not-found"),
        (26, "handshake-rejected"),
        (27, "unknown-peer"),
        (28, "not-connected"),
        (29, "queue-full"),
        (30, "message-too-large"),
        (31, "store-unavailable"),
        (40, "too-many-bans"),
    ];

    public static TheoryData<Reason> All => [.. Enum.GetValues<Reason>()];

    [Fact]
    public void Numbers_and_names_stay_as_they_are() =>
        Enum.GetValues<Reason>().Select(r => ((int)r, r.Name())).Order().ShouldBe(Golden.Order());

    [Theory]
    [MemberData(nameof(All))]
    public void Each_has_a_name_and_one_sentence_for_people(Reason reason)
    {
        Kebab().IsMatch(reason.Name()).ShouldBeTrue(reason.Name());
        var sentence = reason.Sentence();
        char.IsUpper(sentence[0]).ShouldBeTrue(sentence);
        sentence.ShouldEndWith(".");
        sentence.ShouldNotContain('\n');
        sentence.Length.ShouldBeInRange(30, 200);
        Reasons.TryParse(reason.Name(), out var parsed).ShouldBeTrue();
        parsed.ShouldBe(reason);
    }

    [Fact]
    public void Names_and_sentences_are_unique()
    {
        Enum.GetValues<Reason>().Select(r => r.Name()).ShouldBeUnique();
        Enum.GetValues<Reason>().Select(r => r.Sentence()).ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_comes_over_the_wire_as_it_is(Reason reason) => Reasons.FromWire((uint)reason).ShouldBe(reason);

    [Theory]
    [InlineData(1_000u)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public void A_reason_of_a_later_version_is_closed_by_peer(uint number) => Reasons.FromWire(number).ShouldBe(Reason.ClosedByPeer);

    [Theory]
    [InlineData("")]
    [InlineData("Key-Mismatch")]
    [InlineData("nonsense")]
    public void What_is_no_name_is_not_found(string name) => Reasons.TryParse(name, out _).ShouldBeFalse();

    [GeneratedRegex("^[a-z]+(-[a-z]+)*$")]
    private static partial Regex Kebab();
}
