using System.Text;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>What is to be written: messages of the application, encoded already, or what the protocol itself says.</summary>
internal sealed class Outbound
{
    private readonly Envelope? _frame;

    private Outbound(Envelope? frame, ReadOnlyMemory<byte> encoded, int size) => (_frame, Encoded, Size) = (frame, encoded, size);

    /// <summary>All of it as it goes onto the wire; empty if it is encoded only when it is written.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>In bytes on the wire.</summary>
    public int Size { get; }

    /// <summary>How many messages of the application.</summary>
    public int Messages { get; private init; }

    /// <summary>The body of the largest of them, in bytes.</summary>
    public int Largest { get; private init; }

    /// <summary>Whether the protocol itself says it.</summary>
    public bool IsControl => _frame is not null;

    /// <summary>A frame of the protocol.</summary>
    public static Outbound Of(Envelope frame) => new(frame, default, FrameCodec.SizeOf(frame));

    /// <summary>Messages of the application, encoded by who sends them: on that thread, and into one array.</summary>
    /// <param name="channel">1 to <see cref="Mesh.MaxChannelLength"/> bytes of UTF-8.</param>
    /// <param name="payloads">They are copied.</param>
    public static Outbound Of(string channel, params IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        Span<byte> name = stackalloc byte[Mesh.MaxChannelLength];
        name = name[..Encoding.UTF8.GetBytes(channel, name)];
        var (size, largest) = (0, 0);
        for (var i = 0; i < payloads.Count; i++)
        {
            var frame = DataFrame.SizeOf(name.Length, payloads[i].Length);
            size = checked(size + frame);
            largest = Math.Max(largest, frame - FrameCodec.HeaderSize);
        }

        var frames = new byte[size];
        for (var (i, at) = (0, 0); i < payloads.Count; i++)
        {
            at += DataFrame.Write(frames.AsSpan(at), name, payloads[i].Span);
        }

        return new Outbound(null, frames, size) { Messages = payloads.Count, Largest = largest };
    }

    /// <summary>Writes it to the front of <paramref name="into"/>; answers its size.</summary>
    public int Write(Span<byte> into)
    {
        if (_frame is not null)
        {
            return FrameCodec.Write(into, _frame);
        }

        Encoded.Span.CopyTo(into);
        return Size;
    }
}
