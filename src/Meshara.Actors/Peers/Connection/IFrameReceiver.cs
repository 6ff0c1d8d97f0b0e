using System.Buffers;
using Google.Protobuf;

namespace Meshara.Actors.Peers.Connection;

/// <summary>Who is given the frames that a <see cref="Link"/> has read, in their order.</summary>
internal interface IFrameReceiver
{
    /// <summary>The longest body of a frame that is taken now, in bytes; it grows with the handshake.</summary>
    int FrameLimit { get; }

    /// <summary>Takes plain messages of the application off the front of <paramref name="frames"/>, of which there may be many; how many it took.</summary>
    int TakeMessages(ref ReadOnlySpan<byte> frames);

    /// <summary>Takes the body of any other frame, and says what follows.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is no frame of the protocol.</exception>
    AfterFrame TakeFrame(ReadOnlySequence<byte> body);
}
