using BenchmarkDotNet.Attributes;
using Meshara.Benchmarks.Node;
using Meshara.Mdns.Dns;

namespace Meshara.Benchmarks.Micro;

/// <summary>The announcement of one node, as an engine of its own writes it.</summary>
public class MdnsBenchmarks
{
    private readonly byte[] _packet = MdnsPackets.Announcement(1).Bytes;

    [Benchmark]
    public object? ParseAnnouncement() => MessageReader.TryRead(_packet, out var message) == Malformed.None ? message : throw new InvalidOperationException();
}
