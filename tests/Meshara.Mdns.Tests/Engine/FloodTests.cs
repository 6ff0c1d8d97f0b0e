using System.Diagnostics;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>A LAN on which somebody means harm.</summary>
public sealed class FloodTests
{
    private readonly FakeLan _lan = new();

    [Fact]
    public void A_flood_of_invented_instances_fills_a_bounded_cache_and_pushes_out_nobody()
    {
        var (one, other) = (_lan.Add("one", 1).Publish().Browse(), _lan.Add("other", 2).Publish());
        _lan.Pass(5);
        one.Found.ShouldHaveSingleItem();

        for (var i = 0; i < 20_000; i++)
        {
            // Forged sources, unique names, shifting times to live.
            var records = Wire.RecordsOf($"x{i}", $"h{i}", "10.0.0.66");
            var source = new IPEndPoint(IPAddress.Parse($"10.0.{i / 250 % 250}.{i % 250}"), 5353);
            one.Hear(Wire.Response([records.Pointer with { Ttl = (uint)(10 + (i % 4000)) }, records.Location, records.Text, .. records.Addresses]), source, true);
            if (i % 100 == 0)
            {
                _lan.Pass(0.2);
            }
        }

        one.Engine.Sightings.Count().ShouldBeLessThanOrEqualTo(RecordCache.MaxPerName);
        _lan.Pass(200);
        one.Told.OfType<EngineOutput.Lost>().ShouldNotContain(l => l.Name.Equals(other.Service.Name));
        one.Engine.Sightings.ShouldContain(s => s.Name.Equals(other.Service.Name));
    }

    [Fact]
    public void One_source_gets_no_more_than_its_share()
    {
        var cache = new RecordCache(new Random(1));
        var (now, source) = (TimeSpan.FromHours(1), IPAddress.Parse("10.0.0.9"));
        for (var i = 0; i < 10_000; i++)
        {
            cache.Learn(Wire.RecordsOf($"x{i}", $"h{i}", "10.0.0.66").Location, source, now);
        }

        cache.Count.ShouldBe(RecordCache.MaxPerSource);
        cache.Learn(Wire.RecordsOf("y", "y", "10.0.0.67").Location, IPAddress.Parse("10.0.0.10"), now);
        cache.Count.ShouldBe(RecordCache.MaxPerSource + 1);
    }

    [Fact]
    public void The_cache_is_bounded_in_records_and_in_bytes()
    {
        var cache = new RecordCache(new Random(1));
        for (var i = 0; i < 20_000; i++)
        {
            var records = Wire.RecordsOf($"x{i}{new string('x', 40)}", $"h{i}", "10.0.0.66");
            cache.Learn(records.Text with { Data = new TextData([new byte[255], new byte[200], BitConverter.GetBytes(i)]) },
                new IPAddress(BitConverter.GetBytes(i / 100)), TimeSpan.FromHours(1));
        }

        cache.Bytes.ShouldBeLessThanOrEqualTo(RecordCache.MaxBytes);
        cache.Count.ShouldBeInRange(100, RecordCache.MaxRecords);
    }

    [Fact]
    public void Nobody_changes_what_is_ours()
    {
        var (one, other) = (_lan.Add("one", 1).Publish(), _lan.Add("other", 2).Browse());
        _lan.Pass(5);
        for (var i = 0; i < 50; i++)
        {
            _lan.Say(Wire.Response(new ResourceRecord(
                one.Service.HostName, new AddressData(IPAddress.Parse($"10.0.6.{i}")), 120, CacheFlush: true)));
            _lan.Pass(0.5);
        }

        _lan.Pass(30);

        // Whoever claims a name again and again may have it; the host is found by its next one, at its own address.
        one.Engine.Service!.Attempt.ShouldBeInRange(2, 5);
        other.Engine.Sightings.ShouldContain(s => s.Name.Equals(one.Engine.Service.Name) && s.Addresses.SequenceEqual(new[] { one.Address, new IPAddress(one.LinkLocal.GetAddressBytes(), FakeHost.Index) }));
    }

    [Fact]
    public void A_hundred_thousand_mutated_packets_leave_an_engine_that_answers_and_finds()
    {
        var (one, other) = (_lan.Add("one", 1).Publish().Browse(), _lan.Add("other", 2).Publish().Browse());
        _lan.Pass(5);
        var corpus = new List<byte[]> { Packets.Probe(new OwnRecords(one.Service, [one.Address]), true), Wire.Query([Wire.Browse()]) };
        corpus.AddRange(Packets.Response(new OwnRecords(one.Service, [one.Address]).All, []));
        corpus.AddRange(Packets.Response(new OwnRecords(other.Service, [other.Address]).All, []));
        var random = new Random(7);

        for (var i = 0; i < 100_000; i++)
        {
            var packet = (byte[])corpus[random.Next(corpus.Count)].Clone();
            for (var edits = random.Next(5); edits > 0; edits--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            one.Engine.Hear(new Datagram(packet, new IPEndPoint(IPAddress.Parse($"10.0.1.{i % 250}"), 5353), FakeHost.Index, 255, true), _lan.Now);
            one.Engine.TakeOutputs();
            if (i % 50 == 0)
            {
                _lan.Pass(0.1);
            }
        }

        _lan.Pass(300);
        one.Engine.Sightings.ShouldContain(s => s.Name.Equals(other.Service.Name));
        _lan.Wire.Clear();
        _lan.Say(Wire.Query([Wire.Browse()]));
        _lan.Pass(1);
        _lan.TakeResponses().ShouldContain(p => p.From.Address.Equals(one.Address));
    }

    [Fact]
    public void What_is_beyond_the_limit_costs_less_than_to_read_it()
    {
        var host = _lan.Add("one", 1).Publish().Browse();
        _lan.Pass(5);
        var packet = Wire.Response(Enumerable.Range(0, 6).SelectMany(i => Wire.RecordsOf($"x{i}", $"h{i}", "10.0.0.66").All));
        var datagram = new Datagram(packet, Wire.Stranger, FakeHost.Index, 255, true);
        const int Count = 20_000;

        var flooded = Time(() => host.Engine.Hear(datagram, _lan.Now));
        var merelyRead = Time(() => MessageReader.TryRead(packet, out _));

        flooded.ShouldBeLessThan(merelyRead);

        static TimeSpan Time(Action act)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Count; i++)
            {
                act();
            }

            return Stopwatch.GetElapsedTime(began);
        }
    }
}
