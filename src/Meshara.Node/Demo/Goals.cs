using Meshara.Actors;
using Meshara.Core.Peers;

namespace Meshara.Node.Demo;

/// <summary>Whether what was to happen has happened. Pure: decided by what the nodes have told.</summary>
internal static class Goals
{
    /// <summary>Each has as many peers as it strives for, or all that there are.</summary>
    public static bool HaveTarget(Scene scene, int target) =>
        scene.Up.All(n => scene.Degree(n) >= Math.Min(target, scene.Up.Count() - 1));

    /// <summary>Nobody is connected with the dead, and all who were have said so.</summary>
    public static bool IsLost(Scene scene, string name) =>
        scene.Named(name) is { } dead && scene.ConnectedWith(dead.Id) == 0 && scene.Count(MeshEventKind.PeerDisconnected, dead.Id) is > 0 and var said
        && said >= scene.Count(MeshEventKind.PeerConnected, dead.Id);

    public static bool IsConnectedWithAll(Scene scene, string name) =>
        scene.Named(name) is { } node && scene.ConnectedWith(node.Id) == scene.Up.Count();

    public static bool IsBannedByAll(Scene scene, string name) =>
        scene.Named(name) is { } node && scene.Count(MeshEventKind.PeerBanned, node.Id) == scene.Up.Count()
        && scene.ConnectedWith(node.Id) == 0;

    public static bool IsRefusedByAll(Scene scene, string name) =>
        scene.Named(name) is { } node && scene.Count(MeshEventKind.PeerRejected, node.Id, Reason.Banned) == scene.Up.Count();
}
