namespace Meshara.Core.Peers;

/// <summary>An address of a peer, and what came of trying it.</summary>
/// <param name="Address">Where.</param>
/// <param name="Proven">This node dialled it, and the peer's key answered there: the address is pinned to that key.</param>
/// <param name="LastTry">When it was last dialled.</param>
/// <param name="LastFailure">Why the last dial failed; null if it did not.</param>
/// <param name="Failures">Failed dials in a row.</param>
internal sealed record KnownAddress(
    PeerAddress Address, bool Proven = false, DateTimeOffset? LastTry = null, Reason? LastFailure = null, int Failures = 0)
{
    private readonly UtcTicks _lastTry = UtcTicks.Of(LastTry);
    private readonly short _lastFailure = Number(LastFailure);

    /// <summary>When it was last dialled.</summary>
    public DateTimeOffset? LastTry
    {
        get => _lastTry.Time;
        init => _lastTry = UtcTicks.Of(value);
    }

    /// <summary>Why the last dial failed; null if it did not.</summary>
    public Reason? LastFailure
    {
        get => _lastFailure < 0 ? null : (Reason)_lastFailure;
        init => _lastFailure = Number(value);
    }

    private static short Number(Reason? reason) => reason is { } known ? checked((short)known) : (short)-1;
}
