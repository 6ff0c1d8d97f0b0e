using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What is said on one connection before both sides know each other: one hello each way, or a goodbye.</summary>
internal static class Greeting
{
    /// <param name="network">The network of this node.</param>
    /// <param name="peer">The key that the peer has proven to hold.</param>
    /// <param name="records">Verifies the record that the peer shows.</param>
    public static (Introduction? Introduction, AfterFrame After) On(Envelope frame, string network, PublicKey peer, RecordVerifier records)
    {
        switch (frame.MessageCase)
        {
            case Envelope.MessageOneofCase.None:
                // A kind of message of a later version.
                return (null, AfterFrame.GoOn.Instance);
            case Envelope.MessageOneofCase.Goodbye:
                return (null, new AfterFrame.Leave(Reasons.FromWire(frame.Goodbye.Reason)));
        }

        var (introduction, refusal) = Handshake.Judge(frame, network, peer, records);
        return (introduction, refusal is { } reason ? new AfterFrame.SayGoodbye(reason) : AfterFrame.GoOn.Instance);
    }
}
