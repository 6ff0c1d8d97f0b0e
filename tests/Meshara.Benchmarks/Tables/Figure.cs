namespace Meshara.Benchmarks.Tables;

/// <summary>One line of a table: what was measured, beside what the machine could do at best in the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Ours">What Meshara did.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Ceiling">What the bare parts did; null where there is nothing to compare with.</param>
/// <param name="Aim">What is striven for; null for a figure that is only told.</param>
internal sealed record Figure(string Name, double Ours, string Unit, double? Ceiling = null, Aim? Aim = null)
{
    /// <summary>What one must know to read the figure.</summary>
    public string Note { get; init; } = "";

    public double? Ratio => Ceiling is > 0 and var ceiling ? Ours / ceiling : null;

    /// <summary>Whether the aim is met; null where there is none, or nothing to judge it by.</summary>
    public bool? IsMet => Judged is { } value ? Aim!.IsMetBy(value) : null;

    /// <summary>Whether the aim is missed so far that no noise of a shared machine explains it.</summary>
    public bool IsFarOff => Judged is { } value && Aim!.IsFarFrom(value);

    private double? Judged => Aim is null ? null : Aim.OfRatio ? Ratio : Ours;
}

/// <summary>What is striven for: a bound of the figure, or of its ratio to the ceiling.</summary>
internal sealed record Aim(bool OfRatio, bool AtLeast, double Bound)
{
    /// <summary>So many times the bound, or such a part of it, is far from it: a machine that others use too halves a ratio by itself.</summary>
    private const double Margin = 4;

    public static Aim RatioAtLeast(double bound) => new(OfRatio: true, AtLeast: true, bound);

    public static Aim RatioAtMost(double bound) => new(OfRatio: true, AtLeast: false, bound);

    public static Aim AtMost(double bound) => new(OfRatio: false, AtLeast: false, bound);

    public bool IsMetBy(double value) => AtLeast ? value >= Bound : value <= Bound;

    public bool IsFarFrom(double value) => AtLeast ? value < Bound / Margin : value > Bound * Margin;
}
