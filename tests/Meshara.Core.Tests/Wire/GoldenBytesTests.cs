using System.Net;
using Google.Protobuf;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Wire;

/// <summary>
/// The bytes of wire protocol 1, made with <c>protoc --encode</c>. A change that makes one of these fail cuts the network in two: it
/// needs a new field, or a new version of the protocol.
/// </summary>
public sealed class GoldenBytesTests
{
    private static readonly PeerAddress Observed = PeerAddress.Parse("192.0.2.1:40000");

    private static readonly Dictionary<string, (Envelope Message, string Bytes)> Messages = new()
    {
        ["hello"] = (
            Handshake.Hello("main", "meshara/0.1.0", 7373, null, new byte[] { 1, 2, 3 }),
            "0a1f080112046d61696e1a0d6d6573686172612f302e312e3020cd393a03010203"),
        ["hello of one who does not listen"] = (
            Handshake.Hello("main", "meshara/0.1.0", 0, Observed, default),
            "0a25080112046d61696e1a0d6d6573686172612f302e312e30320c0a0a0a04c000020110c0b802"),
        ["hello of one who dials back"] = (
            Handshake.Hello("main", "meshara/0.1.0", 7373, null, new byte[] { 1, 2, 3 }, Handshake.CheckReach),
            "0a2c080112046d61696e1a0d6d6573686172612f302e312e3020cd392a0b636865636b2d72656163683a03010203"),
        ["ping"] = (new Envelope { Ping = new Ping { Nonce = 0x0102030405060708 } }, "1209090807060504030201"),
        ["pong"] = (new Envelope { Pong = new Pong { Nonce = 0x0102030405060708 } }, "1a09090807060504030201"),
        ["get peers"] = (new Envelope { GetPeers = new GetPeers { Max = 32 } }, "22020820"),
        ["peers"] = (
            new Envelope { Peers = new Core.Wire.Peers { Records = { ByteString.CopyFrom(1, 2), ByteString.CopyFrom(3) } } },
            "2a070a0201020a0103"),
        ["goodbye"] = (new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } }, "32020815"),
        ["data"] = (
            new Envelope { Data = new Data { Channel = "chat", Payload = ByteString.CopyFromUtf8("hi") } },
            "3a0a0a046368617412026869"),
        ["check reach"] = (
            new Envelope { CheckReach = new CheckReach { Nonce = 0x0102030405060708, Port = 7373 } }, "420c09080706050403020110cd39"),
        ["reach checked, and reached"] = (
            new Envelope { ReachChecked = new ReachChecked { Nonce = 0x0102030405060708 } }, "4a09090807060504030201"),
        ["reach checked, and refused"] = (
            new Envelope
            {
                ReachChecked = new ReachChecked
                {
                    Nonce = 0x0102030405060708, Outcome = (uint)Reason.Refused, Dialled = PeerAddress.Parse("192.0.2.1:7373").ToWire(),
                },
            },
            "4a1809080706050403020110121a0b0a090a04c000020110cd39"),
    };

    public static TheoryData<string> Names => [.. Messages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_has_these_bytes_and_is_read_from_them(string name)
    {
        var (message, bytes) = Messages[name];

        Convert.ToHexStringLower(message.ToByteArray()).ShouldBe(bytes);
        Envelope.Parser.ParseFrom(Convert.FromHexString(bytes)).ShouldBe(message);
    }

    [Fact]
    public void There_are_golden_bytes_for_every_kind_of_message() =>
        Messages.Values.Select(m => m.Message.MessageCase).Distinct().Order()
            .ShouldBe(Enum.GetValues<Envelope.MessageOneofCase>().Where(c => c != Envelope.MessageOneofCase.None).Order());

    [Theory]
    [InlineData("192.0.2.1:7373", "0a090a04c000020110cd39")]
    [InlineData("node.example:7373", "12110a0c6e6f64652e6578616d706c6510cd39")]
    public void An_address_has_these_bytes(string address, string bytes)
    {
        var wire = PeerAddress.Parse(address).ToWire();

        Convert.ToHexStringLower(wire.ToByteArray()).ShouldBe(bytes);
        Addresses.TryFromWire(Address.Parser.ParseFrom(Convert.FromHexString(bytes)), out var read).ShouldBeTrue();
        read.ShouldBe(PeerAddress.Parse(address));
    }

    [Fact]
    public void A_link_local_address_keeps_its_scope()
    {
        var address = PeerAddress.Of(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 2), 7373);

        Convert.ToHexStringLower(address.ToWire().ToByteArray()).ShouldBe("0a170a10fe80000000000000000000000000000110cd391802");
        Addresses.TryFromWire(address.ToWire(), out var read).ShouldBeTrue();
        read.ShouldBe(address);
    }

    [Fact]
    public void A_record_has_these_bytes()
    {
        new SignedPeerRecord { Record = ByteString.CopyFrom(1, 2), Signature = ByteString.CopyFrom(3, 4) }
            .ToByteArray().ShouldBe(Convert.FromHexString("0a02010212020304"));
        new PeerRecordBody
        {
            PublicKey = ByteString.CopyFrom(1, 2),
            Sequence = 300,
            Addresses = { PeerAddress.Parse("a.example:1").ToWire() },
            Capabilities = { "x" },
        }.ToByteArray().ShouldBe(Convert.FromHexString("0a02010210ac021a0f120d0a09612e6578616d706c651001220178"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a2060100")]
    [InlineData("fa3f0400112233")]
    public void A_kind_of_message_of_a_later_version_is_none(string bytes) =>
        Envelope.Parser.ParseFrom(Convert.FromHexString(bytes)).MessageCase.ShouldBe(Envelope.MessageOneofCase.None);

    [Fact]
    public void A_field_of_a_later_version_is_skipped()
    {
        // A ping with field 15 (2 bytes) and field 200 (a number) after its nonce.
        var ping = Envelope.Parser.ParseFrom(Convert.FromHexString("1210" + "090807060504030201" + "7a020000" + "c00c01"));

        ping.MessageCase.ShouldBe(Envelope.MessageOneofCase.Ping);
        ping.Ping.Nonce.ShouldBe(0x0102030405060708ul);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("0a00", "no address")]
    [InlineData("0a080a03c0000210cd39", "3 bytes")]
    [InlineData("0a060a04c0000201", "port 0")]
    [InlineData("0a0a0a04c0000201108080" + "04", "port 65536")]
    [InlineData("12050a01611000", "a name with port 0")]
    [InlineData("12070a0161108080" + "04", "a name with port 65536")]
    [InlineData("12060a022d611050", "a name that begins with a hyphen")]
    [InlineData("120d0a09312e322e332e342e351050", "an IP address that is none")]
    [InlineData("120b0a07312e322e332e341050", "an IP address as a name")]
    [InlineData("12070a03613a311050", "a colon in the name")]
    [InlineData("1a00", "a kind of a later version")]
    public void An_address_that_makes_no_sense_is_none(string bytes, string why) =>
        Addresses.TryFromWire(Address.Parser.ParseFrom(Convert.FromHexString(bytes)), out _).ShouldBeFalse(why);

    [Fact]
    public void An_IPv4_address_in_IPv6_is_the_IPv4_address()
    {
        var wire = new Address
        {
            Ip = new Address.Types.Ip { Address = ByteString.CopyFrom(IPAddress.Parse("::ffff:192.0.2.1").GetAddressBytes()), Port = 7373 },
        };

        Addresses.TryFromWire(wire, out var address).ShouldBeTrue();
        address.ShouldBe(PeerAddress.Parse("192.0.2.1:7373"));
    }
}
