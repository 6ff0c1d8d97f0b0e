namespace Meshara.Simulation.Eclipse.Model;

/// <summary>What an attacker has and does. It behaves as well as the best honest peer, until it has the victim for itself.</summary>
/// <param name="Name">As one types it.</param>
/// <param name="What">In a line.</param>
/// <param name="Groups">How many network groups it has addresses in.</param>
/// <param name="PerGroup">How many addresses in each; they are one /24.</param>
internal sealed record Attack(string Name, string What, int Groups, int PerGroup)
{
    /// <summary>As many identities at each address as it likes, not one.</summary>
    public bool HasManyIdentities { get; init; }

    /// <summary>How often it dials the victim; honest hosts do that once in two minutes, together.</summary>
    public double DialsPerMinute { get; init; } = 3;

    /// <summary>How long it stays when it has dialled; then another of its addresses gets the place. Null: for ever.</summary>
    public TimeSpan? Stay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The victim's life before; what it knows of honest peers it has learnt then. Short is hard for the victim.</summary>
    public TimeSpan Youth { get; init; } = TimeSpan.FromHours(4);

    public TimeSpan Length { get; init; } = TimeSpan.FromHours(5);

    /// <summary>It has the victim start again at the end, and looks what came of it an hour later.</summary>
    public bool Restarts { get; init; } = true;

    /// <summary>How many seeds a full run takes of ours; a rare end needs many.</summary>
    public int Runs { get; init; } = 100;

    public int Addresses => Groups * PerGroup;

    /// <summary>Heilman et al. 2015 unless another source is named.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("botnet-400", "400 addresses in 400 groups, 5 h", 400, 1),
        new("botnet-4600", "4,600 addresses in 4,600 groups, 5 h", 4600, 1) { Runs = 3000 },
        new("botnet-250000", "250,000 addresses in as many groups, 5 h", 250_000, 1),
        new("infrastructure", "63 blocks of 256 addresses, 10 h", 63, 256) { Length = TimeSpan.FromHours(10), Runs = 300 },
        new("two-hosts", "two hosts, any number of identities, 5 h (Marcus et al. 2018)", 2, 1)
        {
            HasManyIdentities = true, Stay = TimeSpan.FromSeconds(30), Runs = 3000,
        },
        new("slot-flood", "28 addresses in 28 groups dial in ten times as often as all others, for 12 h; no restart", 28, 1)
        {
            DialsPerMinute = 5, Stay = null, Length = TimeSpan.FromHours(12), Restarts = false,
        },
        new("poisoned-store", "4,600 addresses in 4,600 groups, three days before the restart", 4600, 1)
        {
            DialsPerMinute = 1, Length = TimeSpan.FromDays(3),
        },
    ];
}
