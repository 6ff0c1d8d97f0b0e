using System.Text;
using System.Text.Unicode;
using Meshara.Core.Identity;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// The messages of one chunk, until they are handed on together. What makes many small ones cheap: they share one array, their payloads
/// another, and the name of the channel is made once. Owned by its connection.
/// </summary>
internal sealed class Arrivals(NodeId from)
{
    /// <summary>An application that keeps one payload keeps what shares its array: no more than this, in bytes.</summary>
    private const int SharedArray = 4 * 1024;

    private PeerMessage[] _messages = [];
    private byte[] _channelBytes = [];
    private MessageOrigin _origin = new(from, "");
    private byte[] _shared = [];
    private int _used;

    /// <summary>Of the chunk before: the next one has as many, perhaps.</summary>
    private int _expected;

    public int Count { get; private set; }

    /// <summary>
    /// Takes the plain messages of the application off the front of <paramref name="frames"/>, up to the first frame that is anything else or
    /// not whole: that is left to the parser. How many it took.
    /// </summary>
    /// <param name="maxBody">The longest body of a frame that is taken, in bytes.</param>
    public int TakeFrom(ref ReadOnlySpan<byte> frames, int maxBody)
    {
        var before = Count;
        for (var rest = frames; DataFrame.TryTake(ref rest, maxBody, out var channel, out var payload) && TurnTo(channel); frames = rest)
        {
            Add(new PeerMessage(_origin, Keep(payload, rest.Length)));
        }

        return Count - before;
    }

    /// <summary>One that the parser has read.</summary>
    public void Add(string channel, ReadOnlyMemory<byte> payload) => Add(new PeerMessage(new MessageOrigin(from, channel), payload));

    /// <summary>Gives them away; an idle connection holds no array.</summary>
    public ArraySegment<PeerMessage> TakeAll()
    {
        var all = new ArraySegment<PeerMessage>(_messages, 0, Count);
        (_expected, Count, _messages, _shared, _used) = (Count, 0, [], [], 0);
        return all;
    }

    /// <summary>Makes messages of that channel from now on; false if it is the name of none.</summary>
    private bool TurnTo(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(_channelBytes))
        {
            return true;
        }

        if (name.Length > Mesh.MaxChannelLength || !Utf8.IsValid(name))
        {
            return false;
        }

        (_channelBytes, _origin) = (name.ToArray(), new MessageOrigin(from, Encoding.UTF8.GetString(name)));
        return true;
    }

    private void Add(PeerMessage message)
    {
        if (Count == _messages.Length)
        {
            Array.Resize(ref _messages, Math.Max(Count * 2, Math.Max(_expected, 1)));
        }

        _messages[Count++] = message;
    }

    /// <param name="following">Bytes that have arrived behind it.</param>
    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> payload, int following)
    {
        if (_shared.Length - _used < payload.Length)
        {
            (_shared, _used) = (GC.AllocateUninitializedArray<byte>(Math.Max(payload.Length, Math.Min(SharedArray, payload.Length + following))), 0);
        }

        payload.CopyTo(_shared.AsSpan(_used));
        _used += payload.Length;
        return _shared.AsMemory(_used - payload.Length, payload.Length);
    }
}
