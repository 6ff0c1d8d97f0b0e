using System.Collections.Immutable;

namespace Meshara.Node.Demo;

/// <summary>An act that is over.</summary>
/// <param name="Outcome">What was seen.</param>
/// <param name="Took">From the deed until it was seen.</param>
/// <param name="At">When that was, from the beginning of the demo.</param>
internal sealed record PlayedAct(Act Act, string Outcome, TimeSpan Took, TimeSpan At);

/// <summary>How far the demo is, immutable: all that a screen needs to know.</summary>
internal sealed record Play(ImmutableArray<Act> Acts)
{
    public Scene Scene { get; init; } = new();

    public ImmutableArray<PlayedAct> Played { get; private init; } = [];

    /// <summary>What is going on; null between two acts.</summary>
    public Act? Current { get; private init; }

    /// <summary>From the beginning of the demo until now.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Why it ended early.</summary>
    public string? Failure { get; private init; }

    private TimeSpan Began { get; init; }

    public Play Begin(Act act) => this with { Current = act, Began = Elapsed };

    /// <summary>Since the current act began.</summary>
    public TimeSpan InAct => Elapsed - Began;

    public bool ActIsDone => Current!.IsDone(Scene);

    public Play End() => this with
    {
        Played = Played.Add(new PlayedAct(Current!, Current!.Outcome(Scene), InAct, Elapsed)), Current = null,
    };

    public Play Fail(string why) => this with { Failure = why };

    /// <summary>What was to be seen was not seen in time.</summary>
    public Play TimeOut() =>
        Fail($"{Current!.Title}: not seen within {Current.Patience.TotalSeconds:0.##} s; so far: {Current.Outcome(Scene)}.");
}
