namespace Meshara.Simulation.Fleet;

/// <summary>A part of the network is cut off from the rest; or the packets of one node are lost in one direction.</summary>
/// <param name="Apart">Who is on the one side.</param>
/// <param name="IsOutward">Packets from there are lost.</param>
/// <param name="IsInward">Packets to there are lost.</param>
internal sealed record Cut(HashSet<Member> Apart, bool IsOutward, bool IsInward)
{
    public TimeSpan? HealedAt { get; set; }

    public bool Separates(Member one, Member other) => Apart.Contains(one) != Apart.Contains(other);

    public bool Stops(Member from, Member to) =>
        HealedAt is null && Separates(from, to) && (Apart.Contains(from) ? IsOutward : IsInward);
}

/// <summary>The cuts of now, and of lately.</summary>
internal sealed class Cuts
{
    private readonly List<Cut> _all = [];

    public void Begin(Cut cut) => _all.Add(cut);

    public void Heal(Cut cut, TimeSpan now)
    {
        cut.HealedAt = now;
        _all.RemoveAll(c => now - c.HealedAt > TimeSpan.FromMinutes(5));
    }

    public bool Stop(Member from, Member to)
    {
        foreach (var cut in _all)
        {
            if (cut.Stops(from, to))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether something was between the two since then.</summary>
    public bool Separated(Member one, Member other, TimeSpan since) =>
        _all.Exists(c => c.Separates(one, other) && (c.HealedAt is null || c.HealedAt >= since));
}
