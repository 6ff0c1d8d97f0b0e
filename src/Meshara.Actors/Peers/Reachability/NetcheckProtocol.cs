using Akka.Actor;
using Akka.Event;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>How a node is asked to look at its network, and what the actors that do so tell each other.</summary>
internal static class NetcheckProtocol
{
    public interface IMessage;

    /// <summary>To the supervisor: look, or wait for the look that is under way. Answered with <see cref="MeshNetcheck"/>.</summary>
    public sealed record Run : IMessage;

    /// <summary>From the <see cref="Netcheck"/> to the supervisor: this is what was found.</summary>
    public sealed record Done(MeshNetcheck Report) : IMessage, IDeadLetterSuppression;

    /// <summary>To the supervisor: that <see cref="Netcheck"/> has stopped.</summary>
    public sealed record Over(IActorRef Netcheck) : IMessage, IDeadLetterSuppression;

    /// <summary>To the <see cref="DialBackDesk"/>: that peer wants to be dialled back.</summary>
    /// <param name="At">The far end of its connection, with the port that it asks for.</param>
    /// <param name="Connection">Told <see cref="Connection.PeerConnectionProtocol.TellReach"/>.</param>
    public sealed record DialBack(NodeId Peer, PeerAddress.Ip At, ulong Nonce, IActorRef Connection);
}
