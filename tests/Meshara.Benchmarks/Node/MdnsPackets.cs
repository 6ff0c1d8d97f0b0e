using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Meshara.Benchmarks.Tables;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;

namespace Meshara.Benchmarks.Node;

/// <summary>What the multicast packets of a LAN cost: to parse each, and to follow 500 services for ten minutes of virtual time.</summary>
internal sealed class MdnsPackets : IBenchmark
{
    private const int Services = 500;
    private const int Interface = 2;
    private static readonly DomainName Type = DomainName.Parse("_meshara._tcp.local");
    private static readonly TimeSpan Begin = TimeSpan.FromHours(1), Followed = TimeSpan.FromMinutes(10);

    public string Name => "mdns";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await Task.Yield();
        var packets = Enumerable.Range(0, Services).Select(Announcement).ToList();
        var announcement = packets[0].Bytes;
        var (rate, bytes) = Parse(announcement, scale.Of(100_000, 1_000_000));
        yield return new Figure("mDNS packets parsed a second", rate, "/s") { Note = $"an announcement of {announcement.Length} bytes" };
        yield return new Figure("bytes allocated per mDNS packet parsed", bytes, "B", announcement.Length) { Note = "ceiling: the packet itself" };

        var all = Measure(packets);
        yield return new Figure($"memory of {Services} services on the link", (double)all.Held / all.Seen, "B a service")
        {
            Note = $"{all.Seen} seen, {all.Records:N0} records of {all.Bytes:N0} bytes cached",
        };
        yield return new Figure($"CPU of following {Services} services", all.CpuPercent, "% of a core") { Note = "each announces itself once a minute, ten minutes of virtual time" };
        yield return new Figure("mDNS packets sent a minute meanwhile", all.SentPerMinute, "/min") { Note = $"beside {Services} services" };
    }

    /// <summary>What so many services on the link cost a node.</summary>
    public static (long Held, int Seen, int Records, long Bytes, double CpuPercent, double SentPerMinute) Measure(int services) =>
        Measure([.. Enumerable.Range(0, services).Select(Announcement)]);

    private static (long Held, int Seen, int Records, long Bytes, double CpuPercent, double SentPerMinute) Measure(List<(byte[] Bytes, IPEndPoint From)> packets)
    {
        var before = Samples.LiveBytes();
        var (engine, cpu, sent) = Follow(packets);
        var held = Samples.LiveBytes() - before;
        var (load, seen) = (engine.Load, engine.Sightings.Count());
        GC.KeepAlive(engine);
        return (held, seen, load.Records, load.Bytes, 100 * cpu / Followed, sent / Followed.TotalMinutes);
    }

    private static (double PerSecond, double BytesEach) Parse(byte[] packet, int count)
    {
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var took = Samples.Time(() =>
            {
                for (var i = 0; i < count / 5; i++)
                {
                    if (MessageReader.TryRead(packet, out _) != Malformed.None)
                    {
                        throw new InvalidOperationException("The packet is malformed.");
                    }
                }
            });
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            best = Math.Min(best, took.TotalSeconds);
        }

        return (count / 5 / best, (double)allocated / (count / 5));
    }

    /// <summary>Each service announces itself once a minute, so that its records, which live two, stay fresh.</summary>
    private static (MdnsEngine Engine, TimeSpan Cpu, int Sent) Follow(List<(byte[] Bytes, IPEndPoint From)> packets)
    {
        var engine = new MdnsEngine(TimeSpan.FromSeconds(30), new Random(1));
        engine.Use([InterfaceOf("10.1.0.1")], Begin);
        engine.Browse(Type, Begin);
        var (cpu, sent, now) = (TimeSpan.Zero, 0, Begin);
        for (var minute = 0; minute < Followed.TotalMinutes; minute++)
        {
            var clock = Stopwatch.StartNew();

            // Spread over the minute: the engine hears 300 packets a second of strangers at most.
            for (var second = 0; second < 60; second++)
            {
                for (var n = second; n < packets.Count; n += 60)
                {
                    engine.Hear(new Datagram(packets[n].Bytes, packets[n].From, Interface, 255, ToMulticast: true), now);
                }

                now += TimeSpan.FromSeconds(1);
                engine.Advance(now);
                sent += engine.TakeOutputs().OfType<EngineOutput.Send>().Count();
            }

            cpu += clock.Elapsed;
        }

        return (engine, cpu, sent);
    }

    /// <summary>What a host says of its service when it comes, as an engine of its own writes it.</summary>
    public static (byte[] Bytes, IPEndPoint From) Announcement(int number)
    {
        var address = $"10.1.{1 + (number / 250)}.{1 + (number % 250)}";
        var engine = new MdnsEngine(TimeSpan.FromSeconds(30), new Random(number));
        engine.Use([InterfaceOf(address)], Begin);
        TextData text = TextData.Of([new("version", "1"), new("pubkey", new string('a', 64)), new("node_id", new string('b', 64))]);
        engine.Publish(new Service(Type, $"node-{number}", $"host-{number}", 7373, text), Begin);
        byte[]? last = null;
        for (var now = Begin; now < Begin + TimeSpan.FromSeconds(5); now += TimeSpan.FromMilliseconds(50))
        {
            engine.Advance(now);
            last = engine.TakeOutputs().OfType<EngineOutput.Send>().LastOrDefault()?.Packet ?? last;
        }

        return (last!, new IPEndPoint(IPAddress.Parse(address), 5353));
    }

    private static MdnsInterface InterfaceOf(string address)
    {
        ImmutableArray<IPAddress> all = [IPAddress.Parse(address)];
        return new MdnsInterface(Interface, "eth0", all, [(all[0], 16)], IsLoopback: false);
    }
}
