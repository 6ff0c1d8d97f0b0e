using System.Collections.Immutable;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>A connection that broke, before anybody is blamed for it.</summary>
internal sealed record Loss(NodeId Peer, ReputationCause Cause, Reason Reason);

/// <summary>
/// Whose fault it is when connections break, immutable. A loss is held for a while before it moves a score: if most connections break
/// within that time, or this machine has no network, or it was asleep, it is this node that was away, and nobody is blamed. Else a
/// laptop that is closed, or a cable that is pulled, would cost every good peer its reputation.
/// </summary>
/// <param name="Window">How long a loss is held: a heartbeat's timeout and a few seconds.</param>
internal sealed record Outage(TimeSpan Window)
{
    /// <summary>So many at least must break: one or two may well fail at once by themselves.</summary>
    public const int FewestLosses = 3;

    /// <summary>So many at most wait for their verdict. Who comes and vanishes by the hundred is not worth more memory.</summary>
    public const int MostHeld = 1000;

    /// <summary>A second that took so long was no second: the process was stopped, or the machine asleep.</summary>
    public static readonly TimeSpan Asleep = TimeSpan.FromSeconds(20);

    private ImmutableArray<Loss> Held { get; init; } = [];

    private DateTimeOffset Began { get; init; }

    /// <summary>How many connections were open when the first broke.</summary>
    private int OpenBefore { get; init; }

    /// <summary>How many of them have broken since.</summary>
    private int Broken { get; init; }

    private DateTimeOffset BlamelessUntil { get; init; }

    private DateTimeOffset? LastTick { get; init; }

    /// <summary>Since when this node is cut off; null while it is not.</summary>
    public DateTimeOffset? AwaySince { get; private init; }

    public bool IsAway => AwaySince is not null;

    /// <summary>Whether a loss waits for its verdict.</summary>
    public bool IsInDoubt => !Held.IsEmpty;

    /// <param name="loss">Which connection broke.</param>
    /// <param name="openBefore">How many connections were open, this one included.</param>
    /// <param name="hasNetwork">Whether an interface of this machine is up.</param>
    /// <param name="now">The time.</param>
    /// <param name="openedAt">
    /// When it came about; null: long ago. One that came after the first had broken says nothing of this node: else a few strangers
    /// who come and vanish again and again would have it believe that it is cut off, and blame nobody.
    /// </param>
    public Outage OnLost(Loss loss, int openBefore, bool hasNetwork, DateTimeOffset now, DateTimeOffset? openedAt = null)
    {
        if (IsAway || now < BlamelessUntil)
        {
            return this;
        }

        var began = Held.IsEmpty ? now : Began;
        var before = Held.IsEmpty ? openBefore : OpenBefore;
        var broken = (Held.IsEmpty ? 0 : Broken) + (openedAt > began ? 0 : 1);
        var most = broken >= FewestLosses && broken * 2 > before;
        return most || !hasNetwork
            ? this with { AwaySince = began, Held = [] }
            : this with { Held = Held.Length < MostHeld ? Held.Add(loss) : Held, Began = began, OpenBefore = before, Broken = broken };
    }

    /// <summary>About every second. What was held for its time is to be judged.</summary>
    /// <param name="now">The time.</param>
    /// <param name="open">How many connections are open: those that outlived the window show that this node is not cut off.</param>
    public (Outage Next, ImmutableArray<Loss> Verdicts) OnTick(DateTimeOffset now, int open = 0)
    {
        if (open > 0 && now - AwaySince >= Window)
        {
            return (OnBack(now) with { LastTick = now }, []);
        }

        if (LastTick is { } last && now - last >= Asleep)
        {
            return (this with { LastTick = now, Held = [], BlamelessUntil = now + Window }, []);
        }

        var next = this with { LastTick = now };
        return Held.IsEmpty || now - Began < Window ? (next, []) : (next with { Held = [] }, Held);
    }

    /// <summary>A connection came about: this node is back. What still breaks of the time before is nobody's fault.</summary>
    public Outage OnBack(DateTimeOffset now) => IsAway ? this with { AwaySince = null, BlamelessUntil = now + Window } : this;
}
