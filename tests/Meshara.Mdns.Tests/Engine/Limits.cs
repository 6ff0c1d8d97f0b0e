using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Shouldly;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>How much was said.</summary>
internal static class Limits
{
    /// <summary>The shortest time between two packets with the same record in any section.</summary>
    public static TimeSpan LeastBetweenSame(IEnumerable<Bench.Sent> packets)
    {
        var last = new Dictionary<ResourceRecord, TimeSpan>();
        var least = TimeSpan.MaxValue;
        foreach (var (at, record) in packets.SelectMany(p => p.Records.Select(r => (p.At, r))))
        {
            least = last.TryGetValue(record, out var before) && at - before < least ? at - before : least;
            last[record] = at;
        }

        return least;
    }
}

/// <summary>How much an engine holds of what others said.</summary>
internal static class Bounds
{
    public static void Hold((int Records, int Bytes) load)
    {
        load.Records.ShouldBeLessThanOrEqualTo(RecordCache.MaxRecords);
        load.Bytes.ShouldBeLessThanOrEqualTo(RecordCache.MaxBytes);
    }
}
