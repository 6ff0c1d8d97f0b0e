using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Meshara.Core.Wire;

/// <summary>What a look at the received bytes found.</summary>
internal enum FrameStatus
{
    /// <summary>Not yet a whole frame.</summary>
    Incomplete,

    /// <summary>A frame, whose body was sliced off.</summary>
    Frame,

    /// <summary>A length over the limit. Nothing more can be read from this stream.</summary>
    TooLarge,
}

/// <summary>Frames of wire protocol 1: a 4-byte big-endian length, then that many bytes of one <see cref="Envelope"/>.</summary>
internal static class FrameCodec
{
    /// <summary>The length prefix, in bytes.</summary>
    public const int HeaderSize = 4;

    /// <summary>
    /// Takes one frame off the front of <paramref name="buffer"/>. The length is judged as soon as its four bytes are there: before
    /// one byte of an oversized body is waited for.
    /// </summary>
    public static FrameStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxBody, out ReadOnlySequence<byte> body)
    {
        body = default;
        if (buffer.Length < HeaderSize)
        {
            return FrameStatus.Incomplete;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > maxBody)
        {
            return FrameStatus.TooLarge;
        }

        if (buffer.Length - HeaderSize < length)
        {
            return FrameStatus.Incomplete;
        }

        body = buffer.Slice(HeaderSize, length);
        buffer = buffer.Slice(HeaderSize + length);
        return FrameStatus.Frame;
    }

    /// <summary>The bytes that <paramref name="envelope"/> takes on the wire.</summary>
    public static int SizeOf(Envelope envelope) => HeaderSize + envelope.CalculateSize();

    /// <summary>Writes one frame to the front of <paramref name="into"/>, which has room for <see cref="SizeOf"/>; answers its size.</summary>
    public static int Write(Span<byte> into, Envelope envelope)
    {
        var length = envelope.CalculateSize();
        BinaryPrimitives.WriteInt32BigEndian(into, length);
        envelope.WriteTo(into.Slice(HeaderSize, length));
        return HeaderSize + length;
    }
}
