using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>A peer that proves who it is and then tries one attack after another, each as somebody new, with a program of its own.</summary>
public sealed class HostileNodeTests(HostileField field) : IClassFixture<HostileField>
{
    private const int Plenty = 100_000;

    [Theory]
    [InlineData("forged-records", "verification-failed")]
    [InlineData("expired-records", "useless-records")]
    [InlineData("future-records", "useless-records")]
    [InlineData("other-network-records", "useless-records")]
    [InlineData("useless-addresses", "useless-records")]
    [InlineData("unsolicited-list", "unsolicited")]
    public async Task Lies_cost_reputation_and_are_not_believed(string attack, string cause)
    {
        var known = await KnownAsync();

        var met = await field.AttackAsync(attack, attack.Sum(c => c), Plenty);

        (await field.CausesAsync($"{met["peerId"]}", cause)).ShouldContain(cause);
        (await KnownAsync()).Except(known).ShouldBe([$"{met["peerId"]}"]);
        field.HasHeld();
    }

    [Theory]
    [InlineData("oversized-list", "protocol-error", "protocol-violation")]
    [InlineData("oversized-records", "protocol-error", "protocol-violation")]
    [InlineData("get-peers", "rate-limited", "rate-exceeded")]
    [InlineData("reach-checks", "rate-limited", "rate-exceeded")]
    [InlineData("pings", "protocol-error", "protocol-violation")]
    [InlineData("unknown-messages", "protocol-error", "protocol-violation")]
    public async Task Who_breaks_the_protocol_or_floods_is_told_why_cut_off_and_banned(string attack, string goodbye, string cause)
    {
        var met = await field.AttackAsync(attack, attack.Sum(c => c), Plenty);

        ($"{met["goodbye"]}", (bool)met["ended"]!).ShouldBe((goodbye, true));
        (await field.CausesAsync($"{met["peerId"]}", cause)).ShouldContain(cause);
        (await field.AskAsync("bans"))["bans"]!.AsArray().Select(b => $"{b!["peerId"]}").ShouldContain($"{met["peerId"]}");
        field.HasHeld();
    }

    [Fact]
    public async Task Of_a_hundred_thousand_made_up_addresses_only_the_list_that_was_asked_for_is_looked_at()
    {
        var known = await KnownAsync();

        var met = await field.AttackAsync("made-up-addresses", 77, Plenty);

        ($"{met["goodbye"]}", (bool)met["ended"]!).ShouldBe(("low-reputation", true));
        (await field.CausesAsync($"{met["peerId"]}", "unsolicited")).ShouldContain("unsolicited");
        (await KnownAsync()).Except(known).Count().ShouldBeInRange(2, 1 + 64);
        field.HasHeld();
    }

    [Fact]
    public async Task An_older_record_does_not_replace_a_newer_one()
    {
        var known = await KnownAsync();

        var met = await field.AttackAsync("replayed-records", 78, Plenty);

        var told = (await KnownAsync()).Except(known).Except([$"{met["peerId"]}"]).ShouldHaveSingleItem();
        (await field.AskAsync("peer", "show", told))["addresses"]!.AsArray().ShouldHaveSingleItem()!["address"]!.ToString().ShouldBe("127.16.0.2:9");
        field.HasHeld();
    }

    private async Task<IReadOnlyList<string>> KnownAsync() =>
        [.. (await field.AskAsync("known"))["peers"]!.AsArray().Select(p => $"{p!["peerId"]}")];
}
