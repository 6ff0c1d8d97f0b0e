using System.Net;
using CsCheck;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>Messages on the wire (RFC 1035 section 4, RFC 6762 section 18).</summary>
public sealed class MessageTests
{
    private const string Header = "000000000001000000000000";

    private static readonly DomainName Type = DomainName.Parse("_meshara._tcp.local");

    [Fact]
    public void What_is_written_reads_the_same() => Generated.Message.Sample(
        message =>
        {
            MessageReader.TryRead(Generated.Write(message), out var read).ShouldBe(Malformed.None);
            Generated.Shown(read!).ShouldBe(Generated.Shown(message));
        },
        iter: 3000);

    [Fact]
    public void What_does_not_fit_leaves_no_trace() => Gen.Select(Generated.Record.Array[1, 30], Gen.Int[60, 600]).Sample(
        (records, size) =>
        {
            var writer = new MessageWriter(size, isResponse: true);
            var written = new List<ResourceRecord>();
            foreach (var record in records)
            {
                var before = writer.ToArray();
                if (writer.TryAdd(Section.Answer, record))
                {
                    written.Add(record);
                }
                else
                {
                    writer.ToArray().ShouldBe(before);
                }
            }

            // A pointer to a name that was taken back would be malformed, or lead elsewhere.
            MessageReader.TryRead(writer.ToArray(), out var read).ShouldBe(Malformed.None);
            read!.Answers.Length.ShouldBe(written.Count);
            read.Answers.Zip(written).ShouldAllBe(p => p.First.SameAs(p.Second));
        },
        iter: 2000);

    [Fact]
    public void A_query_has_these_bytes()
    {
        var writer = new MessageWriter(512);
        writer.TryAdd(new Question(Type, RecordType.Ptr, UnicastResponse: true));
        writer.TryAdd(Section.Answer, new ResourceRecord(Type, new PointerData(Type.Child("a")), 4500, false));

        Convert.ToHexString(writer.ToArray()).ShouldBe(
            "000000000001000100000000"
            + "085F6D657368617261045F746370056C6F63616C00000C8001"
            + "C00C000C000100001194" + "0004" + "0161C00C");
    }

    [Fact]
    public void A_response_has_these_bytes()
    {
        var host = DomainName.Parse("h.local");
        var writer = new MessageWriter(512, isResponse: true);
        writer.TryAdd(Section.Answer, new ResourceRecord(Type.Child("a"), new ServiceData(0, 0, 7373, host), 120, true));
        writer.TryAdd(Section.Additional, new ResourceRecord(host, new AddressData(IPAddress.Parse("10.0.0.1")), 120, true));

        Convert.ToHexString(writer.ToArray()).ShouldBe(
            "000084000000000100000001"
            + "0161085F6D657368617261045F746370056C6F63616C00" + "0021800100000078000A" + "000000001CCD" + "0168C01C"
            + "C03300018001000000780004" + "0A000001");
    }

    [Theory]
    [InlineData("", Malformed.TooShort)]
    [InlineData("0000000000000000000000", Malformed.TooShort)]
    [InlineData("000008000000000000000000", Malformed.NotMdns)]
    [InlineData("000080030000000000000000", Malformed.NotMdns)]
    [InlineData("00000000FFFFFFFFFFFFFFFF", Malformed.TooShort)]
    [InlineData(Header + "C00C00010001", Malformed.BadName)]
    [InlineData(Header + "C00E00010001", Malformed.BadName)]
    [InlineData(Header + "C00000010001", Malformed.BadName)]
    [InlineData(Header + "0161C00C00010001", Malformed.BadName)]
    [InlineData(Header + "4061", Malformed.BadName)]
    [InlineData(Header + "8061", Malformed.BadName)]
    [InlineData(Header + "0561", Malformed.TooShort)]
    [InlineData(Header + "C0", Malformed.TooShort)]
    [InlineData(Header + "016100", Malformed.TooShort)]
    public void What_is_no_message_is_told_from_one(string hex, object why) =>
        MessageReader.TryRead(Convert.FromHexString(hex), out _).ShouldBe((Malformed)why);

    [Theory]
    [InlineData(RecordType.A, "0A0000")]
    [InlineData(RecordType.A, "0A00000102")]
    [InlineData(RecordType.Aaaa, "0A000001")]
    [InlineData(RecordType.Srv, "000000000000")]
    [InlineData(RecordType.Srv, "00000000000000FF")]
    [InlineData(RecordType.Ptr, "0161")]
    [InlineData(RecordType.Ptr, "01610000")]
    [InlineData(RecordType.Txt, "0561")]
    [InlineData(RecordType.Nsec, "0001")]
    [InlineData(RecordType.Nsec, "000000")]
    [InlineData(RecordType.Nsec, "0000210000")]
    public void Data_that_does_not_fill_its_length_exactly_is_malformed(object type, string hex) =>
        Read((RecordType)type, hex).Malformed.ShouldBeOneOf(Malformed.BadRecord, Malformed.TooShort);

    [Theory]
    [InlineData(RecordType.Srv, "000000001CCDC00C", 16)]
    [InlineData(RecordType.Ptr, "C00C", 12)]
    [InlineData(RecordType.Nsec, "C00C000140", 47)]
    public void Names_in_data_may_be_compressed_RFC_6762_18_14(object type, string hex, int _)
    {
        var record = Read((RecordType)type, hex).Record!;

        var name = record.Data switch { ServiceData s => s.Target, PointerData p => p.Target, NsecData n => n.Next, _ => null };
        name.ShouldBe(DomainName.Parse("a"));
    }

    [Fact]
    public void Other_classes_are_skipped_and_unknown_types_kept()
    {
        Read(RecordType.A, "0A000001", @class: "0003").Record.ShouldBeNull();
        Read(RecordType.A, "0A000001", @class: "8001").Record!.CacheFlush.ShouldBeTrue();
        Read(RecordType.A, "0A000001", @class: "00FF").Record.ShouldNotBeNull();
        Read((RecordType)4711, "0102").Record!.Data.ShouldBe(new OpaqueData((RecordType)4711, new byte[] { 1, 2 }));
        Read(RecordType.Txt, "").Record!.Data.ShouldBe(new TextData([Array.Empty<byte>()]));
    }

    [Fact]
    public void Names_that_expand_beyond_reason_are_refused()
    {
        // A name of 255 bytes, and pointers to it: two bytes each.
        var name = string.Concat(Enumerable.Repeat("3E" + string.Concat(Enumerable.Repeat("61", 62)), 4)) + "00";
        var questions = name + "00010001" + string.Concat(Enumerable.Repeat("C00C00010001", 1000));

        MessageReader.TryRead(Convert.FromHexString("0000000003E9000000000000" + questions), out _).ShouldBe(Malformed.Bomb);
    }

    [Fact]
    public void The_tie_break_is_that_of_RFC_6762_8_2()
    {
        var (lower, higher) = (AddressOf("169.254.99.200"), AddressOf("169.254.200.50"));

        ResourceRecord.CompareForTieBreak(lower, higher).ShouldBeLessThan(0);
        ResourceRecord.CompareForTieBreak(higher, lower with { CacheFlush = true, Ttl = 7 }).ShouldBeGreaterThan(0);
        ResourceRecord.CompareForTieBreak(lower, lower with { CacheFlush = true, Ttl = 7 }).ShouldBe(0);
    }

    [Fact]
    public void A_record_is_the_same_whatever_its_time_and_its_flush_bit()
    {
        var record = AddressOf("10.0.0.1");

        record.SameAs(record with { Ttl = 0, CacheFlush = true, Name = DomainName.Parse("HOST.Local") }).ShouldBeTrue();
        record.SameAs(AddressOf("10.0.0.2")).ShouldBeFalse();
    }

    private static ResourceRecord AddressOf(string address) =>
        new(DomainName.Parse("host.local"), new AddressData(IPAddress.Parse(address)), 120, CacheFlush: false);

    private static (Malformed Malformed, ResourceRecord? Record) Read(RecordType type, string data, string @class = "0001")
    {
        var packet = $"000084000000000100000000016100{(ushort)type:X4}{@class}00000078{data.Length / 2:X4}{data}";
        var malformed = MessageReader.TryRead(Convert.FromHexString(packet), out var message);
        return (malformed, message?.Answers.SingleOrDefault());
    }
}
