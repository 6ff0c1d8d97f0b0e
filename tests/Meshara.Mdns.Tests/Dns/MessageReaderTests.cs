using System.Net;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class MessageReaderTests
{
    private const int In = 1;
    private const int Response = 0x8400;

    [Fact]
    public void A_packet_is_between_a_header_and_9000_bytes_long()
    {
        Read(new byte[11]).ShouldBe(Malformed.TooShort);
        Read([]).ShouldBe(Malformed.TooShort);
        Read(new byte[12]).ShouldBe(Malformed.None);
        Read(new byte[9000]).ShouldBe(Malformed.None);
        Read(new byte[9001]).ShouldBe(Malformed.TooLong);
    }

    [Theory]
    [InlineData(0x0000, nameof(Malformed.None))]
    [InlineData(0x8400, nameof(Malformed.None))]
    [InlineData(0x87f0, nameof(Malformed.None))]
    [InlineData(0x0800, nameof(Malformed.NotMdns))]
    [InlineData(0x7800, nameof(Malformed.NotMdns))]
    [InlineData(0x8401, nameof(Malformed.NotMdns))]
    [InlineData(0x840f, nameof(Malformed.NotMdns))]
    public void The_opcode_and_the_response_code_are_0_and_the_other_bits_do_not_matter(int flags, string malformed) =>
        Read(Bytes.Of(flags)).ToString().ShouldBe(malformed);

    [Theory]
    [InlineData(0x0000, false, false)]
    [InlineData(0x0200, false, true)]
    [InlineData(0x8000, true, false)]
    [InlineData(0x8600, true, true)]
    public void The_header_is_read(int flags, bool response, bool truncated)
    {
        var message = Message(Bytes.Of(flags, id: 0xabcd));

        (message.Id, message.IsResponse, message.IsTruncated).ShouldBe(((ushort)0xabcd, response, truncated));
    }

    [Theory]
    [InlineData(0x0001, 1, false)]
    [InlineData(0x8001, 1, true)]
    [InlineData(0x00ff, 1, false)]
    [InlineData(0x80ff, 1, true)]
    [InlineData(0x0003, 0, false)]
    [InlineData(0x8003, 0, false)]
    public void A_question_of_another_class_is_left_out_and_the_top_bit_is_QU(int kind, int count, bool unicast)
    {
        var questions = Message(Bytes.Of(0, questions: 1).Name("a.local").U16(12).U16(kind)).Questions;

        questions.Length.ShouldBe(count);
        questions.ShouldAllBe(q => q == new Question(DomainName.Parse("a.local"), RecordType.Ptr, unicast));
    }

    [Theory]
    [InlineData(0x0001, 2, false)]
    [InlineData(0x8001, 2, true)]
    [InlineData(0x80ff, 2, true)]
    [InlineData(0x05a0, 1, false)]
    public void A_record_of_another_class_is_left_out_and_the_top_bit_is_cache_flush(int kind, int count, bool flush)
    {
        var answers = Message(Bytes.Of(Response, answers: 2)
            .Name("a").Data(1, kind, 120, d => d.Hex("c0000201"))
            .Name("b").Data(1, In, 120, d => d.Hex("c0000202"))).Answers;

        answers.Length.ShouldBe(count);
        var second = new AddressData(IPAddress.Parse("192.0.2.2"));
        answers[^1].ShouldBe(new ResourceRecord(DomainName.Parse("b"), second, 120, false));
        answers[0].CacheFlush.ShouldBe(flush);
    }

    [Fact]
    public void Malformed_data_of_another_class_is_not_looked_at() =>
        Message(Bytes.Of(Response, answers: 1).Name("a").Data(1, 3, 120, d => d.Hex("00"))).Answers.ShouldBeEmpty();

    [Fact]
    public void Each_section_has_its_own()
    {
        var message = Message(Bytes.Of(0, 1, 1, 1, 1)
            .Name("q").U16(255).U16(In)
            .Name("a").Data(13, In, 1, _ => { })
            .Name("b").Data(13, In, 2, _ => { })
            .Name("c").Data(13, In, uint.MaxValue, _ => { }));

        message.Questions.Single().Name.ToString().ShouldBe("q");
        message.Answers.Single().Name.ToString().ShouldBe("a");
        message.Authorities.Single().Name.ToString().ShouldBe("b");
        message.Additionals.Single().Name.ToString().ShouldBe("c");
        message.Additionals.Single().Ttl.ShouldBe(uint.MaxValue);
    }

    [Theory]
    [InlineData(513, 0, nameof(Malformed.TooManyRecords))]
    [InlineData(256, 257, nameof(Malformed.TooManyRecords))]
    [InlineData(65_535, 65_535, nameof(Malformed.TooManyRecords))]
    [InlineData(512, 0, nameof(Malformed.TooShort))]
    [InlineData(0, 512, nameof(Malformed.TooShort))]
    [InlineData(1, 0, nameof(Malformed.TooShort))]
    public void Counts_are_believed_as_far_as_there_are_bytes(int questions, int answers, string malformed)
    {
        var packet = Bytes.Of(0, questions, answers).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = MessageReader.TryRead(packet, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        found.ToString().ShouldBe(malformed);
        allocated.ShouldBeLessThan(1000);
    }

    [Fact]
    public void As_many_records_as_the_bound_are_read()
    {
        var packet = Bytes.Of(Response, answers: MessageReader.MaxRecords);
        for (var i = 0; i < MessageReader.MaxRecords; i++)
        {
            packet.Raw(0).Data(1, In, 120, d => d.U32((uint)i));
        }

        Message(packet).Answers.Length.ShouldBe(MessageReader.MaxRecords);
    }

    [Fact]
    public void Bytes_after_the_last_record_are_passed_over() =>
        Message(Bytes.Of(0, questions: 1).Name("a").U16(12).U16(In).Hex("c0c0c0ff")).Questions.Length.ShouldBe(1);

    [Fact]
    public void However_a_packet_is_cut_short_it_is_refused()
    {
        var packet = Corpus.Announcement.ToArray();
        for (var size = 0; size < packet.Length; size++)
        {
            MessageReader.TryRead(packet.AsSpan(0, size), out var message).ShouldNotBe(Malformed.None);
            message.ShouldBeNull();
        }

        Read(packet).ShouldBe(Malformed.None);
    }

    [Theory]
    [InlineData(1, "c0000201", nameof(Malformed.None))]
    [InlineData(1, "c00002", nameof(Malformed.BadRecord))]
    [InlineData(1, "c000020100", nameof(Malformed.BadRecord))]
    [InlineData(1, "", nameof(Malformed.BadRecord))]
    [InlineData(28, "fe800000000000000000000000000001", nameof(Malformed.None))]
    [InlineData(28, "fe8000000000000000000000000000", nameof(Malformed.BadRecord))]
    [InlineData(28, "fe80000000000000000000000000000100", nameof(Malformed.BadRecord))]
    [InlineData(28, "c0000201", nameof(Malformed.BadRecord))]
    [InlineData(12, "c00c", nameof(Malformed.None))]
    [InlineData(12, "016200", nameof(Malformed.None))]
    [InlineData(12, "", nameof(Malformed.BadRecord))]
    [InlineData(12, "0162", nameof(Malformed.BadRecord))]
    [InlineData(12, "0162c0", nameof(Malformed.BadRecord))]
    [InlineData(12, "01620000", nameof(Malformed.BadRecord))]
    [InlineData(12, "c00c00", nameof(Malformed.BadRecord))]
    [InlineData(12, "c0ff", nameof(Malformed.BadRecord))]
    [InlineData(33, "000000001ccd0162c00c", nameof(Malformed.None))]
    [InlineData(33, "000000001ccd00", nameof(Malformed.None))]
    [InlineData(33, "000000001ccd", nameof(Malformed.BadRecord))]
    [InlineData(33, "000000001c", nameof(Malformed.BadRecord))]
    [InlineData(33, "", nameof(Malformed.BadRecord))]
    [InlineData(33, "000000001ccd0162c00c00", nameof(Malformed.BadRecord))]
    [InlineData(16, "", nameof(Malformed.None))]
    [InlineData(16, "00", nameof(Malformed.None))]
    [InlineData(16, "03613d31", nameof(Malformed.None))]
    [InlineData(16, "03613d3100", nameof(Malformed.None))]
    [InlineData(16, "04613d31", nameof(Malformed.BadRecord))]
    [InlineData(16, "03613d31ff", nameof(Malformed.BadRecord))]
    [InlineData(5, "0162c00c", nameof(Malformed.None))]
    [InlineData(5, "0162", nameof(Malformed.BadRecord))]
    [InlineData(2, "0162c00c", nameof(Malformed.None))]
    [InlineData(2, "c00c00", nameof(Malformed.BadRecord))]
    [InlineData(13, "", nameof(Malformed.None))]
    [InlineData(4711, "", nameof(Malformed.None))]
    [InlineData(4711, "c00cff", nameof(Malformed.None))]
    [InlineData(255, "c00cff", nameof(Malformed.None))]
    public void Data_of_a_known_type_fills_its_bytes_exactly(int type, string data, string malformed) =>
        Read(Bytes.Of(Response, answers: 1).Name("a").Data(type, In, 120, d => d.Hex(data)).Hex("0000000000"))
            .ToString().ShouldBe(malformed);

    [Fact]
    public void Data_of_a_known_type_means_what_it_says()
    {
        DataOf(12, "0162c00c").ShouldBe(new PointerData(DomainName.Parse("b.a")));
        DataOf(33, "000100021ccd0162c00c").ShouldBe(new ServiceData(1, 2, 7373, DomainName.Parse("b.a")));
        DataOf(16, "").ShouldBe(new TextData([default]));
        DataOf(16, "03613d3100").ShouldBe(new TextData(["a=1"u8.ToArray(), default]));
        DataOf(5, "0162c00c").ShouldBe(new OpaqueData(RecordType.Cname, Bytes.OfHex("0162016100")));
        DataOf(2, "0162c00c").ShouldBe(new OpaqueData(RecordType.Ns, Bytes.OfHex("0162016100")));
        DataOf(13, "0178 0179").ShouldBe(new OpaqueData(RecordType.Hinfo, Bytes.OfHex("01780179")));
        DataOf(4711, "c00c").ShouldBe(new OpaqueData((RecordType)4711, Bytes.OfHex("c00c")));
        DataOf(28, "fe800000000000000000000000000001").ShouldBe(new AddressData(IPAddress.Parse("fe80::1")));
    }

    [Fact]
    public void Data_that_is_longer_than_the_packet_is_refused() =>
        Read(Bytes.Of(Response, answers: 1).Name("a").U16(1).U16(In).U32(120).U16(5).Hex("c0000201"))
            .ShouldBe(Malformed.TooShort);

    private static RecordData DataOf(int type, string data) =>
        Message(Bytes.Of(Response, answers: 1).Name("a").Data(type, In, 120, d => d.Hex(data))).Answers.Single().Data;

    private static Malformed Read(Bytes packet) => Read(packet.ToArray());

    private static Malformed Read(byte[] packet)
    {
        var malformed = MessageReader.TryRead(packet, out var message);
        (message is null).ShouldBe(malformed != Malformed.None);
        return malformed;
    }

    private static DnsMessage Message(Bytes packet)
    {
        MessageReader.TryRead(packet.ToArray(), out var message).ShouldBe(Malformed.None);
        return message!;
    }
}
