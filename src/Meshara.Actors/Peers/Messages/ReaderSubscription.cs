using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// The messages that wait for one reader, of all connections: bounded, in order for each sender. Who gives to a full one waits, and that holds
/// the sender back; nothing is dropped. They are kept as they come, many to a piece, so that a message costs the reader no synchronization.
/// </summary>
internal sealed class ReaderSubscription : Subscription
{
    private readonly int _capacity;

    private readonly Channel<ArraySegment<PeerMessage>> _pieces =
        Channel.CreateUnbounded<ArraySegment<PeerMessage>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Room _room;
    private int _waiting;
    private volatile bool _closed;

    /// <param name="channel">The channel's name.</param>
    /// <param name="capacity">So many messages may wait, those included that the reader has begun on.</param>
    public ReaderSubscription(string channel, int capacity)
        : base(channel) =>
        (_capacity, _room) = (capacity, new Room(() => _closed || Volatile.Read(ref _waiting) < capacity));

    public override int Give(ArraySegment<PeerMessage> messages)
    {
        var count = _closed ? 0 : Reserve(messages.Count);
        if (count > 0)
        {
            _pieces.Writer.TryWrite(messages[..count]);
        }

        // One that is closed wants nothing, and keeps nobody waiting.
        return _closed ? messages.Count : count;
    }

    public override void WhenRoom(Action wake) => _room.WhenOpen(wake);

    /// <summary>The messages in their pieces, until the inbox is closed. For one reader.</summary>
    public async IAsyncEnumerable<ArraySegment<PeerMessage>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await _pieces.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            while (_pieces.Reader.TryRead(out var piece))
            {
                yield return piece;
                Interlocked.Add(ref _waiting, -piece.Count);

                // One at a time: very many connections may wait, and each brings about as much as was taken.
                _room.OpenToOne();
            }

            _room.OpenToAll();
        }
    }

    /// <summary>Takes nothing more; the reader comes to its end.</summary>
    public override void Close()
    {
        _closed = true;
        _pieces.Writer.TryComplete();
        _room.OpenToAll();
    }

    private int Reserve(int wanted)
    {
        while (true)
        {
            var waiting = Volatile.Read(ref _waiting);
            var count = Math.Min(wanted, _capacity - waiting);
            if (count <= 0 || Interlocked.CompareExchange(ref _waiting, waiting + count, waiting) == waiting)
            {
                return Math.Max(count, 0);
            }
        }
    }
}
