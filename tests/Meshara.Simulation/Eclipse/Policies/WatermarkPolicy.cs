using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>
/// Pruning by watermarks, as the documentation of go-libp2p's connection manager and resource manager describes it with their defaults:
/// everybody is let in; above the high mark connections are closed down to the low one, the least valued first, of equals the inbound
/// ones. No application has tagged anybody here, so all are equals. Below the low mark it dials.
/// </summary>
internal sealed class WatermarkPolicy(ISurroundings around) : ListPolicy(around)
{
    public const int Low = 160;

    public const int High = 192;

    /// <summary>The resource manager's bound on one IPv4 address.</summary>
    public const int MaxPerAddress = 8;

    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private DateTimeOffset _trimmedAt;

    protected override int Room => Low - Around.Links.Count(l => l.IsOpen || l.IsOutbound);

    public override bool Admits(Link link) => Open.Count(l => l.Far.Spot == link.Far.Spot) < MaxPerAddress;

    public override void Opened(Link link)
    {
        base.Opened(link);
        if (Around.Now - _trimmedAt >= Silence && Open.ToList() is { Count: > High } open)
        {
            _trimmedAt = Around.Now;
            Trim(open);
        }
    }

    private void Trim(List<Link> open)
    {
        var candidates = open.Where(l => Around.Now - l.OpenedAt >= Grace).ToArray();
        if (candidates.Length < Low)
        {
            return;
        }

        Around.Random.Shuffle(candidates);
        foreach (var link in candidates.OrderBy(l => l.IsOutbound).Take(open.Count - Low))
        {
            Around.Close(link);
        }
    }
}
