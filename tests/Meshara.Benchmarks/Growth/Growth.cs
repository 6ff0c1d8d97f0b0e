namespace Meshara.Benchmarks.Growth;

/// <summary>What was measured for each of some numbers of one thing.</summary>
/// <param name="Name">In the name of the picture.</param>
/// <param name="Axis">What there is so much of.</param>
internal sealed record Growth(string Name, string Axis, IReadOnlyList<int> Counts, IReadOnlyList<Curve> Curves);

/// <summary>One thing that it costs, with its unit, a value for each number.</summary>
internal sealed record Curve(string Name, IReadOnlyList<double> Values);
