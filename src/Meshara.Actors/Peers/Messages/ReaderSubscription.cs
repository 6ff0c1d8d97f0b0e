using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Meshara.Actors.Peers.Messages;

/// <summary>
/// The messages that wait for one reader, of all connections: bounded, in order for each sender. Who gives to a full one waits for its turn, and
/// that holds the sender back; nothing is dropped. They are kept as they come, many to a piece, so that a message costs the reader no
/// synchronization.
/// </summary>
/// <param name="channel">The channel's name.</param>
/// <param name="capacity">So many messages may wait, those included that the reader has begun on.</param>
internal sealed class ReaderSubscription(string channel, int capacity) : Subscription(channel)
{
    private readonly Channel<ArraySegment<PeerMessage>> _pieces =
        Channel.CreateUnbounded<ArraySegment<PeerMessage>>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Lock _gate = new();
    private readonly LinkedList<Delivery> _waiters = [];
    private int _waiting;
    private bool _closed;

    public override int Give(ArraySegment<PeerMessage> messages)
    {
        lock (_gate)
        {
            if (_closed)
            {
                // It wants nothing more, and keeps nobody waiting.
                return messages.Count;
            }

            var count = Math.Min(messages.Count, capacity - _waiting);
            if (count > 0)
            {
                _waiting += count;
                _pieces.Writer.TryWrite(messages[..count]);
            }

            return count;
        }
    }

    public override void Await(Delivery waiter)
    {
        lock (_gate)
        {
            _waiters.AddLast(waiter);
        }

        WakeNext();
    }

    public override void Leave(Delivery waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
        }

        WakeNext();
    }

    /// <summary>The messages in their pieces, until the subscription is closed. For one reader.</summary>
    public async IAsyncEnumerable<ArraySegment<PeerMessage>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in _pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            yield return piece;
            lock (_gate)
            {
                _waiting -= piece.Count;
            }

            WakeNext();
        }
    }

    /// <summary>Takes nothing more; the reader comes to its end.</summary>
    public override void Close()
    {
        Delivery[] waiters;
        lock (_gate)
        {
            _closed = true;
            waiters = [.. _waiters];
            _waiters.Clear();
        }

        _pieces.Writer.TryComplete();
        Array.ForEach(waiters, w => w.Wake());
    }

    /// <summary>
    /// If there is room, wakes who has waited longest; that one leaves when it has given all, and then it is the next one's turn. Not all at
    /// once: very many connections may wait, and there is room for a few.
    /// </summary>
    private void WakeNext()
    {
        Delivery? next = null;
        lock (_gate)
        {
            if (_waiters.First is { } first && (_closed || _waiting < capacity))
            {
                next = first.Value;
                _waiters.RemoveFirst();
            }
        }

        next?.Wake();
    }
}
