using System.Net;

namespace Meshara.Actors.Transport;

/// <summary>
/// One direction of a connection on a network that takes its time. As with TCP nothing overtakes; what cannot get through is tried again
/// after a timeout that doubles, so that a connection outlives a short cut of the network; and a host that knows nothing of the
/// connection any more answers with a reset.
/// </summary>
internal sealed class SlowWire(MemoryPipe pipe, IPAddress from, IPAddress to, NetworkConditions conditions, Chance chance) : IOutgoing
{
    private readonly Queue<Packet> _underWay = new();
    private TimeSpan _lastDue;
    private TimeSpan? _stuckSince;
    private TimeSpan _resend;
    private int _bytes;
    private bool _delivering;
    private bool _over;
    private TaskCompletionSource? _writing;

    /// <summary>The process at the far end is gone: what still comes there is answered with a reset, which <see cref="Reset"/> stands for.</summary>
    public bool IsOrphaned { get; set; }

    /// <summary>Called when the far end does not know the connection any more, or it was given up.</summary>
    public Action Reset { get; set; } = () => { };

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        while (_bytes >= MemoryPipe.Capacity && !_over)
        {
            await (_writing ??= new TaskCompletionSource()).Task.WaitAsync(cancellation).ConfigureAwait(false);
        }

        // Whose far end is gone knows that when it is told, and not before.
        if (!IsOrphaned)
        {
            pipe.ThrowIfBroken();
        }

        if (!_over)
        {
            _bytes += bytes.Length;
            Send(new Packet(bytes.ToArray()));
        }
    }

    public void End()
    {
        if (!_over)
        {
            Send(new Packet(null));
        }
    }

    /// <summary>Nothing more gets through, and nobody hears of that.</summary>
    public void Die()
    {
        _over = true;
        _underWay.Clear();
        var writer = _writing;
        _writing = null;
        if (writer is not null)
        {
            Inline.Run(writer.SetResult);
        }
    }

    private void Send(Packet packet)
    {
        var due = conditions.Elapsed() + conditions.Transit(chance, NetworkConditions.Resend);
        packet.Due = _lastDue = due > _lastDue ? due : _lastDue;
        _underWay.Enqueue(packet);
        conditions.After(packet.Due - conditions.Elapsed(), Arrive);
    }

    private void Arrive()
    {
        if (_over || _stuckSince is not null || _underWay.Count == 0)
        {
            return;
        }

        if (conditions.Reaches(from, to))
        {
            _ = DeliverAsync();
            return;
        }

        _stuckSince = conditions.Elapsed();
        _resend = NetworkConditions.Resend;
        conditions.After(_resend, Retry);
    }

    private void Retry()
    {
        if (_over)
        {
            return;
        }

        if (conditions.Reaches(from, to))
        {
            _stuckSince = null;
            _ = DeliverAsync();
        }
        else if (conditions.Elapsed() - _stuckSince >= NetworkConditions.GiveUp)
        {
            Reset();
        }
        else
        {
            _resend *= 2;
            conditions.After(_resend, Retry);
        }
    }

    private async Task DeliverAsync()
    {
        if (IsOrphaned)
        {
            conditions.After(conditions.Transit(chance, NetworkConditions.Resend), Reset);
            Die();
            return;
        }

        if (_delivering)
        {
            return;
        }

        _delivering = true;
        while (!_over && _underWay.TryPeek(out var next) && next.Due <= conditions.Elapsed())
        {
            _underWay.Dequeue();
            await PutAsync(next).ConfigureAwait(false);
        }

        _delivering = false;
    }

    private async Task PutAsync(Packet packet)
    {
        if (packet.Bytes is not { } bytes)
        {
            pipe.End();
            return;
        }

        conditions.Arrived(from, to, bytes);
        try
        {
            await pipe.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The reader has closed: the sender is told as by a reset.
            conditions.After(conditions.Transit(chance, NetworkConditions.Resend), Reset);
            Die();
            return;
        }

        _bytes -= bytes.Length;
        var writer = _writing;
        _writing = null;
        if (writer is not null)
        {
            Inline.Run(writer.SetResult);
        }
    }

    private sealed record Packet(byte[]? Bytes)
    {
        public TimeSpan Due { get; set; }
    }
}
