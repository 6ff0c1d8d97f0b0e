using System.Net;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class AddressRangeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("::1", "::1/128")]
    public void A_range_is_read_as_it_is_typed(string text, string expected) => AddressRange.Parse(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData(null, "An address range is")]
    [InlineData("", "An address range is")]
    [InlineData("10.1/16", "An address range is")]
    [InlineData("node.example", "An address range is")]
    [InlineData("fe80::1%2/64", "An address range is")]
    [InlineData("192.0.2.0/33", "0 to 32")]
    [InlineData("192.0.2.0/", "0 to 32")]
    [InlineData("192.0.2.0/-1", "0 to 32")]
    [InlineData("::/129", "0 to 128")]
    [InlineData("192.0.2.7/24", "192.0.2.0/24")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    public void What_is_no_range_is_refused_with_what_is_wrong(string? text, string says)
    {
        AddressRange.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(says);
    }

    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", true)]
    [InlineData("192.0.3.7", false)]
    [InlineData("2001:db8:ffff::1", true)]
    [InlineData("2001:db9::1", false)]
    [InlineData("fe80::1%3", true)]
    public void An_address_is_banned_in_whatever_form_it_comes(string address, bool banned)
    {
        var bans = RangeBans.None.With(Ban("192.0.2.0/24")).With(Ban("2001:db8::/32")).With(Ban("fe80::/10"));
        (bans.BanOf(IPAddress.Parse(address), Noon) is not null).ShouldBe(banned);
    }

    [Fact]
    public void Of_the_ranges_that_hold_an_address_the_one_counts_that_ends_last_and_none_that_has_ended()
    {
        var bans = RangeBans.None.With(Ban("10.0.0.0/8", hours: 1)).With(Ban("10.1.0.0/16", hours: 3)).With(Ban("10.1.1.0/24", hours: 2));
        var address = PeerAddress.Parse("10.1.1.1:7373");

        bans.BanOf(address, Noon)!.Range.PrefixLength.ShouldBe(16);
        bans.BanOf(address, Noon.AddHours(3)).ShouldBeNull();
        bans.BanOf(PeerAddress.Parse("node.example:7373"), Noon).ShouldBeNull();
        bans.Without(AddressRange.Parse("10.1.0.0/16")).BanOf(address, Noon)!.Range.PrefixLength.ShouldBe(24);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("spam, twice (since Monday)", true)]
    [InlineData("größer als 漢字 🙂", true)]
    [InlineData("two\nlines", false)]
    [InlineData("\u001b[2J", false)]
    [InlineData("\u202eevil", false)]
    [InlineData("\u2028", false)]
    public void The_note_of_a_ban_is_one_plain_line(string? note, bool fits) => (BanNote.ErrorOf(note) is null).ShouldBe(fits);

    [Fact]
    public void The_note_of_a_ban_is_short_and_whole()
    {
        BanNote.ErrorOf(new string('x', 200)).ShouldBeNull();
        BanNote.ErrorOf(new string('x', 201)).ShouldNotBeNull();
        BanNote.ErrorOf("half \ud83d").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("message-delivered", 1)]
    [InlineData("operator", 6)]
    public void A_cause_has_its_name_in_kebab_case(string name, int cause) => ((ReputationCause)cause).Name().ShouldBe(name);

    private static RangeBan Ban(string range, int hours = 1) => new(AddressRange.Parse(range), Noon, Noon.AddHours(hours));
}
