using System.Net;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class RecordTests
{
    private static readonly DomainName Name = DomainName.Parse("a.local");

    [Fact]
    public void An_address_is_A_or_AAAA_by_its_family()
    {
        Address("192.0.2.1").Type.ShouldBe(RecordType.A);
        Address("fe80::1").Type.ShouldBe(RecordType.Aaaa);
        Address("::ffff:192.0.2.1").Type.ShouldBe(RecordType.Aaaa);
        Convert.ToHexStringLower(Address("192.0.2.1").Canonical()).ShouldBe("c0000201");
    }

    [Fact]
    public void A_scope_id_is_never_part_of_an_address()
    {
        Address("fe80::1%3").ShouldBe(Address("fe80::1"));
        Address("fe80::1%3").Address.ScopeId.ShouldBe(0);
    }

    [Fact]
    public void Names_in_data_are_equal_in_any_case_and_their_bytes_are_those_that_came()
    {
        var one = new ServiceData(0, 0, 7373, DomainName.Parse("Host.local"));
        var other = one with { Target = DomainName.Parse("host.LOCAL") };

        one.ShouldBe(other);
        one.GetHashCode().ShouldBe(other.GetHashCode());
        Convert.ToHexStringLower(one.Canonical()).ShouldBe("000000001ccd" + "04486f7374056c6f63616c00");
        new PointerData(Name).ShouldBe(new PointerData(DomainName.Parse("A.LOCAL")));
        new PointerData(Name).Canonical().ShouldBe(Name.Wire.ToArray());
    }

    [Fact]
    public void Opaque_data_is_equal_by_type_and_bytes()
    {
        Opaque(13, 1, 2).ShouldBe(Opaque(13, 1, 2));
        Opaque(13, 1, 2).GetHashCode().ShouldBe(Opaque(13, 1, 2).GetHashCode());
        Opaque(13, 1, 2).ShouldNotBe(Opaque(14, 1, 2));
        Opaque(13, 1, 2).ShouldNotBe(Opaque(13, 1, 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(28)]
    [InlineData(33)]
    [InlineData(47)]
    public void Data_of_a_type_with_a_form_is_not_opaque(ushort type) => Should.Throw<ArgumentException>(() => Opaque(type, 1));

    [Fact]
    public void A_record_is_the_same_with_another_time_to_live_or_cache_flush_bit()
    {
        var record = new ResourceRecord(Name, Address("192.0.2.1"), 120, true);

        record.SameAs(record with { Ttl = 0, CacheFlush = false }).ShouldBeTrue();
        record.SameAs(record with { Name = DomainName.Parse("A.local") }).ShouldBeTrue();
        record.SameAs(record with { Name = DomainName.Parse("b.local") }).ShouldBeFalse();
        record.SameAs(record with { Data = Address("192.0.2.2") }).ShouldBeFalse();
        record.SameAs(record with { Data = Opaque(13, 192, 0, 2, 1) }).ShouldBeFalse();
    }

    [Fact]
    public void The_example_of_the_tie_break_goes_as_in_RFC_6762()
    {
        // Section 8.2: 169.254.99.200 is lexicographically earlier than 169.254.200.50, for 99 is less than 200.
        Order(Address("169.254.99.200"), Address("169.254.200.50")).ShouldBeLessThan(0);
        Order(Address("169.254.200.50"), Address("169.254.99.200")).ShouldBeGreaterThan(0);
        Order(Address("169.254.99.200"), Address("169.254.99.200")).ShouldBe(0);
    }

    [Fact]
    public void A_tie_is_broken_by_type_then_by_data_as_unsigned_bytes_and_what_ends_first_is_less()
    {
        Order(Opaque(13, 255), Address("::")).ShouldBeLessThan(0);
        Order(Opaque(1000, 0), Address("::")).ShouldBeGreaterThan(0);
        Order(Opaque(13, 127), Opaque(13, 128)).ShouldBeLessThan(0);
        Order(Opaque(13, 1), Opaque(13, 1, 0)).ShouldBeLessThan(0);
        Order(Opaque(13), Opaque(13)).ShouldBe(0);
    }

    [Fact]
    public void Neither_the_cache_flush_bit_nor_the_time_to_live_breaks_a_tie()
    {
        var record = new ResourceRecord(Name, Address("192.0.2.1"), 120, true);

        ResourceRecord.CompareForTieBreak(record, record with { CacheFlush = false, Ttl = 1 }).ShouldBe(0);
    }

    [Fact]
    public void Messages_are_equal_by_what_is_in_them()
    {
        var record = new ResourceRecord(Name, Address("192.0.2.1"), 120, true);
        var message = new DnsMessage(0, true, false, [new Question(Name, RecordType.A)], [record], [], []);

        message.ShouldBe(message with { Answers = [record with { Name = DomainName.Parse("A.LOCAL") }] });
        message.ShouldNotBe(message with { Answers = [record with { Ttl = 1 }] });
        message.ShouldNotBe(message with { Answers = [], Authorities = [record] });
        message.ShouldNotBe(message with { Questions = [new Question(Name, RecordType.A, true)] });
        message.ShouldNotBe(message with { IsTruncated = true });
    }

    private static int Order(RecordData one, RecordData other) =>
        ResourceRecord.CompareForTieBreak(new ResourceRecord(Name, one, 1, false), new ResourceRecord(Name, other, 2, true));

    private static AddressData Address(string address) => new AddressData(IPAddress.Parse(address));

    private static OpaqueData Opaque(ushort type, params byte[] bytes) => new OpaqueData((RecordType)type, bytes);
}
