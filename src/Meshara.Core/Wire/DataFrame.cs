using System.Buffers.Binary;

namespace Meshara.Core.Wire;

/// <summary>
/// The frames that carry messages of the application, written and read without an object for each: there may be a million of them a
/// second. The bytes are those of an <see cref="Envelope"/> with a <see cref="Data"/>; a frame that is written otherwise, as protobuf
/// allows, is left to its parser.
/// </summary>
internal static class DataFrame
{
    private const int LengthDelimited = 2;
    private const byte DataTag = (Envelope.DataFieldNumber << 3) | LengthDelimited;
    private const byte ChannelTag = (Data.ChannelFieldNumber << 3) | LengthDelimited;
    private const byte PayloadTag = (Data.PayloadFieldNumber << 3) | LengthDelimited;

    /// <summary>The bytes that a message takes on the wire; both lengths in bytes, that of the channel more than 0.</summary>
    public static int SizeOf(int channel, int payload)
    {
        var body = BodySize(channel, payload);
        return FrameCodec.HeaderSize + 1 + VarintSize(body) + body;
    }

    /// <summary>Writes one frame to the front of <paramref name="into"/>, which has room for <see cref="SizeOf"/>; answers its size.</summary>
    public static int Write(Span<byte> into, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        var size = SizeOf(channel.Length, payload.Length);
        BinaryPrimitives.WriteInt32BigEndian(into, size - FrameCodec.HeaderSize);
        var at = FrameCodec.HeaderSize;
        into[at++] = DataTag;
        at += WriteVarint(into[at..], BodySize(channel.Length, payload.Length));
        at += WriteField(into[at..], ChannelTag, channel);

        // Protobuf leaves out what is empty.
        return payload.IsEmpty ? at : at + WriteField(into[at..], PayloadTag, payload);
    }

    /// <summary>The parts of a frame's body, if it is a message of the application in the form that <see cref="Write"/> gives it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> channel, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        channel = default;
        return TryReadField(ref body, DataTag, out var data) && body.IsEmpty
            && TryReadField(ref data, ChannelTag, out channel) && !channel.IsEmpty
            && (data.IsEmpty || (TryReadField(ref data, PayloadTag, out payload) && data.IsEmpty));
    }

    /// <summary>Takes one frame off the front of <paramref name="bytes"/>, if a whole one is there that <see cref="TryRead"/> knows.</summary>
    /// <param name="maxBody">One whose body is longer is left, in bytes.</param>
    public static bool TryTake(ref ReadOnlySpan<byte> bytes, int maxBody, out ReadOnlySpan<byte> channel, out ReadOnlySpan<byte> payload)
    {
        channel = default;
        payload = default;
        if (bytes.Length < FrameCodec.HeaderSize)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length > maxBody || length > bytes.Length - FrameCodec.HeaderSize
            || !TryRead(bytes.Slice(FrameCodec.HeaderSize, (int)length), out channel, out payload))
        {
            return false;
        }

        bytes = bytes[(FrameCodec.HeaderSize + (int)length)..];
        return true;
    }

    private static int BodySize(int channel, int payload) =>
        1 + VarintSize(channel) + channel + (payload == 0 ? 0 : 1 + VarintSize(payload) + payload);

    private static int WriteField(Span<byte> into, byte tag, ReadOnlySpan<byte> value)
    {
        into[0] = tag;
        var at = 1 + WriteVarint(into[1..], value.Length);
        value.CopyTo(into[at..]);
        return at + value.Length;
    }

    private static bool TryReadField(scoped ref ReadOnlySpan<byte> from, byte tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (from.IsEmpty || from[0] != tag || !TryReadVarint(from[1..], out var length, out var size) || from.Length - 1 - size < length)
        {
            return false;
        }

        value = from.Slice(1 + size, length);
        from = from[(1 + size + length)..];
        return true;
    }

    private static int VarintSize(int value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private static int WriteVarint(Span<byte> into, int value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            into[at++] = (byte)(value | 0x80);
        }

        into[at++] = (byte)value;
        return at;
    }

    /// <summary>Four bytes reach 256 MiB; no frame is longer.</summary>
    private static bool TryReadVarint(ReadOnlySpan<byte> from, out int value, out int size)
    {
        value = 0;
        for (size = 0; size < from.Length && size < 4;)
        {
            var next = from[size];
            value |= (next & 0x7f) << (7 * size);
            size++;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
