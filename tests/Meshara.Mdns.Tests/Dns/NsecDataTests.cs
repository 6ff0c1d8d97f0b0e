using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class NsecDataTests
{
    private const string Zeros31 = "00000000000000000000000000000000000000000000000000000000000000";

    private static readonly DomainName Name = DomainName.Parse("a");

    [Theory]
    [InlineData(new ushort[] { 1, 28 }, "016100" + "0004" + "40000008")]
    [InlineData(new ushort[] { 28, 1, 28 }, "016100" + "0004" + "40000008")]
    [InlineData(new ushort[] { 16, 33 }, "016100" + "0005" + "0000800040")]
    [InlineData(new ushort[] { 255 }, "016100" + "0020" + Zeros31 + "01")]
    [InlineData(new ushort[] { }, "016100" + "0001" + "00")]
    public void The_types_are_bits_of_block_0(ushort[] types, string wire) =>
        Convert.ToHexStringLower(Of(types).Canonical()).ShouldBe(wire);

    [Fact]
    public void A_type_over_255_has_no_place() => Should.Throw<ArgumentException>(() => Of(1, 256));

    [Fact]
    public void Two_are_equal_whatever_the_order_of_their_types()
    {
        Of(28, 1).ShouldBe(Of(1, 28, 1));
        Of(28, 1).GetHashCode().ShouldBe(Of(1, 28).GetHashCode());
        Of(28, 1).ShouldNotBe(Of(28));
        Of(28).ShouldNotBe(new NsecData(DomainName.Parse("b"), [RecordType.Aaaa]));
        Of(28).ShouldBe(new NsecData(DomainName.Parse("A"), [RecordType.Aaaa]));
    }

    [Theory]
    [InlineData("0004 40000008", new ushort[] { 1, 28 })]
    [InlineData("0001 00", new ushort[] { })]
    [InlineData("0006 400000080000", new ushort[] { 1, 28 })]
    [InlineData("", new ushort[] { })]
    [InlineData("0001 40 0101 ff", new ushort[] { 1 })]
    [InlineData("0101 ff", new ushort[] { })]
    public void Blocks_that_are_well_formed_are_read(string bitmap, ushort[] types) =>
        Read(bitmap).ShouldHaveSingleItem().Data.ShouldBe(Of(types));

    [Theory]
    [InlineData("00", "half a head")]
    [InlineData("0000", "a length of 0")]
    [InlineData("0021 000000000000000000000000000000000000000000000000000000000000000000", "a length of 33")]
    [InlineData("0004 400000", "too few bytes")]
    [InlineData("0001 40 00", "a byte more")]
    [InlineData("0001 40 0001 40", "a block twice")]
    [InlineData("0101 40 0001 40", "blocks in descending order")]
    public void A_record_that_makes_no_sense_is_left_out_and_its_message_is_read(string bitmap, string why) =>
        Read(bitmap).ShouldBeEmpty(why);

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("c0ff", "a pointer to nowhere")]
    [InlineData("05616263", "a name past the end of the data")]
    public void So_is_one_whose_next_name_is_none(string data, string why)
    {
        var packet = Bytes.Of(0x8400, answers: 2)
            .Name("a").Data(47, 1, 120, d => d.Hex(data))
            .Name("a").Data(1, 1, 120, d => d.Hex("c0000201")).ToArray();

        MessageReader.TryRead(packet, out var message).ShouldBe(Malformed.None, why);
        message!.Answers.ShouldHaveSingleItem().Type.ShouldBe(RecordType.A);
    }

    // A second record shows that reading goes on at the right place.
    private static IEnumerable<ResourceRecord> Read(string bitmap)
    {
        var packet = Bytes.Of(0x8400, answers: 2)
            .Name("a").Data(47, 1, 120, d => d.Pointer(12).Hex(bitmap))
            .Name("a").Data(1, 1, 120, d => d.Hex("c0000201")).ToArray();

        MessageReader.TryRead(packet, out var message).ShouldBe(Malformed.None);
        message!.Answers[^1].Type.ShouldBe(RecordType.A);
        return message.Answers[..^1];
    }

    private static NsecData Of(params ushort[] types) => new(Name, [.. types.Select(t => (RecordType)t)]);
}
