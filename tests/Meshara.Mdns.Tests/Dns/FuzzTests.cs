using System.Net;
using CsCheck;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Dns;

/// <summary>A million packets that nobody meant: the reader takes or refuses each, within bounds.</summary>
public sealed class FuzzTests
{
    private const int Packets = 1_000_000, Batches = 100;

    /// <summary>
    /// Bytes that reading a packet may allocate: a few objects for each of its bytes at the very worst, and the expanded names, which are
    /// bounded by themselves.
    /// </summary>
    private const int AllocationPerByte = 40, AllocationAnyway = 200 * 1024;

    private static readonly byte[][] Corpus = MakeCorpus();

    [Fact]
    public void A_million_mutated_packets_are_read_or_refused_within_bounds()
    {
        var accepted = 0L;
        Parallel.For(0, Batches, batch =>
        {
            var random = new Random(batch);
            for (var i = 0; i < Packets / Batches; i++)
            {
                var packet = Mutate(random);
                try
                {
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var malformed = MessageReader.TryRead(packet, out var message);
                    var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                    allocated.ShouldBeLessThan(AllocationAnyway + (AllocationPerByte * packet.Length));
                    (message is null).ShouldBe(malformed != Malformed.None);

                    // Every hundredth in full: what was taken is written and reads the same.
                    if (message is not null && i % 100 == 0)
                    {
                        Interlocked.Increment(ref accepted);
                        MessageReader.TryRead(Generated.Write(message), out var again).ShouldBe(Malformed.None);
                        Generated.Shown(again!).ShouldBe(Generated.Shown(message));
                    }
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"seed {batch}, packet {i}: {Convert.ToHexString(packet)}", e);
                }
            }
        });

        // A fuzzer whose packets are all refused at the door tests nothing.
        accepted.ShouldBeGreaterThan(Packets / 100 / 20);
    }

    private static byte[] Mutate(Random random)
    {
        if (random.Next(10) == 0)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            return bytes;
        }

        var packet = (byte[])Corpus[random.Next(Corpus.Length)].Clone();
        for (var edits = random.Next(4); edits >= 0; edits--)
        {
            var at = random.Next(packet.Length);
            switch (random.Next(6))
            {
                case 0:
                    packet[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    packet = packet[..Math.Max(1, at)];
                    break;
                case 2:
                    var other = Corpus[random.Next(Corpus.Length)];
                    packet = [.. packet[..at], .. other[random.Next(other.Length)..]];
                    break;
                case 3 when packet.Length > 12:
                    packet[4 + random.Next(8)] = (byte)random.Next(4);
                    break;
                case 4:
                    packet[at] = 0xc0;
                    break;
                default:
                    packet[at] = (byte)random.Next(256);
                    break;
            }

            packet = packet.Length == 0 ? [0] : packet;
        }

        return packet;
    }

    /// <summary>Packets as nodes send them, drawn ones, and some as other responders send them.</summary>
    private static byte[][] MakeCorpus()
    {
        var service = new Service(
            DomainName.Parse("_meshara._tcp.local"), "a node", "a-node", 7373,
            TextData.Of([new("version", "1"), new("pubkey", new string('a', 64)), new("node_id", new string('b', 64))]));
        var own = new OwnRecords(service, [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fe80::1")]);
        var drawn = new List<byte[]>();
        Generated.Message.Sample(m => { lock (drawn) { drawn.Add(Generated.Write(m)); } }, seed: "0000000000000", iter: 50, threads: 1);
        return
        [
            Meshara.Mdns.Engine.Packets.Probe(own, unicast: true),
            .. Meshara.Mdns.Engine.Packets.Response(own.All, [own.NoOtherOfHost]),
            .. Meshara.Mdns.Engine.Packets.Query([new Question(service.Type, RecordType.Ptr)], [own.Pointer]),

            // A browser's question for two types at once, with unicast wanted; and a printer's answer with an empty TXT.
            Convert.FromHexString("000000000002000000000000045F697070045F746370056C6F63616C00000C8001055F69707073C011000C8001"),
            Convert.FromHexString("000084000000000200000000045F697070045F746370056C6F63616C00000C00010000119400080550C3A9C3A9C00CC02700108001000011940001" + "00"),
            .. drawn,
        ];
    }
}
