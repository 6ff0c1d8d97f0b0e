using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Node.Demo;

namespace Meshara.Node.Tests.Demo;

/// <summary>Scenes of nodes that are named by letters: "AB" is one connection.</summary>
internal static class Scenes
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Scene Of(string names, string links = "", PeerSource source = PeerSource.Mdns)
    {
        var scene = names.Aggregate(new Scene(), (s, name) => s.Enter(Node($"{name}")));
        return scene.Linked(links, source);
    }

    /// <summary>Each node says anew with whom it is connected.</summary>
    public static Scene Linked(this Scene scene, string links, PeerSource source = PeerSource.Mdns)
    {
        var pairs = links.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return scene.Up.ToList().Aggregate(scene, (s, node) => s.See(node.Id, [.. pairs
            .Where(p => p.Contains(node.Name, StringComparison.Ordinal))
            .Select(p => Peer(p.Replace(node.Name, "", StringComparison.Ordinal), source))]));
    }

    public static Scene WithHostile(this Scene scene, string name) => scene.Enter(Node(name) with { Address = null, State = DemoState.Hostile });

    public static Scene Told(this Scene scene, string by, MeshEventKind kind, string about, Reason? reason = null, PeerSource? source = null) =>
        scene.Hear(new Told(Id(by), new MeshEvent(kind, Noon) { PeerId = Id(about), Reason = reason, Source = source }));

    public static NodeId Id(string name) => NodeId.FromBytes([.. Enumerable.Repeat((byte)name[0], NodeId.Size)]);

    public static PeerInfo Peer(string name, PeerSource source = PeerSource.Mdns, double score = 0, double? milliseconds = null) => new()
    {
        PeerId = Id(name),
        PublicKey = Key(name),
        ConnectedSince = Noon,
        Source = source,
        Reputation = score,
        RoundTripTime = milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null,
    };

    public static ImmutableArray<PeerInfo> Peers(params PeerInfo[] peers) => [.. peers];

    private static DemoNode Node(string name) => new(name, Id(name), PeerAddress.Parse($"127.0.0.1:{7000 + name[0]}"));

    private static PublicKey Key(string name)
    {
        using var identity = NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)name[0], 32)]);
        return identity.PublicKey;
    }
}
