namespace Meshara.Mdns.Engine;

/// <summary>A token bucket on handed-in time.</summary>
internal sealed class RateLimit
{
    private readonly double _perSecond;
    private readonly double _burst;
    private double _tokens;
    private TimeSpan _at;

    public RateLimit(double perSecond, double burst) => (_perSecond, _burst, _tokens) = (perSecond, burst, burst);

    /// <summary>Takes one, if there is one.</summary>
    public bool TryTake(TimeSpan now)
    {
        _tokens = Math.Min(_burst, _tokens + (_perSecond * Math.Max(0, (now - _at).TotalSeconds)));
        _at = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
