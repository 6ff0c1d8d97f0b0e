namespace Meshara.Core.Peers;

/// <summary>
/// A moment in 8 bytes, null included, for what is held by the hundred thousand: ticks of 100 ns since the year 1, UTC. A nullable
/// DateTimeOffset takes 24.
/// </summary>
internal readonly record struct UtcTicks
{
    private readonly long _oneBased;

    private UtcTicks(long oneBased) => _oneBased = oneBased;

    public static UtcTicks Of(DateTimeOffset? time) => new(time is { } t ? t.UtcTicks + 1 : 0);

    public DateTimeOffset? Time => _oneBased == 0 ? null : new DateTimeOffset(_oneBased - 1, TimeSpan.Zero);
}
