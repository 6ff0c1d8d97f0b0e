using System.Collections.Immutable;
using CsCheck;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

public sealed class RoundTripTests
{
    [Fact]
    public void A_message_that_is_written_is_read_as_it_was() => Some.Message.Sample(
        message =>
        {
            var packet = Rewriting.Write(message, MessageReader.MaxSize).ShouldHaveSingleItem();
            MessageReader.TryRead(packet, out var read).ShouldBe(Malformed.None);
            read.ShouldBe(message);
        },
        iter: 1500);

    [Fact]
    public void Compression_never_makes_a_message_longer() => Some.Message.Sample(
        message => Rewriting.Write(message, MessageReader.MaxSize).Single().Length <= 12
            + message.Questions.Sum(q => q.Name.WireLength + 4)
            + Rewriting.Records(message).Sum(r => r.Record.Name.WireLength + 10 + r.Record.Data.Canonical().Length),
        iter: 1000);

    [Fact]
    public void What_does_not_fit_leaves_no_trace() => Gen.Select(Some.Record.Array[1, 30], Gen.Int[12, 600]).Sample(
        (records, maxSize) =>
        {
            // One writer is offered all, the other only what the first could take: they must not differ by a byte.
            var (tried, spared) = (new MessageWriter(maxSize), new MessageWriter(maxSize));
            var taken = ImmutableArray.CreateBuilder<ResourceRecord>();
            foreach (var record in records)
            {
                var before = tried.ToArray();
                if (tried.TryAdd(Section.Answer, record))
                {
                    spared.TryAdd(Section.Answer, record).ShouldBeTrue();
                    taken.Add(record);
                }
                else
                {
                    tried.ToArray().ShouldBe(before);
                }
            }

            tried.Size.ShouldBeLessThanOrEqualTo(maxSize);
            tried.Count.ShouldBe(taken.Count);
            tried.ToArray().ShouldBe(spared.ToArray());
            MessageReader.TryRead(tried.ToArray(), out var read).ShouldBe(Malformed.None);
            read!.Answers.ShouldBe(taken);
        },
        iter: 1500);

    [Fact]
    public void After_a_record_that_does_not_fit_a_smaller_one_does()
    {
        var small = Hinfo("s", 0);
        Gen.Select(Some.Record.Array[1, 10], Gen.Int[30, 300]).Sample(
            (records, maxSize) =>
            {
                var writer = new MessageWriter(maxSize - 13);
                var roomy = new MessageWriter(maxSize);
                var fitting = records.TakeWhile(r => writer.TryAdd(Section.Answer, r)).ToArray();
                Array.ForEach(fitting, r => roomy.TryAdd(Section.Answer, r).ShouldBeTrue());

                roomy.TryAdd(Section.Answer, Hinfo("too.large.s", maxSize)).ShouldBeFalse();
                roomy.TryAdd(Section.Answer, small).ShouldBeTrue();

                MessageReader.TryRead(roomy.ToArray(), out var read).ShouldBe(Malformed.None);
                read!.Answers.ShouldBe([.. fitting, small]);
            },
            iter: 1000);
    }

    private static ResourceRecord Hinfo(string name, int size) =>
        new(DomainName.Parse(name), new OpaqueData(RecordType.Hinfo, new byte[size]), 1, false);
}
