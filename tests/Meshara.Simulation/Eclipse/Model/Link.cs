namespace Meshara.Simulation.Eclipse.Model;

/// <summary>One connection of the victim, from the dial on.</summary>
internal sealed class Link(long number, Host far, bool isOutbound, TimeSpan roundTrip)
{
    public long Number { get; } = number;

    public Host Far { get; } = far;

    /// <summary>The victim dialled.</summary>
    public bool IsOutbound { get; } = isOutbound;

    /// <summary>Dialled only to see whether somebody is there.</summary>
    public bool IsFeeler { get; init; }

    public TimeSpan RoundTrip { get; } = roundTrip;

    /// <summary>Null while it is being dialled.</summary>
    public DateTimeOffset? OpenedAt { get; set; }

    public bool IsOpen => OpenedAt is not null && !IsOver;

    public bool IsOver { get; set; }

    /// <summary>What the policy keeps of it.</summary>
    public object? Kept { get; set; }
}

/// <summary>Why a dial came to nothing.</summary>
internal enum DialFailure
{
    /// <summary>Nobody answered.</summary>
    Silence,

    /// <summary>The other side has no place.</summary>
    Full,

    /// <summary>The victim's own policy did not let it in.</summary>
    OwnRefusal,
}
