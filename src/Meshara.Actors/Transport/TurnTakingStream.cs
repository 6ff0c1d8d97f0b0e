using System.Threading.RateLimiting;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>
/// What is under the handshake of a stranger: between what it reads and what it does next it computes, for a millisecond or more, and only
/// so many handshakes may do that at once. The others wait, oldest first, so that a flood of strangers leaves cores to those who are
/// connected. Nobody holds a turn while it waits for the other side. After <see cref="EndTurns"/> it hands everything on as it is.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="turns">What all handshakes share.</param>
internal sealed class TurnTakingStream(Stream inner, RateLimiter turns) : AsyncStream
{
    /// <summary>As many as can be in flight with any settings.</summary>
    private const int MostWaiting = 65_536;

    private RateLimitLease? _turn;
    private volatile bool _hasEnded;

    /// <summary>As many as may compute at once where there are so many cores: half of them, and at least one.</summary>
    public static RateLimiter TurnsOf(int cores) =>
        new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, cores / 2), QueueLimit = MostWaiting });

    /// <summary>The handshake is over, well or not.</summary>
    public void EndTurns()
    {
        _hasEnded = true;
        EndTurn();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasEnded ? inner.ReadAsync(buffer, cancellationToken) : ReadInTurnAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        EndTurn();
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        EndTurns();
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            EndTurns();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTurnAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        EndTurn();
        var read = await inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        if (buffer.IsEmpty)
        {
            // TLS wants to know whether something is there, reads it next, and only then computes.
            return read;
        }

        var turn = await turns.AcquireAsync(1, cancellation).ConfigureAwait(false);
        if (!turn.IsAcquired)
        {
            throw new TransportException(Reason.RateLimited, "More handshakes are waiting than may.");
        }

        // Fenced: whoever ends all turns now either sees this one, or is seen here. A turn that is lost would never come back.
        Interlocked.Exchange(ref _turn, turn);
        if (_hasEnded)
        {
            EndTurn();
        }

        return read;
    }

    private void EndTurn() => Interlocked.Exchange(ref _turn, null)?.Dispose();
}
