using System.Runtime.InteropServices;
using System.Text;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// What is to be written: messages of the application, encoded already, or what the protocol itself says. A value, since there may be a
/// million of them a second.
/// </summary>
internal readonly struct Outbound
{
    private readonly Envelope? _frame;
    private readonly byte[]? _encoded;

    private Outbound(Envelope frame) => _frame = frame;

    private Outbound(byte[] encoded, int messages, int largest) => (_encoded, Messages, Largest) = (encoded, messages, largest);

    /// <summary>All of it as it goes onto the wire; empty if it is encoded only when it is written.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>In bytes on the wire.</summary>
    public int Size => _encoded?.Length ?? FrameCodec.SizeOf(_frame!);

    /// <summary>How many messages of the application.</summary>
    public int Messages { get; }

    /// <summary>The body of the largest of them, in bytes.</summary>
    public int Largest { get; }

    /// <summary>Whether the protocol itself says it.</summary>
    public bool IsControl => _frame is not null;

    /// <summary>A frame of the protocol.</summary>
    public static Outbound Of(Envelope frame) => new(frame);

    /// <summary>Messages of the application, encoded by who sends them: on that thread, and into one array.</summary>
    /// <param name="channel">1 to <see cref="Mesh.MaxChannelLength"/> bytes of UTF-8.</param>
    /// <param name="payloads">They are copied.</param>
    public static Outbound Of(string channel, params ReadOnlySpan<ReadOnlyMemory<byte>> payloads)
    {
        Span<byte> name = stackalloc byte[Mesh.MaxChannelLength];
        name = name[..Encoding.UTF8.GetBytes(channel, name)];
        var (size, largest) = (0, 0);
        foreach (var payload in payloads)
        {
            var frame = DataFrame.SizeOf(name.Length, payload.Length);
            size = checked(size + frame);
            largest = Math.Max(largest, frame - FrameCodec.HeaderSize);
        }

        var frames = new byte[size];
        var rest = frames.AsSpan();
        foreach (var payload in payloads)
        {
            rest = rest[DataFrame.Write(rest, name, payload.Span)..];
        }

        return new Outbound(frames, payloads.Length, largest);
    }

    /// <inheritdoc cref="Of(string, ReadOnlySpan{ReadOnlyMemory{byte}})"/>
    public static Outbound Of(string channel, IReadOnlyList<ReadOnlyMemory<byte>> payloads) => payloads switch
    {
        ReadOnlyMemory<byte>[] array => Of(channel, array.AsSpan()),
        List<ReadOnlyMemory<byte>> list => Of(channel, CollectionsMarshal.AsSpan(list)),
        _ => Of(channel, [.. payloads]),
    };

    /// <summary>Writes it to the front of <paramref name="into"/>; answers its size.</summary>
    public int Write(Span<byte> into)
    {
        if (_frame is not null)
        {
            return FrameCodec.Write(into, _frame);
        }

        _encoded.CopyTo(into);
        return Size;
    }
}
