using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What a connection does after a frame.</summary>
internal abstract record AfterFrame
{
    private AfterFrame()
    {
    }

    /// <summary>Takes the next frame.</summary>
    public sealed record GoOn : AfterFrame
    {
        public static readonly GoOn Instance = new();
    }

    /// <summary>Leaves what else has arrived until the supervisor has answered.</summary>
    public sealed record AwaitAdmission : AfterFrame
    {
        public static readonly AwaitAdmission Instance = new();
    }

    /// <summary>Says goodbye: the peer broke the protocol, or is not whom this node talks to.</summary>
    public sealed record SayGoodbye(Reason Reason) : AfterFrame;

    /// <summary>Ends: the peer has said goodbye.</summary>
    public sealed record Leave(Reason Reason) : AfterFrame;
}
