using System.Net;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class MessageWriterTests
{
    private static readonly DomainName Service = DomainName.Parse("_meshara._tcp.local");
    private static readonly DomainName Host = DomainName.Parse("h.local");
    private static readonly ResourceRecord Address = new(Host, new AddressData(IPAddress.Parse("192.0.2.1")), 120, true);

    [Fact]
    public void An_empty_message_is_a_header()
    {
        var writer = new MessageWriter(1472);

        (writer.Size, writer.Count, writer.IsEmpty).ShouldBe((12, 0, true));
        Hex(writer).ShouldBe("000000000000000000000000");
        Hex(new MessageWriter(12, 0xabcd, isResponse: true) { IsTruncated = true }).ShouldBe("abcd86000000000000000000");
        Should.Throw<ArgumentOutOfRangeException>(() => new MessageWriter(11));
        Should.Throw<ArgumentOutOfRangeException>(() => new MessageWriter(65_536));
    }

    [Fact]
    public void A_query_has_these_bytes()
    {
        var writer = new MessageWriter(1472) { IsTruncated = true };

        writer.TryAdd(new Question(Service, RecordType.Ptr, UnicastResponse: true)).ShouldBeTrue();
        writer.TryAdd(new Question(Service.Child("n"), RecordType.Any, UnicastResponse: false)).ShouldBeTrue();
        var known = new ResourceRecord(Service, new PointerData(Service.Child("m")), 4500, false);
        writer.TryAdd(Section.Answer, known).ShouldBeTrue();

        Hex(writer).ShouldBe(
            "0000" + "0200" + "0002" + "0001" + "0000" + "0000"
            + "085f6d657368617261" + "045f746370" + "056c6f63616c" + "00" + "000c" + "8001"
            + "016e" + "c00c" + "00ff" + "0001"
            + "c00c" + "000c" + "0001" + "00001194" + "0004" + "016d" + "c00c");
        (writer.Size, writer.Count, writer.IsEmpty).ShouldBe((writer.ToArray().Length, 3, false));
    }

    [Fact]
    public void A_response_has_these_bytes()
    {
        var writer = new MessageWriter(1472, isResponse: true);
        var instance = Service.Child("n");

        ResourceRecord[] additionals =
        [
            new(instance, new ServiceData(0, 0, 7373, Host), 120, true),
            new(instance, TextData.Of([new("version", "1")]), 4500, true),
            Address,
            new(Host, new NsecData(Host, [RecordType.A]), 120, true),
        ];

        writer.TryAdd(Section.Answer, new ResourceRecord(Service, new PointerData(instance), 4500, false)).ShouldBeTrue();
        additionals.Count(record => writer.TryAdd(Section.Additional, record)).ShouldBe(4);

        Hex(writer).ShouldBe(
            "0000" + "8400" + "0000" + "0001" + "0000" + "0004"
            + "085f6d657368617261" + "045f746370" + "056c6f63616c" + "00"
            + "000c" + "0001" + "00001194" + "0004" + "016e" + "c00c"
            + "c02b" + "0021" + "8001" + "00000078" + "000a" + "0000" + "0000" + "1ccd" + "0168" + "c01a"
            + "c02b" + "0010" + "8001" + "00001194" + "000a" + "0976657273696f6e3d31"
            + "c041" + "0001" + "8001" + "00000078" + "0004" + "c0000201"
            + "c041" + "002f" + "8001" + "00000078" + "0005" + "c041" + "000140");
    }

    [Fact]
    public void For_a_legacy_querier_the_time_to_live_the_bit_and_the_compression_of_data_are_changed()
    {
        var writer = new MessageWriter(1472, 0x1234, isResponse: true);
        var record = new ResourceRecord(Host, new ServiceData(0, 0, 7373, Host), 120, true);

        writer.TryAdd(new Question(Host, RecordType.Srv, UnicastResponse: false)).ShouldBeTrue();
        writer.TryAdd(Section.Answer, record, ttl: 10, cacheFlush: false, compressData: false).ShouldBeTrue();

        Hex(writer).ShouldBe(
            "1234" + "8400" + "0001" + "0001" + "0000" + "0000" + "0168056c6f63616c00" + "0021" + "0001"
            + "c00c" + "0021" + "0001" + "0000000a" + "000f" + "0000" + "0000" + "1ccd" + "0168056c6f63616c00");
    }

    [Fact]
    public void A_name_in_another_case_is_pointed_to()
    {
        var writer = new MessageWriter(1472);

        writer.TryAdd(new Question(DomainName.Parse("a.LOCAL"), RecordType.A)).ShouldBeTrue();
        writer.TryAdd(new Question(DomainName.Parse("A.local"), RecordType.A)).ShouldBeTrue();

        Hex(writer).ShouldEndWith("0161054c4f43414c00" + "00010001" + "c00c" + "00010001");
    }

    [Fact]
    public void Nothing_points_further_than_14_bits_go()
    {
        var writer = new MessageWriter(40_000);
        var filler = new OpaqueData(RecordType.Hinfo, new byte[0x3fe0]);
        writer.TryAdd(Section.Answer, new ResourceRecord(DomainName.Root, filler, 1, false)).ShouldBeTrue();
        var start = writer.Size;
        start.ShouldBe(0x3ff7);

        // Its first label is within reach, its second is not.
        var name = DomainName.Parse("abcdefgh.bb");
        foreach (var owner in (DomainName[])[name, name, name.Parent])
        {
            var record = new ResourceRecord(owner, new OpaqueData(RecordType.Hinfo, default), 1, false);
            writer.TryAdd(Section.Answer, record).ShouldBeTrue();
        }

        Convert.ToHexStringLower(writer.ToArray().AsSpan(start)).ShouldBe(
            "086162636465666768" + "026262" + "00" + "000d0001000000010000"
            + "fff7" + "000d0001000000010000"
            + "026262" + "00" + "000d0001000000010000");
    }

    [Fact]
    public void Sections_are_added_in_their_order()
    {
        var writer = new MessageWriter(1472);
        writer.TryAdd(Section.Authority, Address).ShouldBeTrue();

        Should.Throw<InvalidOperationException>(() => writer.TryAdd(Section.Answer, Address));
        Should.Throw<InvalidOperationException>(() => writer.TryAdd(new Question(Host, RecordType.A)));

        writer.Count.ShouldBe(1);
        writer.TryAdd(Section.Authority, Address).ShouldBeTrue();
        writer.TryAdd(Section.Additional, Address).ShouldBeTrue();
    }

    [Fact]
    public void What_fits_to_the_byte_fits_and_what_is_a_byte_more_does_not()
    {
        const int Exactly = 12 + 9 + 10 + 4;

        new MessageWriter(Exactly).TryAdd(Section.Answer, Address).ShouldBeTrue();
        for (var size = 12; size < Exactly; size++)
        {
            var writer = new MessageWriter(size);
            writer.TryAdd(Section.Additional, Address).ShouldBeFalse();
            (writer.Size, writer.Count).ShouldBe((12, 0));
            Hex(writer).ShouldBe("000000000000000000000000");

            // A section that nothing came into is not begun.
            writer.TryAdd(Section.Answer, Address).ShouldBeFalse();
        }
    }

    [Fact]
    public void Nothing_points_to_a_name_of_what_did_not_fit()
    {
        var writer = new MessageWriter(12 + 9 + 10 + 4);
        writer.TryAdd(Section.Answer, new ResourceRecord(Host, new TextData([new byte[5]]), 120, true)).ShouldBeFalse();

        writer.TryAdd(Section.Answer, Address).ShouldBeTrue();

        Hex(writer).ShouldEndWith("0168056c6f63616c00" + "0001" + "8001" + "00000078" + "0004" + "c0000201");
    }

    [Fact]
    public void There_are_no_more_records_than_the_reader_takes()
    {
        var writer = new MessageWriter(MessageReader.MaxSize);
        var record = new ResourceRecord(DomainName.Root, new OpaqueData(RecordType.Hinfo, default), 1, false);
        while (writer.TryAdd(Section.Answer, record))
        {
        }

        writer.Count.ShouldBe(MessageReader.MaxRecords);
        MessageReader.TryRead(writer.ToArray(), out _).ShouldBe(Malformed.None);
    }

    [Fact]
    public void There_are_no_longer_names_than_the_reader_takes()
    {
        var writer = new MessageWriter(MessageReader.MaxSize);
        var name = DomainName.Of([.. Enumerable.Repeat(new string('a', 62), 4)]);
        while (writer.TryAdd(Section.Answer, new ResourceRecord(name, new PointerData(name), 1, false)))
        {
        }

        writer.Count.ShouldBe(MessageReader.MaxNameBytes / (2 * name.WireLength));
        MessageReader.TryRead(writer.ToArray(), out _).ShouldBe(Malformed.None);
    }

    [Fact]
    public void Names_of_what_did_not_fit_are_not_counted()
    {
        var writer = new MessageWriter(100);
        var large = new ResourceRecord(Host, new TextData([new byte[200]]), 120, true);
        for (var i = 0; i <= MessageReader.MaxNameBytes / Host.WireLength; i++)
        {
            writer.TryAdd(Section.Answer, large).ShouldBeFalse();
        }

        writer.TryAdd(Section.Answer, Address).ShouldBeTrue();
    }

    private static string Hex(MessageWriter writer) => Convert.ToHexStringLower(writer.ToArray());
}
