using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>
/// How the latest connections ended, by peer and by the address that was dialled. Bounded, the oldest out; those who dialled in are kept
/// apart, so that a flood of strangers wipes out nothing but the memory of strangers.
/// </summary>
internal sealed class LastEnds(int capacity = LastEnds.Capacity)
{
    public const int Capacity = 1024;

    private readonly Memory _dialled = new(capacity);
    private readonly Memory _accepted = new(capacity);

    public ConnectionEnd? this[NodeId peer] => Later(_dialled[peer], _accepted[peer]);

    public ConnectionEnd? this[PeerAddress address] => _dialled[address];

    public void Note(LiveConnection connection, PeerConnectionProtocol.Ended ended, DateTimeOffset now)
    {
        // The peer's other connection lives on: that is not how it came to be without one.
        if (ended.Reason == Reason.Duplicate)
        {
            return;
        }

        var end = new ConnectionEnd(now, ended.Reason, ended.ByPeer, connection.Direction, connection.IsOpen);
        var memory = connection.Direction == Direction.Outbound ? _dialled : _accepted;
        if (connection.Sought is { } peer)
        {
            memory.Keep(peer, end);
        }

        if (connection.Dialled is { } address)
        {
            memory.Keep(address, end);
        }
    }

    private static ConnectionEnd? Later(ConnectionEnd? one, ConnectionEnd? other) => one is null || other?.At > one.At ? other : one;

    private sealed class Memory(int capacity)
    {
        private readonly Dictionary<object, LinkedListNode<(object Key, ConnectionEnd End)>> _ends = [];
        private readonly LinkedList<(object Key, ConnectionEnd End)> _oldestFirst = [];

        public ConnectionEnd? this[object key] => _ends.GetValueOrDefault(key)?.Value.End;

        public void Keep(object key, ConnectionEnd end)
        {
            if (_ends.Remove(key, out var before))
            {
                _oldestFirst.Remove(before);
            }
            else if (_ends.Count >= capacity)
            {
                _ends.Remove(_oldestFirst.First!.Value.Key);
                _oldestFirst.RemoveFirst();
            }

            _ends[key] = _oldestFirst.AddLast((key, end));
        }
    }
}
