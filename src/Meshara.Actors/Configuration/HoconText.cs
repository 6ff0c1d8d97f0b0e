using System.Globalization;

namespace Meshara.Actors.Configuration;

/// <summary>Times and sizes as an operator writes them.</summary>
internal static class HoconText
{
    /// <summary>In the largest unit that makes it whole, or in seconds.</summary>
    public static string Time(TimeSpan t) => string.Create(CultureInfo.InvariantCulture, $"{t switch
    {
        { TotalSeconds: < 1 } => $"{t.TotalMilliseconds}ms",
        { TotalMinutes: < 1 } => $"{t.TotalSeconds}s",
        { TotalHours: < 1 } => $"{t.TotalMinutes}m",
        { TotalDays: < 1 } => $"{t.TotalHours}h",
        _ => $"{t.TotalDays}d",
    }}");

    public static string Bytes(int n) => n % (1024 * 1024) == 0 ? $"{n / 1024 / 1024}MiB" : n % 1024 == 0 ? $"{n / 1024}KiB" : $"{n}B";
}
