using System.Text;
using System.Text.Unicode;
using Meshara.Core.Identity;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// The messages of one chunk, until they are handed on together. What makes many small ones cheap: their payloads share an array, and
/// the name of the channel is made once. Owned by its connection.
/// </summary>
internal sealed class Arrivals(NodeId from)
{
    /// <summary>An application that keeps one payload keeps what shares its array: no more than this, in bytes.</summary>
    private const int SharedArray = 4 * 1024;

    private readonly List<PeerMessage> _messages = [];
    private byte[] _channelBytes = [];
    private MessageOrigin _origin = new(from, "");
    private byte[] _shared = [];
    private int _used;

    public int Count => _messages.Count;

    /// <summary>Takes the frame if it is a plain message of the application; any other is left to the parser.</summary>
    /// <param name="body">The frame without its length.</param>
    /// <param name="following">Bytes that have arrived behind it.</param>
    public bool TryTake(ReadOnlySpan<byte> body, long following)
    {
        if (!DataFrame.TryRead(body, out var channel, out var payload) || channel.Length > Mesh.MaxChannelLength)
        {
            return false;
        }

        if (!channel.SequenceEqual(_channelBytes))
        {
            if (!Utf8.IsValid(channel))
            {
                return false;
            }

            (_channelBytes, _origin) = (channel.ToArray(), new MessageOrigin(from, Encoding.UTF8.GetString(channel)));
        }

        _messages.Add(new PeerMessage(_origin, Keep(payload, following)));
        return true;
    }

    /// <summary>One that the parser has read.</summary>
    public void Add(string channel, ReadOnlyMemory<byte> payload) => _messages.Add(new PeerMessage(new MessageOrigin(from, channel), payload));

    /// <summary>Gives them away; an idle connection holds no array.</summary>
    public PeerMessage[] TakeAll()
    {
        PeerMessage[] all = [.. _messages];
        _messages.Clear();
        (_shared, _used) = ([], 0);
        return all;
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> payload, long following)
    {
        if (_shared.Length - _used < payload.Length)
        {
            (_shared, _used) = (GC.AllocateUninitializedArray<byte>((int)Math.Max(payload.Length, Math.Min(SharedArray, payload.Length + following))), 0);
        }

        payload.CopyTo(_shared.AsSpan(_used));
        _used += payload.Length;
        return _shared.AsMemory(_used - payload.Length, payload.Length);
    }
}
