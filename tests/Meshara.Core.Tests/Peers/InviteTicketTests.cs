using System.Net;
using CsCheck;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class InviteTicketTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly NodeId Node = NodeId.FromBytes([.. Enumerable.Range(1, NodeId.Size).Select(i => (byte)i)]);

    private static readonly Gen<PeerAddress> Address = Gen.OneOf(
        Gen.Select(Gen.Byte.Array[4], Gen.Int[1, 65535], (ip, port) => PeerAddress.Of(new IPAddress(ip), port)),
        Gen.Select(Gen.Byte.Array[16], Gen.Int[1, 65535], (ip, port) => PeerAddress.Of(new IPAddress(ip), port)),
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 63], Gen.Int[1, 65535], (host, port) => PeerAddress.Parse($"{host}.example:{port}")));

    private static readonly Gen<InviteTicket> Tickets = Gen.Select(
        Gen.String[Gen.Char[' ', '\u2fff'], 1, 64].Where(n => !n.Any(char.IsControl)),
        Gen.Byte.Array[NodeId.Size],
        Address.Array[1, InviteTicket.MaxAddresses],
        Gen.Long[0, 253_402_300_799],
        (network, id, addresses, expires) =>
            new InviteTicket(network, NodeId.FromBytes(id), [.. addresses], DateTimeOffset.FromUnixTimeSeconds(expires)));

    private static readonly string Sample = new InviteTicket("lab", Node, [PeerAddress.Parse("192.0.2.7:7373")], Noon).ToString();

    [Fact]
    public void What_is_written_is_read_back() => Tickets.Sample(ticket => InviteTicket.Parse(ticket.ToString()) == ticket);

    [Fact]
    public void It_is_one_short_word_that_a_double_click_selects()
    {
        Sample.Length.ShouldBeLessThan(120);
        Tickets.Sample(ticket => ticket.ToString() is { Length: <= InviteTicket.MaxTextLength } text && text.StartsWith(InviteTicket.Prefix, StringComparison.Ordinal)
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) && !text[InviteTicket.Prefix.Length..].Any("ilou".Contains));
    }

    /// <summary>A ticket that was printed once has to stay readable, whatever its version is followed by.</summary>
    [Fact]
    public void The_words_of_version_1_stay_readable()
    {
        const string Printed = "meshara1181prrb228g020g30g2gc1r81450p30d1r7h048j2ca1a5gq30chm6rw3mf1y80t1c50j2g4r00041rgsmwj1g42jk90cw2f87jg";

        InviteTicket.Parse(Printed).ShouldBe(new InviteTicket("lab", Node, [PeerAddress.Parse("192.0.2.7:7373")], Noon));
    }

    [Fact]
    public void No_change_of_one_character_gives_a_ticket()
    {
        const string Any = "0123456789abcdefghijklmnopqrstuvwxyzABCXYZ -_.\n";
        for (var at = 0; at < Sample.Length; at++)
        {
            IsRefused(Sample.Remove(at, 1)).ShouldBeTrue();
            if (at > 0 && Sample[at] != Sample[at - 1])
            {
                IsRefused($"{Sample[..(at - 1)]}{Sample[at]}{Sample[at - 1]}{Sample[(at + 1)..]}").ShouldBeTrue();
            }

            foreach (var other in Any)
            {
                (other == Sample[at] || IsRefused($"{Sample[..at]}{other}{Sample[(at + 1)..]}")).ShouldBeTrue();
                (at == 0 && char.IsWhiteSpace(other)).ShouldBe(!IsRefused(Sample.Insert(at, $"{other}")));
            }
        }
    }

    [Fact]
    public void No_change_of_one_character_of_any_ticket_gives_one() =>
        Gen.Select(Tickets, Gen.Double[0, 1], Gen.Int[1, 31]).Sample((ticket, place, step) =>
        {
            const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
            var text = ticket.ToString();
            var at = InviteTicket.Prefix.Length + (int)(place * (text.Length - InviteTicket.Prefix.Length - 1));
            var other = Alphabet[(Alphabet.IndexOf(text[at], StringComparison.Ordinal) + step) % Alphabet.Length];
            return IsRefused($"{text[..at]}{other}{text[(at + 1)..]}");
        });

    [Theory]
    [InlineData(null, "This is no ticket")]
    [InlineData("", "This is no ticket")]
    [InlineData("192.0.2.1:7373", "This is no ticket")]
    [InlineData("meshara", "not whole")]
    [InlineData("meshara1", "not whole")]
    [InlineData("meshara10000000", "not whole")]
    [InlineData("meshara2abc", "later version")]
    public void What_is_no_ticket_is_told_in_words(string? text, string expected)
    {
        InviteTicket.TryParse(text, out _, out var error).ShouldBeFalse();

        error!.ShouldContain(expected);
    }

    [Fact]
    public void Half_a_ticket_and_a_broken_line_are_told_in_words()
    {
        InviteTicket.TryParse(Sample[..60], out _, out var error).ShouldBeFalse();
        error!.ShouldContain("copy all of its line again");
        InviteTicket.TryParse(Sample.Insert(60, "\r\n"), out _, out error).ShouldBeFalse();
        error!.ShouldContain("copy all of its line again");
        InviteTicket.Parse($"  {Sample}\r\n").Node.ShouldBe(Node);
    }

    [Fact]
    public void Whatever_a_stranger_writes_is_refused_and_never_thrown() => Gen.Byte.Array[0, 300].Sample(
        bytes => !InviteTicket.TryParse(InviteTicket.Prefix + CopySafe.Write(InviteTicket.Prefix, bytes), out var ticket, out var error)
            ? error.Length < 200
            : ticket.Addresses.Length is > 0 and <= InviteTicket.MaxAddresses,
        iter: 5_000);

    [Fact]
    public void Its_length_is_bounded()
    {
        InviteTicket.TryParse(InviteTicket.Prefix + new string('0', 1_000_000), out _, out var error).ShouldBeFalse();

        error!.ShouldContain("at most 2400");
    }

    [Fact]
    public void With_a_good_checksum_lies_are_refused_all_the_same()
    {
        Forged(t => t.Network = "").ShouldBeNull();
        Forged(t => t.Network = new string('n', 65)).ShouldBeNull();
        Forged(t => t.Network = "a\u001b[2J").ShouldBeNull();
        Forged(t => t.NodeId = ByteString.CopyFrom(new byte[31])).ShouldBeNull();
        Forged(t => t.Addresses.Clear()).ShouldBeNull();
        Forged(t => t.Addresses.Add(Enumerable.Repeat(t.Addresses[0], InviteTicket.MaxAddresses))).ShouldBeNull();
        Forged(t => t.Addresses[0].Ip.Port = 0).ShouldBeNull();
        Forged(t => t.Addresses[0].Ip.Scope = 1).ShouldBeNull();
        Forged(t => t.Expires = long.MaxValue).ShouldBeNull();
        Forged(t => t.Expires = long.MinValue).ShouldBeNull();
        Forged(_ => { }).ShouldNotBeNull();

        static InviteTicket? Forged(Action<Ticket> change)
        {
            var content = new Ticket
            {
                Network = "lab", NodeId = ByteString.CopyFrom(Node.ToByteArray()), Addresses = { PeerAddress.Parse("192.0.2.7:7373").ToWire() },
            };
            change(content);
            return InviteTicket.TryParse(InviteTicket.Prefix + CopySafe.Write(InviteTicket.Prefix, content.ToByteArray()), out var ticket, out _) ? ticket : null;
        }
    }

    [Fact]
    public void It_expires_in_the_second_that_it_names()
    {
        var ticket = InviteTicket.Parse(Sample);

        ticket.IsExpired(Noon.AddSeconds(-1)).ShouldBeFalse();
        ticket.IsExpired(Noon).ShouldBeTrue();
    }

    [Theory]
    [InlineData("127.0.0.1:1 [::1]:1", "127.0.0.1:1 [::1]:1", true)]
    [InlineData("127.0.0.1:1 192.168.1.2:1", "192.168.1.2:1", false)]
    [InlineData("127.0.0.1:1 [fe80::1%4]:1 10.0.0.1:1", "10.0.0.1:1", false)]
    [InlineData("[fe80::1%4]:1", "", true)]
    [InlineData("10.0.0.1:1 8.8.8.8:1", "8.8.8.8:1 10.0.0.1:1", false)]
    [InlineData("[2a00::1]:1 [2a00::2]:1 [2a00::3]:1 [2a00::4]:1 [2a00::5]:1 10.0.0.1:1", "[2a00::1]:1 10.0.0.1:1 [2a00::2]:1 [2a00::3]:1", false)]
    [InlineData("node.example:1 10.0.0.1:1", "node.example:1 10.0.0.1:1", false)]
    [InlineData("10.0.0.1:1 10.0.0.1:1", "10.0.0.1:1", false)]
    public void The_addresses_that_lead_there_from_elsewhere_are_chosen(string own, string expected, bool onlyHere)
    {
        var chosen = InviteTicket.Choose(own.Split(' ').Select(PeerAddress.Parse), out var isOnlyHere);

        string.Join(' ', chosen).ShouldBe(expected);
        isOnlyHere.ShouldBe(onlyHere);
    }

    private static bool IsRefused(string text) => !InviteTicket.TryParse(text, out _, out var error) && error.Length > 0;
}
