using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>How the victim remembers, chooses, lets in and drops its peers.</summary>
internal interface IPeerPolicy
{
    /// <summary>The most addresses of one answer to a question.</summary>
    int AnswerSize { get; }

    /// <summary>How many addresses a peer is believed unasked: when it is connected, and in each minute.</summary>
    (int AtOnce, int PerMinute) Unasked { get; }

    /// <summary>The node starts, or starts again with what it has kept.</summary>
    void Start();

    /// <summary>The node stops: its links are about to end.</summary>
    void Stop();

    void Wake();

    /// <summary>Whether a link, whose far end has answered or dialled, is let in; others may have to be closed for it.</summary>
    bool Admits(Link link);

    void Opened(Link link);

    void DialFailed(Link link, DialFailure why);

    /// <summary>Whom a feeler reached.</summary>
    void Felt(Link link);

    /// <summary>The other side has gone.</summary>
    void Lost(Link link);

    void Told(Link teller, IReadOnlyList<Host> hosts);
}
