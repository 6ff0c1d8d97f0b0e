using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Wire;

public sealed class HandshakeTests : IDisposable
{
    private readonly NodeIdentity _peer = NodeIdentity.FromSeed(new byte[32]);

    [Fact]
    public void A_good_hello_introduces_the_peer()
    {
        var record = new PeerRecord(_peer.PublicKey, 5, [PeerAddress.Parse("192.0.2.7:7373")], ["relay"]).Sign(_peer);
        var hello = Handshake.Hello("main", "meshara/0.1.0", 7373, PeerAddress.Parse("192.0.2.1:40000"), record);

        var (introduction, refusal) = Judge(hello);

        refusal.ShouldBeNull();
        introduction!.Agent.ShouldBe("meshara/0.1.0");
        introduction.ListenPort.ShouldBe(7373);
        introduction.ObservedAddress.ShouldBe(PeerAddress.Parse("192.0.2.1:40000"));
        introduction.Record!.Sequence.ShouldBe(5ul);
    }

    [Fact]
    public void Who_dials_back_says_so_and_other_capabilities_are_skipped()
    {
        Judge(Handshake.Hello("main", "", 0, null, default, "relay", Handshake.CheckReach)).Introduction!.ChecksReach.ShouldBeTrue();
        Judge(Handshake.Hello("main", "", 0, null, default, "relay", "")).Introduction!.ChecksReach.ShouldBeFalse();
    }

    [Fact]
    public void What_may_be_absent_is_null()
    {
        var (introduction, refusal) = Judge(Handshake.Hello("main", "", 0, null, default));

        refusal.ShouldBeNull();
        introduction.ShouldBe(new Introduction("", 0, null, null));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void Another_version_is_a_version_mismatch(uint version) =>
        RefusalOf(h => h.ProtocolVersion = version).ShouldBe(Reason.VersionMismatch);

    [Fact]
    public void The_version_is_judged_before_all_else() => RefusalOf(h =>
    {
        h.ProtocolVersion = 2;
        h.Network = "other";
        h.ListenPort = 70_000;
    }).ShouldBe(Reason.VersionMismatch);

    [Theory]
    [InlineData("")]
    [InlineData("Main")]
    [InlineData("main ")]
    [InlineData("other")]
    public void Another_network_is_the_wrong_network(string network) => RefusalOf(h => h.Network = network).ShouldBe(Reason.WrongNetwork);

    [Theory]
    [InlineData(65_535u, null)]
    [InlineData(65_536u, Reason.ProtocolError)]
    [InlineData(uint.MaxValue, Reason.ProtocolError)]
    public void A_listen_port_is_a_port(uint port, Reason? refusal) => RefusalOf(h => h.ListenPort = port).ShouldBe(refusal);

    [Theory]
    [InlineData(Handshake.MaxAgentLength, null)]
    [InlineData(Handshake.MaxAgentLength + 1, Reason.ProtocolError)]
    public void An_agent_has_its_bound(int length, Reason? refusal) => RefusalOf(h => h.Agent = new string('x', length)).ShouldBe(refusal);

    [Theory]
    [InlineData("a\u001b[2Jb", "a?[2Jb")]
    [InlineData("a\r\nb\tc\0", "a??b?c?")]
    [InlineData("a\u0085b\u009b", "a?b?")]
    [InlineData("a\u202eb\u2066c\u200bd", "a?b?c?d")]
    [InlineData("a\u2028b\u2029", "a?b?")]
    [InlineData("mésh árà/1 😀", "mésh árà/1 😀")]
    public void What_an_agent_could_do_to_a_terminal_it_cannot(string agent, string shown)
    {
        var hello = Handshake.Hello("main", agent, 0, null, default);

        Judge(hello).Introduction!.Agent.ShouldBe(shown);
    }

    [Fact]
    public void A_record_that_does_not_verify_is_a_bad_signature() =>
        RefusalOf(h => h.Record = ByteString.CopyFrom(1, 2, 3)).ShouldBe(Reason.BadSignature);

    [Fact]
    public void A_record_of_somebody_else_is_a_bad_signature()
    {
        using var other = NodeIdentity.Create();
        var record = new PeerRecord(other.PublicKey, 5, [], []).Sign(other);

        RefusalOf(h => h.Record = ByteString.CopyFrom(record)).ShouldBe(Reason.BadSignature);
    }

    [Fact]
    public void An_observed_address_that_makes_no_sense_is_left_out()
    {
        var hello = Handshake.Hello("main", "a", 0, null, default);
        hello.Hello.ObservedAddress = new Address { Ip = new Address.Types.Ip { Address = ByteString.CopyFrom(1), Port = 5 } };

        var (introduction, refusal) = Judge(hello);

        refusal.ShouldBeNull();
        introduction!.ObservedAddress.ShouldBeNull();
    }

    [Fact]
    public void Anything_but_a_hello_is_a_protocol_error()
    {
        Judge(new Envelope()).Refusal.ShouldBe(Reason.ProtocolError);
        Judge(new Envelope { Ping = new Ping() }).Refusal.ShouldBe(Reason.ProtocolError);
        Judge(new Envelope { Data = new Data { Channel = "c" } }).Refusal.ShouldBe(Reason.ProtocolError);
    }

    [Fact]
    public void A_hello_fits_the_limit_before_the_handshake()
    {
        var record = new PeerRecord(
            _peer.PublicKey, ulong.MaxValue, [.. Enumerable.Range(1, 8).Select(i => PeerAddress.Parse($"[2001:db8::{i}]:7373"))], []).Sign(_peer);
        var name = PeerAddress.Parse(string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ":7373");
        var hello = Handshake.Hello(new string('n', Handshake.MaxNetworkLength), new string('a', Handshake.MaxAgentLength), 65_535, name, record);

        FrameCodec.SizeOf(hello).ShouldBeLessThan(4096);
    }

    public void Dispose() => _peer.Dispose();

    private Reason? RefusalOf(Action<Hello> change)
    {
        var hello = Handshake.Hello("main", "meshara/0.1.0", 7373, null, default);
        change(hello.Hello);
        var (introduction, refusal) = Judge(hello);
        (introduction is null).ShouldBe(refusal is not null);
        return refusal;
    }

    private (Introduction? Introduction, Reason? Refusal) Judge(Envelope first) => Handshake.Judge(first, "main", _peer.PublicKey, new RecordVerifier());
}
