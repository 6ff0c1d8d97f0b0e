using Meshara.Simulation.Eclipse.Model;
using Meshara.Simulation.Eclipse.Policies.Bitcoin;
using Meshara.Simulation.Eclipse.Policies.Ours;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>A policy by name, and how a victim is given it.</summary>
internal sealed record Policy(string Name, string What, Func<ISurroundings, ulong, IPeerPolicy> Make)
{
    public static IReadOnlyList<Policy> All { get; } =
    [
        new("meshara", "the code of this node, with its default profile", (around, key) => new MesharaPolicy(around, key)),
        new("addrman-2015", "tried 64 x 64, new 256 x 64, 8 outbound; Heilman et al. 2015, section 2",
            (around, key) => new BitcoinPolicy(around, new OldAddrMan(key, around.Random), BitcoinRules.Old, key)),
        new("addrman", "tried 256 x 64, new 1,024 x 64, test before evict, feelers, anchors; Bitcoin Core's documentation",
            (around, key) => new BitcoinPolicy(around, new AddrMan(key, around.Random), BitcoinRules.Current, key)),
        new("random", "anybody of all that were heard of", (around, _) => new RandomPolicy(around)),
        new("watermark", "pruning by watermarks 160 / 192, as go-libp2p's documentation describes it", (around, _) => new WatermarkPolicy(around)),
        new("score", "pruning by score to 100 peers, as Lighthouse's documentation describes it", (around, _) => new ScorePolicy(around)),
    ];
}
