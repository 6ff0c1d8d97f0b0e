using System.Collections.Immutable;

namespace Meshara.Core.Peers;

/// <summary>What an entry of the history is about. The numbers are stored: none is ever reused.</summary>
internal enum ReputationStep
{
    /// <summary>The score moved.</summary>
    Judged = 1,

    Banned = 2,
    Unbanned = 3,
}

/// <summary>One entry of the audit trail.</summary>
/// <param name="At">When; of a run of gains, the last.</param>
/// <param name="Delta">By how much the score moved; of a run of gains, the sum.</param>
/// <param name="Score">The score after it.</param>
internal sealed record ReputationEntry(
    DateTimeOffset At, ReputationStep Step, ReputationCause Cause, double Delta, double Score)
{
    private readonly UtcTicks _at = UtcTicks.Of(At);
    private readonly UtcTicks _until;

    /// <summary>When; of a run of gains, the last.</summary>
    public DateTimeOffset At
    {
        get => _at.Time!.Value;
        init => _at = UtcTicks.Of(value);
    }

    /// <summary>When the ban ends.</summary>
    public DateTimeOffset? Until
    {
        get => _until.Time;
        init => _until = UtcTicks.Of(value);
    }

    /// <summary>What the person said who banned the peer.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// The newest entries of a peer's reputation, oldest first: they are kept with the peer, so that the trail outlives the trimming of the
/// journal. A run of gains of one cause is one entry, so that good conduct, which comes every second, does not push a misdeed out.
/// </summary>
internal sealed class ReputationHistory : IEquatable<ReputationHistory>
{
    public const int MaxEntries = 32;

    public static readonly ReputationHistory Empty = new([]);

    private ReputationHistory(ImmutableArray<ReputationEntry> entries) => Entries = entries;

    public ImmutableArray<ReputationEntry> Entries { get; }

    public static ReputationHistory Of(IEnumerable<ReputationEntry> entries) => new([.. entries]);

    /// <summary>Whether the two, one right after the other, are one entry.</summary>
    public static bool IsRun(ReputationCause earlier, double earlierDelta, ReputationCause later, double laterDelta) =>
        earlier == later && earlierDelta > 0 && laterDelta > 0;

    /// <summary>
    /// The sum, to a millionth: so it is the same in whatever portions a run is added up, before it is stored or when it is read back.
    /// </summary>
    public static double Sum(double one, double other) => Math.Round(one + other, 6);

    public ReputationHistory With(ReputationEntry entry)
    {
        if (!Entries.IsEmpty && Entries[^1] is { Step: ReputationStep.Judged } last && entry.Step == ReputationStep.Judged
            && IsRun(last.Cause, last.Delta, entry.Cause, entry.Delta))
        {
            return new ReputationHistory(Entries.SetItem(Entries.Length - 1, entry with { Delta = Sum(last.Delta, entry.Delta) }));
        }

        var kept = Entries.Length < MaxEntries ? Entries : Entries.RemoveRange(0, Entries.Length - MaxEntries + 1);
        return new ReputationHistory(kept.Add(entry));
    }

    public bool Equals(ReputationHistory? other) => other is not null && Entries.SequenceEqual(other.Entries);

    public override bool Equals(object? obj) => Equals(obj as ReputationHistory);

    public override int GetHashCode() => Entries.Length;
}
