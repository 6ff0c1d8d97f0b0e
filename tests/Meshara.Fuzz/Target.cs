namespace Meshara.Fuzz;

/// <summary>One parser that a stranger, or a damaged file, reaches.</summary>
/// <param name="Name">As it is named on the command line.</param>
/// <param name="What">What it reads, and who sends that.</param>
/// <param name="Look">
/// Has it read the input; null, or one sentence on what is wrong. Whatever it throws is wrong too. It is the same for the same input.
/// </param>
internal sealed record Target(string Name, string What, Func<byte[], string?> Look)
{
    /// <summary>Well-formed inputs to begin with.</summary>
    public required IReadOnlyList<byte[]> Seeds { get; init; }

    /// <summary>Inputs that are longer are cut. In bytes.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>What reading may allocate whatever the input is, and for each of its bytes. In bytes.</summary>
    public (int Fixed, int PerByte) Allowance { get; init; } = (32 * 1024, 256);

    /// <summary>Words that stand in well-formed input, and that chance would seldom make.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>How many inputs the bounded slice makes: fewer where each costs more.</summary>
    public int Slice { get; init; } = 2_000;

    public static IReadOnlyList<Target> All { get; } =
        [.. Targets.WireTargets.All, .. Targets.IdentityTargets.All, .. Targets.MdnsTargets.All, .. Targets.StoreTargets.All, .. Targets.TextTargets.All];

    /// <summary>What reading an input of that length may allocate.</summary>
    public long AllowanceFor(int length) => Allowance.Fixed + ((long)Allowance.PerByte * length);
}
