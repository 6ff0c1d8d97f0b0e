using CsCheck;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

public sealed class PeerRecordTests : IDisposable
{
    private readonly NodeIdentity _node = NodeIdentity.FromSeed(new byte[32]);

    [Fact]
    public void What_is_signed_is_read_back()
    {
        var record = new PeerRecord(
            _node.PublicKey,
            42,
            [PeerAddress.Parse("192.0.2.1:1"), PeerAddress.Parse("[2001:db8::1]:65535"), PeerAddress.Parse("node.example:7373")],
            ["relay", "bridge"]);

        PeerRecord.TryVerify(record.Sign(_node), out var read).ShouldBeTrue();

        read!.Key.ShouldBe(_node.PublicKey);
        read.Id.ShouldBe(_node.Id);
        read.Sequence.ShouldBe(42ul);
        read.Addresses.ShouldBe(record.Addresses);
        read.Capabilities.ShouldBe(record.Capabilities);
    }

    [Fact]
    public void No_change_of_any_bytes_gives_another_record()
    {
        var record = new PeerRecord(_node.PublicKey, 42, [PeerAddress.Parse("192.0.2.1:7373")], ["relay"]);
        var signed = record.Sign(_node);
        Gen.Select(Gen.Int[0, signed.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            var changed = (byte[])signed.Clone();
            changed[at] ^= flip;
            return !PeerRecord.TryVerify(changed, out _);
        });
    }

    [Fact]
    public void No_part_of_a_record_is_one()
    {
        var signed = new PeerRecord(_node.PublicKey, 42, [PeerAddress.Parse("192.0.2.1:7373")], []).Sign(_node);

        Enumerable.Range(0, signed.Length).Where(n => PeerRecord.TryVerify(signed.AsSpan(0, n), out _)).ShouldBeEmpty();
    }

    [Fact]
    public void No_bytes_at_all_make_it_throw() =>
        Gen.Byte.Array[0, 200].Sample(bytes => !PeerRecord.TryVerify(bytes, out _), iter: 20_000);

    [Fact]
    public void A_signature_over_something_else_is_none()
    {
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(_node.PublicKey.ToByteArray()), Sequence = 1 }.ToByteString();

        // Without the domain prefix: what else the key signs could else be passed off as a record.
        Verifies(body, _node.Sign(body.Span)).ShouldBeFalse();
        Verifies(body, _node.Sign([.. "meshara-peer-record:1:"u8, .. body.Span])).ShouldBeTrue();
    }

    [Fact]
    public void Only_its_own_node_signs_a_record()
    {
        using var other = NodeIdentity.Create();

        Should.Throw<ArgumentException>(() => new PeerRecord(_node.PublicKey, 1, [], []).Sign(other));
    }

    [Theory]
    [InlineData(8, 16, 32, true)]
    [InlineData(9, 0, 1, false)]
    [InlineData(0, 17, 1, false)]
    [InlineData(0, 1, 33, false)]
    [InlineData(0, 1, 0, false)]
    public void Each_limit_holds_for_the_one_who_signs_and_the_one_who_reads(int addresses, int capabilities, int length, bool allowed)
    {
        var record = new PeerRecord(
            _node.PublicKey,
            1,
            [.. Enumerable.Range(1, addresses).Select(i => PeerAddress.Parse($"192.0.2.{i}:7373"))],
            [.. Enumerable.Repeat(new string('c', length), capabilities)]);

        if (allowed)
        {
            PeerRecord.TryVerify(record.Sign(_node), out _).ShouldBeTrue();
        }
        else
        {
            Should.Throw<ArgumentException>(() => record.Sign(_node));
        }

        // One who keeps to no limit when signing.
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(_node.PublicKey.ToByteArray()), Sequence = 1 };
        body.Addresses.AddRange(record.Addresses.Select(a => a.ToWire()));
        body.Capabilities.AddRange(record.Capabilities);
        Verifies(body).ShouldBe(allowed);
    }

    [Fact]
    public void A_record_has_at_most_1024_bytes()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        var record = new PeerRecord(_node.PublicKey, 1, [.. Enumerable.Range(1, 8).Select(i => PeerAddress.Parse($"{name}:{i}"))], []);

        Should.Throw<ArgumentException>(() => record.Sign(_node));
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(_node.PublicKey.ToByteArray()), Sequence = 1 };
        body.Addresses.AddRange(record.Addresses.Select(a => a.ToWire()));
        Verifies(body).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_length_is_none(int length) =>
        Verifies(new PeerRecordBody { PublicKey = ByteString.CopyFrom(new byte[length]), Sequence = 1 }).ShouldBeFalse();

    [Fact]
    public void An_address_of_an_unknown_kind_is_left_out()
    {
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(_node.PublicKey.ToByteArray()), Sequence = 1 };
        body.Addresses.Add(Address.Parser.ParseFrom(Convert.FromHexString("1a00")));
        body.Addresses.Add(PeerAddress.Parse("192.0.2.1:7373").ToWire());

        PeerRecord.TryVerify(Sign(body), out var record).ShouldBeTrue();

        record!.Addresses.ShouldBe([PeerAddress.Parse("192.0.2.1:7373")]);
    }

    [Fact]
    public void A_field_of_a_later_version_is_covered_by_the_signature_and_skipped()
    {
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(_node.PublicKey.ToByteArray()), Sequence = 1 };
        byte[] later = [.. body.ToByteArray(), 0x7A, 2, 1, 2];
        var signature = _node.Sign([.. "meshara-peer-record:1:"u8, .. later]);

        Verifies(ByteString.CopyFrom(later), signature).ShouldBeTrue();
        Verifies(body.ToByteString(), signature).ShouldBeFalse();
    }

    public void Dispose() => _node.Dispose();

    private static bool Verifies(ByteString body, byte[] signature) =>
        PeerRecord.TryVerify(new SignedPeerRecord { Record = body, Signature = ByteString.CopyFrom(signature) }.ToByteArray(), out _);

    private bool Verifies(PeerRecordBody body) => PeerRecord.TryVerify(Sign(body), out _);

    private byte[] Sign(PeerRecordBody body) => new SignedPeerRecord
    {
        Record = body.ToByteString(),
        Signature = ByteString.CopyFrom(_node.Sign([.. "meshara-peer-record:1:"u8, .. body.ToByteArray()])),
    }.ToByteArray();
}
