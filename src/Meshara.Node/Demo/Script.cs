using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Node.Demo;

/// <summary>What is done at the beginning of an act.</summary>
internal abstract record Deed
{
    private Deed()
    {
    }

    /// <summary>Nothing: one looks on.</summary>
    public sealed record Watch : Deed;

    public sealed record Start(ImmutableArray<string> Names) : Deed;

    /// <summary>Without a goodbye to the peers: the sockets just close. On mDNS alone its name is taken back.</summary>
    public sealed record Kill(string Name) : Deed;

    /// <summary>A stranger proves a key and says hello to all, as the protocol wants it.</summary>
    public sealed record Infiltrate(string Name) : Deed;

    /// <summary>It sends what the protocol does not allow.</summary>
    public sealed record Violate : Deed;

    /// <summary>It comes again with the same key.</summary>
    public sealed record Return : Deed;
}

/// <summary>A step of the demo: something is done, and then the nodes show something, or it has failed.</summary>
/// <param name="IsDone">Whether it is seen.</param>
/// <param name="Outcome">What is seen, or as much of it as there is.</param>
internal sealed record Act(string Title, Deed Deed, Func<Scene, bool> IsDone, Func<Scene, string> Outcome)
{
    /// <summary>How long it may take: far more than a loaded machine needs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(40);
}

/// <summary>The acts of the demo.</summary>
internal static class Script
{
    public const int FewestNodes = 3, MostNodes = 20;

    public const string Hostile = "Mallory";

    /// <summary>The profile `minimal` lets in so many; a demo of twenty stays readable.</summary>
    private const int MostPeers = 8;

    /// <summary>How many peers each of so many nodes strives for.</summary>
    public static int TargetOf(int nodes) => Math.Min(nodes - 1, MostPeers);

    public static ImmutableArray<Act> Of(int nodes)
    {
        var names = Enumerable.Range(0, nodes + 1).Select(i => $"{(char)('A' + i)}").ToImmutableArray();
        var (last, newcomer, target) = (names[nodes - 1], names[nodes], TargetOf(nodes));
        return
        [
            new($"{nodes} nodes start, each with its own identity, store and port",
                new Deed.Start(names[..nodes]),
                scene => scene.Up.Count() == nodes,
                scene => $"{scene.Up.Count()} are up"),
            new("They find each other",
                new Deed.Watch(),
                scene => Goals.HaveTarget(scene, target),
                Meshed),
            new($"{last} is killed, without a goodbye",
                new Deed.Kill(last),
                scene => Goals.IsLost(scene, last),
                scene => Count(scene, last, MeshEventKind.PeerDisconnected, "noticed")),
            new($"{newcomer} takes its place",
                new Deed.Start([newcomer]),
                scene => scene.Named(newcomer) is not null && Goals.HaveTarget(scene, target),
                Meshed),
            new($"{Hostile} joins with a valid key and a valid hello",
                new Deed.Infiltrate(Hostile),
                scene => Goals.IsConnectedWithAll(scene, Hostile),
                scene => $"{(scene.Named(Hostile) is { } h ? scene.ConnectedWith(h.Id) : 0)} nodes let it in"),
            new($"{Hostile} announces a message of 2 GiB",
                new Deed.Violate(),
                scene => Goals.IsBannedByAll(scene, Hostile),
                scene => Count(scene, Hostile, MeshEventKind.PeerBanned, "banned it")),
            new($"{Hostile} comes again",
                new Deed.Return(),
                scene => Goals.IsRefusedByAll(scene, Hostile),
                scene => Count(scene, Hostile, MeshEventKind.PeerRejected, "refused it")),
        ];
    }

    private static string Meshed(Scene scene)
    {
        var links = scene.Up.Sum(scene.Degree) / 2;
        var how = scene.Up.SelectMany(scene.PeersOf).Select(p => p.Source).Where(s => s != PeerSource.Inbound)
            .GroupBy(s => s).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Select(g => $"{g.Key}".ToLowerInvariant());
        return $"{links} connections, found by {string.Join(", ", how)}";
    }

    private static string Count(Scene scene, string name, MeshEventKind kind, string did)
    {
        if (scene.Named(name) is not { } node)
        {
            return "nothing yet";
        }

        var (count, reasons) = (scene.Count(kind, node.Id), scene.Reasons(kind, node.Id));
        return $"{count} {(count == 1 ? "node" : "nodes")} {did}{(reasons.Length > 0 ? $" ({reasons})" : "")}";
    }
}
