using CsCheck;

namespace Meshara.Actors.Tests.Peers.Properties;

/// <summary>What can happen to a node.</summary>
internal enum Deed
{
    DialIn, Crowd, Knock, Sight, LoseSight,
    Add, Remove, Ban, Unban, BanRange, UnbanRange,
    SayNonsense, SayTooMuch, FloodPings, TellUnasked, Ask, Send,
    Behave, FallSilent, Refuse, Lie,
    Goodbye, HangUp, Die, Appear,
    Cut, Heal, LoseStore, MendStore, Restart,
    Wait, WaitLong,
}

/// <summary>One thing that happens.</summary>
/// <param name="Who">The number of the stranger that does it, or that it is done to.</param>
/// <param name="Much">How often, how long, or which.</param>
internal readonly record struct Act(Deed Deed, int Who, int Much)
{
    public override string ToString() => $"{Deed} {Who} {Much}";
}

/// <summary>How a node begins, and what happens to it.</summary>
/// <param name="IsConfigured">Its configuration names two manual peers, one of which is not there, and a bootstrap node.</param>
/// <param name="IsGreedy">It strives for as many peers as it may have.</param>
internal sealed record Play(int MaxPeers, bool IsConfigured, bool IsGreedy, Act[] Acts)
{
    public override string ToString() =>
        $"max-peers {MaxPeers}{(IsConfigured ? ", configured" : "")}{(IsGreedy ? ", greedy" : "")}: {string.Join("; ", Acts)}";

    public static Gen<Play> Any(int longest) => Gen.Select(
        Gen.OneOf(3, 6, 12), Gen.Bool, Gen.Bool, AnyAct.Array[1, longest],
        (max, configured, greedy, acts) => new Play(max, configured, greedy, acts));

    /// <summary>Most happens to a few, so that one thing comes of another: the configured ones, one of the same range, and two of elsewhere.</summary>
    private static Gen<int> AnyOne { get; } = Gen.Frequency((2, Gen.OneOf(0, 1, 10, 12, 15)), (1, Gen.Int[0, Stranger.Count - 1]));

    private static Gen<Act> AnyAct { get; } = Gen.Select(
        Gen.Frequency(
            (8, Deed.DialIn), (2, Deed.Crowd), (1, Deed.Knock), (5, Deed.Sight), (1, Deed.LoseSight),
            (5, Deed.Add), (2, Deed.Remove), (6, Deed.Ban), (2, Deed.Unban), (3, Deed.BanRange), (2, Deed.UnbanRange),
            (2, Deed.SayNonsense), (1, Deed.SayTooMuch), (1, Deed.FloodPings), (2, Deed.TellUnasked), (2, Deed.Ask), (1, Deed.Send),
            (2, Deed.Behave), (2, Deed.FallSilent), (1, Deed.Refuse), (1, Deed.Lie),
            (2, Deed.Goodbye), (2, Deed.HangUp), (2, Deed.Die), (2, Deed.Appear),
            (1, Deed.Cut), (2, Deed.Heal), (1, Deed.LoseStore), (2, Deed.MendStore), (2, Deed.Restart),
            (10, Deed.Wait), (1, Deed.WaitLong)),
        AnyOne,
        Gen.Int[1, 20],
        (deed, who, much) => new Act(deed, who, much));
}
