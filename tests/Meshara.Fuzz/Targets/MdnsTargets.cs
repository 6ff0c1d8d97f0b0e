using System.Buffers.Binary;
using System.Net;
using Meshara.Actors.Discovery;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Meshara.Mdns.Tests.Dns;

namespace Meshara.Fuzz.Targets;

/// <summary>What anybody on the local network sends to port 5353.</summary>
internal static class MdnsTargets
{
    private const int Interface = 2, Own = 1;

    /// <summary>An address, a flag and a length stand before each packet.</summary>
    private const int Header = 4;

    private static readonly MdnsInterface Lan = new(Interface, "eth0", [AddressOf(Own)], [(AddressOf(Own), 24)], IsLoopback: false);

    private static readonly IReadOnlyList<byte[]> Words =
    [
        [0xc0, 0x0c], [0x80, 0x01], [0, 12, 0, 1], [0, 33, 0, 1], [0, 16, 0, 1], [0, 1, 0, 1], [0, 28, 0, 1], [0, 47, 0, 1], [0, 255, 0, 1],
        [.. "\u0008_meshara\u0004_tcp\u0005local\0"u8], [.. "\u0009version=1"u8],
        Some.Text($"Gpubkey={Some.Peer.PublicKey}"), Some.Text($"Hnode_id={Some.Peer.Id}"),
    ];

    public static IEnumerable<Target> All =>
    [
        new("dns", "one mDNS packet", Packet)
        {
            Seeds = [.. Corpus.All], Words = Words, MaxLength = MessageReader.MaxSize + 1, Allowance = (MessageReader.MaxNameBytes * 8, 512),
        },
        new("mdns", "some seconds of mDNS packets, heard by a node that has published itself and looks for others", Hear)
        {
            Seeds = [Announced(), .. Corpus.All.Select(p => Of(2, 0, p)), [.. Corpus.All.SelectMany((p, i) => Of((byte)(2 + (i % 3)), (byte)i, p))]],
            Words = Words, MaxLength = 4096, Allowance = (24 * 1024 * 1024, 8 * 1024), Slice = 300,
        },
    ];

    private static string? Packet(byte[] bytes)
    {
        var malformed = MessageReader.TryRead(bytes, out var message);
        return (malformed == Malformed.None) != message is not null ? $"It is {malformed} and has {(message is null ? "no" : "a")} message."
            : message is null ? null : Rewriting.Flaw(message);
    }

    /// <summary>The cache keeps its bound, no more is sent than may be, and what is found can be told to the node.</summary>
    private static string? Hear(byte[] bytes)
    {
        var engine = new MdnsEngine(TimeSpan.FromSeconds(30), new Random(1));
        var now = TimeSpan.FromHours(1);
        var (sent, heard) = (0L, 0);
        engine.Use([Lan], now);
        engine.Publish(Advertisement.Of(Some.Node.PublicKey, 7373), now);
        engine.Browse(Advertisement.ServiceType, now);
        foreach (var (from, flags, packet) in PacketsOf(bytes))
        {
            heard++;
            engine.Hear(new Datagram(packet, new IPEndPoint(AddressOf(from), (flags & 1) == 0 ? 5353 : 40000), Interface, 255, ToMulticast: (flags & 2) == 0), now);
            now = Pass(engine, now, TimeSpan.FromMilliseconds((flags & 0xfc) * 10));
            sent += Count(engine);
        }

        Pass(engine, now, TimeSpan.FromSeconds(5));
        sent += Count(engine);
        foreach (var sighting in engine.Sightings)
        {
            // Whether it is a node's is nothing to the fuzzer; it has to be told.
            _ = Advertisement.TryRead(sighting, Some.Noon, now, out _, out _);
        }

        return engine.Load.Records > RecordCache.MaxRecords || engine.Load.Bytes > RecordCache.MaxBytes ? $"The cache is over its bound: {engine.Load}"
            : sent > 64 + (16 * heard) ? $"It sends more than it is sent: {sent} packets for {heard}"
            : null;
    }

    private static int Count(MdnsEngine engine) => engine.TakeOutputs().OfType<EngineOutput.Send>().Count();

    private static TimeSpan Pass(MdnsEngine engine, TimeSpan now, TimeSpan time)
    {
        var end = now + time;
        for (var steps = 0; engine.Due is { } due && due <= end; steps++)
        {
            now = due > now ? due : now;
            engine.Advance(now);
            if (steps > 10_000)
            {
                throw new InvalidOperationException("The engine is due again and again, and time does not pass.");
            }
        }

        return end;
    }

    private static IEnumerable<(byte From, byte Flags, byte[] Packet)> PacketsOf(byte[] bytes)
    {
        for (var at = 0; at + Header <= bytes.Length;)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2)), bytes.Length - at - Header);
            yield return (bytes[at], bytes[at + 1], bytes.AsSpan(at + Header, length).ToArray());
            at += Header + length;
        }
    }

    private static byte[] Of(byte from, byte flags, byte[] packet) => [from, flags, (byte)(packet.Length >> 8), (byte)packet.Length, .. packet];

    /// <summary>Another node's own announcement.</summary>
    private static byte[] Announced()
    {
        var engine = new MdnsEngine(TimeSpan.FromSeconds(30), new Random(2));
        engine.Use([Lan with { Addresses = [AddressOf(2)], Subnets = [(AddressOf(2), 24)] }], TimeSpan.Zero);
        engine.Publish(Advertisement.Of(Some.Peer.PublicKey, 7373), TimeSpan.Zero);
        var now = TimeSpan.Zero;
        var bytes = new List<byte>();
        for (var i = 0; i < 4; i++)
        {
            now = Pass(engine, now, TimeSpan.FromSeconds(1));
            bytes.AddRange(engine.TakeOutputs().OfType<EngineOutput.Send>().SelectMany(s => Of(2, 64, s.Packet)));
        }

        return [.. bytes];
    }

    private static IPAddress AddressOf(byte host) => new([10, 0, 0, host]);
}
