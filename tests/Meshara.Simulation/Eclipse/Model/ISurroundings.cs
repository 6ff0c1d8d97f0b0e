namespace Meshara.Simulation.Eclipse.Model;

/// <summary>What a policy acts on: time, chance, and the network.</summary>
internal interface ISurroundings
{
    DateTimeOffset Now { get; }

    Random Random { get; }

    /// <summary>Those that are open and those that are being dialled, the oldest first.</summary>
    IReadOnlyList<Link> Links { get; }

    bool IsLinked(Host host);

    /// <summary>The outcome is told later, to the policy.</summary>
    void Dial(Host host, bool asFeeler = false);

    /// <summary>Asks an open link whom it knows.</summary>
    void Ask(Link link);

    /// <summary>Ends it at once; the policy is told nothing of it.</summary>
    void Close(Link link);

    /// <summary>Has the policy woken then, and not before; the last call counts.</summary>
    void WakeAt(DateTimeOffset at);
}
