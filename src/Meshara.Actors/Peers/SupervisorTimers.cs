namespace Meshara.Actors.Peers;

/// <summary>What the timers of the supervisor tell it.</summary>
internal static class SupervisorTimers
{
    /// <summary>Somebody is to be dialled now.</summary>
    public sealed record DialDue
    {
        public static readonly DialDue Instance = new();
    }

    public sealed record SecondOver
    {
        public static readonly SecondOver Instance = new();
    }

    public sealed record MinuteOver
    {
        public static readonly MinuteOver Instance = new();
    }

    /// <summary>What was waited for on the way down has taken too long.</summary>
    public sealed record TimeUp
    {
        public static readonly TimeUp Instance = new();
    }
}
