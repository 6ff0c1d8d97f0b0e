using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers;
using Meshara.Core.Identity;

namespace Meshara.Actors;

/// <content>What a picture of the node needs beside that.</content>
public sealed partial class Mesh
{
    /// <summary>The door to a supervisor that was put together by somebody else, and runs.</summary>
    internal static Mesh To(ActorSystem system, IActorRef supervisor, NodeContext node)
    {
        var mesh = new Mesh(system, supervisor.Path.Name);
        mesh._started.SetResult(new Started(system, supervisor, node));
        return mesh;
    }

    /// <summary>The dials that are under way.</summary>
    internal async Task<ImmutableArray<DialUnderWay>> DialsAsync(CancellationToken cancellation = default) =>
        (await AskAsync<InquiryProtocol.DialList>(new InquiryProtocol.Dials(), cancellation).ConfigureAwait(false)).Dials;

    /// <summary>One known peer with its addresses and when each is tried next; null if it is not known.</summary>
    internal async Task<PeerDetails?> KnownAsync(NodeId peer, CancellationToken cancellation = default) =>
        (await AskAsync<InquiryProtocol.KnownList>(new InquiryProtocol.Known(peer), cancellation).ConfigureAwait(false)).Peers.FirstOrDefault();

    /// <summary>The settings that it runs by.</summary>
    internal async Task<MesharaSettings> SettingsAsync(CancellationToken cancellation = default) =>
        (await StartedAsync(cancellation).ConfigureAwait(false)).Settings;
}
