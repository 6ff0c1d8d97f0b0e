using Meshara.Mdns.Dns;

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
