using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>Packets that are almost right.</summary>
public sealed class MutationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fifty_thousand_mutated_packets_do_no_harm_RFC_6762_18(int seed)
    {
        var corpus = Corpus();
        var random = new Random(seed);
        var bench = new Bench(seed: seed).Publish().Browse();
        for (var i = 0; i < 50_000; i++)
        {
            var port = random.Next(20) == 0 ? 40000 : 5353;
            bench.Hear(Mutated(corpus, random), Stranger.At(2 + random.Next(400), port), toMulticast: random.Next(10) > 0);
            bench.Pass(random.NextDouble() * 0.02);
            bench.Wire.Clear();
            bench.Told.Clear();
        }

        bench.Engine.Refused.Where(r => r.Key != Malformed.None).Sum(r => r.Value).ShouldBeInRange(1_000, 45_000);
        Bounds.Hold(bench.Engine.Load);

        // It answers and finds as before.
        bench.Pass(30);
        bench.Wire.Clear();
        bench.Hear(Stranger.Query(new Question(bench.Engine.Service!.Name, RecordType.Srv)), Stranger.At(900));
        bench.Hear(Stranger.Response(Stranger.All("afterwards")), Stranger.At(900));
        bench.Pass(2);
        bench.Responses.ShouldContain(r => r.Message.Answers.Any(a => a.Type == RecordType.Srv));
        bench.Engine.Sightings.ShouldContain(s => s.Name.FirstLabel == "afterwards");
    }

    /// <summary>All that hosts say when they come, are asked and go.</summary>
    private static List<byte[]> Corpus()
    {
        var lan = new FakeLan();
        var hosts = Enumerable.Range(1, 3).Select(i => lan.Add(i == 1 ? "own" : $"host-{i}", i).Publish().Browse()).ToList();
        lan.Pass(130);
        lan.Multicast(Stranger.Query(new Question(Bench.Name, RecordType.A), Stranger.Browse()), Stranger.At(9));
        lan.Multicast(Stranger.Query([Stranger.Browse()], [Stranger.Ptr("two")], truncated: true), Stranger.At(9));
        lan.Pass(2);
        hosts.ForEach(h => h.Stop());
        return [.. lan.Wire.Select(w => w.Packet).DistinctBy(Convert.ToHexString)];
    }

    private static byte[] Mutated(List<byte[]> corpus, Random random)
    {
        var packet = corpus[random.Next(corpus.Count)].ToArray();
        for (var n = random.Next(4); n > 0 && packet.Length > 0; n--)
        {
            var at = random.Next(packet.Length);
            switch (random.Next(6))
            {
                case 0:
                    packet[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    packet[at] = (byte)random.Next(256);
                    break;
                case 2:
                    packet[random.Next(Math.Min(12, packet.Length))] = (byte)random.Next(256);
                    break;
                case 3:
                    packet = packet[..at];
                    break;
                case 4:
                    var other = corpus[random.Next(corpus.Count)];
                    packet = [.. packet[..at], .. other[random.Next(other.Length)..]];
                    break;
                default:
                    packet[at] = (byte)(0xc0 | random.Next(2));
                    break;
            }
        }

        return packet;
    }
}
