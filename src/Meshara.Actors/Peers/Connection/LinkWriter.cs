using System.Buffers;
using Akka.Actor;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Transport;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// Writes what is to go to one peer. Owned by its connection, which is told <see cref="Link.Wrote"/>, <see cref="Link.Broke"/> or
/// <see cref="Link.Faulted"/> of a write that was not over at once. At most one is under way.
/// </summary>
internal sealed class LinkWriter(Stream stream, Outbox outbox, Vitality vitality, IActorRef connection, CancellationToken alive)
{
    /// <summary>So many batches of what waits are written one after the other without a look at anything else.</summary>
    private const int MostAtOnce = 4;

    /// <summary>What is being written.</summary>
    private readonly List<Outbound> _batch = [];

    private bool _writing;
    private bool _hasSaid;

    /// <summary>Bytes handed to the stream.</summary>
    public long Sent { get; private set; }

    /// <summary>Messages of the application among them.</summary>
    public long SentMessages { get; private set; }

    /// <summary>Queues what the protocol itself says, in its turn; <see cref="Flush"/> sends it.</summary>
    public void Say(Envelope frame)
    {
        outbox.AddControl(frame);
        _hasSaid = true;
    }

    /// <summary>Says this instead of all that waits, at once. False if nothing is left to write.</summary>
    public bool SayLast(Envelope frame)
    {
        outbox.Close();
        outbox.AddControl(frame);
        return Write();
    }

    /// <summary>The connection has handled a message: what it said meanwhile goes out together. Whether it said anything.</summary>
    public bool Flush()
    {
        if (!_hasSaid)
        {
            return false;
        }

        _hasSaid = false;
        Write();
        return true;
    }

    /// <summary>A write has ended: the next one begins. False if there is nothing left to write.</summary>
    public bool OnWrote()
    {
        _writing = false;
        vitality.Wrote();
        return Write();
    }

    /// <summary>Begins to write what waits, unless a write is under way; whether one is now.</summary>
    public bool Write()
    {
        // What the system takes at once is written at once. After a few batches the rest waits for its turn, as a message.
        for (var atOnce = 0; !_writing && outbox.TakeBatch(_batch); atOnce++)
        {
            vitality.Writing();
            var write = WriteAsync();
            if (atOnce < MostAtOnce && write is { IsCompletedSuccessfully: true, Result: Link.Wrote })
            {
                vitality.Wrote();
            }
            else
            {
                _writing = true;
                _ = TellAsync(write);
            }
        }

        return _writing;
    }

    /// <summary>Gives back the room that a burst took, unless it is in use.</summary>
    public void Trim()
    {
        outbox.Trim();
        if (!_writing && _batch.Capacity > Outbox.MostKept)
        {
            _batch.Capacity = 0;
        }
    }

    private async Task TellAsync(ValueTask<object> outcome) => connection.Tell(await outcome.ConfigureAwait(false));

    /// <summary>Writes the batch, and empties it.</summary>
    private async ValueTask<object> WriteAsync()
    {
        // Rented while bytes move only: an idle connection holds no buffer. What is encoded already and goes alone needs none.
        var rented = _batch is [{ IsControl: false }] ? null : ArrayPool<byte>.Shared.Rent(SizeOf(_batch));
        try
        {
            var bytes = rented is null ? _batch[0].Encoded : rented.AsMemory(0, Encode(_batch, rented));
            await stream.WriteAsync(bytes, alive).ConfigureAwait(false);
            Sent += bytes.Length;
            SentMessages += MessagesOf(_batch);
            return Link.Wrote.Instance;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return new Link.Broke(LinkFailure.ReasonOf(e));
        }
        catch (Exception e)
        {
            return new Link.Faulted(e);
        }
        finally
        {
            _batch.Clear();
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static int SizeOf(List<Outbound> batch)
    {
        var size = 0;
        foreach (var outbound in batch)
        {
            size += outbound.Size;
        }

        return size;
    }

    private static int Encode(List<Outbound> batch, byte[] into)
    {
        var written = 0;
        foreach (var outbound in batch)
        {
            written += outbound.Write(into.AsSpan(written));
        }

        return written;
    }

    private static int MessagesOf(List<Outbound> batch)
    {
        var messages = 0;
        foreach (var outbound in batch)
        {
            messages += outbound.Messages;
        }

        return messages;
    }
}
