using System.Buffers;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A connection to the node as a <see cref="Stranger"/> sees it.</summary>
/// <param name="isDialled">The node has dialled it.</param>
internal sealed class Line(FarEnd far, bool isDialled)
{
    private bool _isGreeted;

    public bool IsDialled => isDialled;

    public bool HasGreeted { get; set; }

    /// <summary>Both said hello, and neither goodbye.</summary>
    public bool IsUp => HasGreeted && _isGreeted && !IsOver;

    public bool IsOver { get; private set; }

    /// <summary>Since when nothing passes any more, though neither side was told.</summary>
    public DateTimeOffset? CutAt { get; set; }

    /// <summary>What has arrived.</summary>
    public IReadOnlyList<Envelope> Hear()
    {
        var heard = new List<Envelope>();
        while (!IsOver && far.TryHear() is { } frame)
        {
            _isGreeted |= frame.MessageCase == Envelope.MessageOneofCase.Hello;
            heard.Add(frame);
        }

        IsOver |= far.IsClosed;
        return heard;
    }

    /// <summary>What is said to a node that has hung up already is lost.</summary>
    public void Say(params Envelope[] frames)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var frame in frames)
        {
            bytes.Advance(FrameCodec.Write(bytes.GetSpan(FrameCodec.SizeOf(frame)), frame));
        }

        Write(bytes.WrittenSpan.ToArray());
    }

    public void Write(byte[] bytes) => _ = far.Write(bytes);

    /// <summary>Ends it, with a goodbye or without a word.</summary>
    public void Leave(Reason? goodbye)
    {
        if (goodbye is { } reason)
        {
            Say(new Envelope { Goodbye = new Goodbye { Reason = (uint)reason } });
        }

        IsOver = true;
        far.Close();
    }
}
