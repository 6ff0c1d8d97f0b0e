using System.Collections.Concurrent;
using Meshara.Mdns.Dns;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>
/// A million packets, most of them nearly right. They are the same each time: a failure tells its seed and its packet.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seeds = 64;
    private const int PacketsOfSeed = 16_000;

    /// <summary>
    /// Of one byte of a packet, what objects can come of it at most: a question that is a pointer takes 6 bytes there, and some
    /// 110 in memory. The text of names comes on top, within the reader's own bound.
    /// </summary>
    private const int ObjectsPerByte = 20;

    /// <summary>The message itself.</summary>
    private const int ForAnyPacket = 512;

    private const int AverageAllocation = 4096;

    [Fact]
    public void Every_packet_of_the_corpus_is_read_and_written_as_it_was()
    {
        foreach (var packet in Corpus.All)
        {
            MessageReader.TryRead(packet, out var message).ShouldBe(Malformed.None);
            Rewriting.Flaw(message!).ShouldBeNull();
        }
    }

    [Fact]
    public void The_costliest_packets_stay_within_their_bound()
    {
        var worst = Corpus.Costly.Max(packet => new Tally().Look(packet).Allocated);

        output.WriteLine($"The worst takes {worst} bytes.");
        worst.ShouldBeLessThanOrEqualTo(200_000);
    }

    [Fact]
    public void A_million_damaged_packets_neither_throw_nor_swell_and_what_is_read_of_them_can_be_written()
    {
        var failures = new ConcurrentQueue<(int Seed, string Text)>();
        var tallies = new ConcurrentBag<Tally>();
        Parallel.For(0, Seeds, seed =>
        {
            var (mutator, tally) = (new Mutator(seed, Corpus.All, Corpus.Costly), new Tally());
            for (var i = 0; i < PacketsOfSeed && failures.IsEmpty; i++)
            {
                var packet = mutator.Next();
                if (tally.Look(packet).Flaw is { } flaw)
                {
                    failures.Enqueue((seed, $"Seed {seed}, packet {i}: {flaw}\n{Convert.ToHexStringLower(packet)}"));
                }
            }

            tallies.Add(tally);
        });

        string.Join('\n', failures.OrderBy(f => f.Seed).Select(f => f.Text)).ShouldBeEmpty();
        var (read, accepted) = (tallies.Sum(t => t.Packets), tallies.Sum(t => t.Accepted));
        var (average, most) = (tallies.Sum(t => t.Allocated) / read, tallies.Max(t => t.Most));
        output.WriteLine($"{read} packets, {accepted} of them well-formed; they take {average} bytes each, {most} at most.");
        read.ShouldBeGreaterThanOrEqualTo(1_000_000);
        accepted.ShouldBeGreaterThan(read / 10, "a fuzzer whose packets are all refused at the door tests the door");
        average.ShouldBeLessThan(AverageAllocation);
    }

    private sealed class Tally
    {
        public long Packets { get; private set; }

        public long Accepted { get; private set; }

        public long Allocated { get; private set; }

        public long Most { get; private set; }

        public (string? Flaw, long Allocated) Look(byte[] packet)
        {
            Packets++;
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var malformed = MessageReader.TryRead(packet, out var message);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Allocated += allocated;
                Most = Math.Max(Most, allocated);
                if (allocated > ForAnyPacket + (ObjectsPerByte * packet.Length) + MessageReader.MaxNameBytes)
                {
                    return ($"{allocated} bytes for a packet of {packet.Length}", allocated);
                }

                if ((malformed == Malformed.None) != message is not null)
                {
                    return ($"{malformed} with {(message is null ? "no" : "a")} message", allocated);
                }

                Accepted += message is null ? 0 : 1;
                return (message is null ? null : Rewriting.Flaw(message), allocated);
            }
            catch (Exception e)
            {
                return (e.ToString(), 0);
            }
        }
    }
}
