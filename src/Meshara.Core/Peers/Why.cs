namespace Meshara.Core.Peers;

/// <summary>Says why a peer is connected, or is not: the first rule that fits. Pure.</summary>
internal static class Why
{
    public static WhyAnswer Of(WhyFacts facts)
    {
        var (reason, why, nextTry, remedy) = Cause(facts);
        var connected = facts.ConnectedSince is not null;
        var last = Last(facts);
        var next = connected || facts.IsSelf ? null
            : nextTry is not { } at ? "no try is planned"
            : at <= facts.Now ? "a try is due now"
            : $"the next try is due in {Span(at - facts.Now)}";
        string?[] parts = [why, last is null ? null : $"last, {last}", next, remedy];
        return new WhyAnswer
        {
            PeerId = facts.Peer,
            Address = facts.Address,
            Connected = connected,
            Reason = reason,
            Why = why,
            Last = last,
            NextTry = connected ? null : nextTry,
            Remedy = remedy,
            Sentence = $"{facts.Name} is {(connected ? "" : "not ")}connected: {string.Join("; ", parts.Where(p => p is not null))}.",
        };
    }

    private static (Reason? Reason, string Why, DateTimeOffset? NextTry, string Remedy) Cause(WhyFacts f) => f switch
    {
        { IsSelf: true } => (Reason.SelfConnection, "it is this node itself", null, "another node can be added (meshara peer add HOST:PORT)"),
        { ConnectedSince: { } since } => (
            null,
            $"{Wanted(f)}, and {(f.Direction == Direction.Outbound ? "this node dialled it" : "it dialled this node")} {Span(f.Now - since)} ago",
            null,
            "a person can end that (meshara peer remove, peer ban)"),
        { Known: { Ban: { } ban } known } when known.IsBanned(f.Now) => (
            Reason.Banned,
            $"{(ban.Cause == ReputationCause.Operator ? "a person banned it" : $"it is banned for {ban.Cause.Name()}")}"
                + $"{(ban.Note is { Length: > 0 } note ? $" ({note})" : "")}, for another {Span(ban.Until - f.Now)}",
            f.Goal is null && !known.Manual ? null : ban.Until,
            $"the end of the ban changes that, or a person who lifts it (meshara peer unban {f.Name})"),
        { Known: { RemovedUntil: { } until } known } when known.IsRemoved(f.Now) => (
            Reason.RemovedByOperator, $"a person removed it, and it is kept out for another {Span(until - f.Now)}", null,
            "a person who adds it again changes that (meshara peer add HOST:PORT)"),
        { Range: { } range } => (
            Reason.Banned,
            $"the address range {range.Range} is banned{(range.Note is { Length: > 0 } note ? $" ({note})" : "")}, for another {Span(range.Until - f.Now)}",
            f.Goal is null && f.Known is not { Manual: true } ? null : range.Until,
            $"the end of the ban changes that, or a person who lifts it (meshara peer unban {range.Range})"),
        { Standing: not Standing.Good } => (
            Reason.LowReputation, $"its reputation of {f.Known!.Reputation.ScoreAt(f.Now, f.Policy):0.#} is too low", null,
            $"time changes that, in {Span(f.ScoreSuffices - f.Now)}, or a person who adds it (meshara peer add HOST:PORT)"),
        { AwaySince: { } since } when f.Goal is not null || f.CandidateDue is not null => (
            Reason.NetworkDown, $"this node itself has been cut off from the network for {Span(f.Now - since)}", f.Goal?.Due ?? f.CandidateDue,
            "it is tried again by itself, at once when the network is back"),
        { Dialling: true, Knocking: true } => (null, "both sides dial each other at this moment", f.Now, "one of the two connections will be kept"),
        { Dialling: true } => (null, "it is being dialled at this moment", f.Now, "the outcome will show in a few seconds"),
        { Knocking: true } => (null, "it dialled this node, and the handshake is under way", f.Now, "the outcome will show in a few seconds"),
        { Goal: { } goal } => Planned(f, goal),
        _ => Unplanned(f),
    };

    private static (Reason?, string, DateTimeOffset?, string) Planned(WhyFacts f, DialGoal goal) => goal switch
    {
        { NeedsRoom: true } when f.Room == 0 => (
            Reason.NoSlot, $"this node has the {f.TargetPeers} peers that it strives for", null,
            "a place that becomes free changes that, a higher target-peers, or a person who adds it (meshara peer add HOST:PORT)"),
        { Failures: 0 } when f.Last is { WasOpen: true } => (
            f.Last.Reason, "its connection ended", goal.Due, "it is dialled again by itself"),
        { Failures: 0 } => (null, "it has its turn to be dialled", goal.Due, "the outcome will show in a few seconds"),
        _ => (
            f.Last?.Reason ?? Reason.Unreachable,
            $"{(goal.Failures == 1 ? "the last try" : $"each of the last {goal.Failures} tries")} failed",
            goal.Due,
            f.Last is { } last ? $"the reason says what to do: {Uncapitalized(last.Reason.Sentence())}" : "it is tried again by itself"),
    };

    private static (Reason?, string, DateTimeOffset?, string) Unplanned(WhyFacts f) => f switch
    {
        { Known: null, Last: null, OnLan: false } => (
            Reason.UnknownPeer, "nothing is known of it", null, "a person who adds it changes that (meshara peer add HOST:PORT)"),
        { Known: { Addresses.IsEmpty: true } or null, OnLan: false } => (
            Reason.NotConnected, "no address is known at which it could be dialled", null,
            "it changes when it dials this node, or a person adds it (meshara peer add HOST:PORT)"),
        { IsFull: true } => (
            Reason.NoSlot, $"all {f.MaxPeers} places are taken", null, "a place that becomes free changes that, or a higher max-peers"),
        { Room: 0 } => (
            Reason.NoSlot, $"this node has the {f.TargetPeers} peers that it strives for", null,
            "a place that becomes free changes that, a higher target-peers, or a person who adds it (meshara peer add HOST:PORT)"),
        { CandidateDue: not null, Crowd: { } crowd } => (
            Reason.RangeLimit, $"as many peers of its network {crowd} are connected as one network may have", null,
            "a place of that network that becomes free changes that, or a person who adds it (meshara peer add HOST:PORT)"),
        { CandidateDue: { } due, PausedUntil: { } until } when until > f.Now => (
            f.Last?.Reason ?? Reason.ClosedByPeer, $"it asked to be left alone for another {Span(until - f.Now)}", due > until ? due : until,
            "it is dialled after that, if a place is free"),
        { CandidateDue: { } due } when due > f.Now => (
            f.Last?.Reason ?? Reason.Unreachable, "the last try failed", due, "it is dialled again by itself, if a place is free"),
        { CandidateDue: { } due } => (
            Reason.NotConnected, "it may be dialled, and others have their turn first", due, "its turn comes by itself while places are free"),
        { Known.Source: PeerSource.Mdns, OnLan: false, LooksAtLan: false } => (
            Reason.NotConnected, "it was found on the local network, where nobody looks now", null,
            "the method local-mdns changes that, or a person who adds it (meshara peer add HOST:PORT)"),
        { Known.Source: PeerSource.Mdns, OnLan: false } => (
            Reason.NotConnected, "it is no longer seen on the local network", null, "it is dialled when it is seen there again"),
        _ => (
            Reason.NotConnected, "nobody asked for it", null, "it changes when it dials this node, or a person adds it (meshara peer add HOST:PORT)"),
    };

    private static string Wanted(WhyFacts f) => f switch
    {
        { Known.Manual: true } => "a person asked for it",
        { OnLan: true } => "it is on the local network",
        _ => "there was a place for it",
    };

    private static string? Last(WhyFacts f)
    {
        if (f.Last is { } end && f.ConnectedSince is null)
        {
            var who = end.ByPeer ? ", as it said" : "";
            var what = end switch
            {
                { WasOpen: true } => "its connection ended",
                { Direction: Direction.Outbound } => "a dial failed",
                _ => "it dialled this node in vain",
            };
            return $"{what} {Span(f.Now - end.At)} ago ({end.Reason.Name()}{who})";
        }

        var tried = f.Known?.Addresses.Where(a => a.LastTry is not null).MaxBy(a => a.LastTry);
        return tried is { LastTry: { } at } && f.ConnectedSince is null
            ? $"{tried.Address} was dialled {Span(f.Now - at)} ago ({tried.LastFailure?.Name() ?? "it answered"})"
            : f.Known?.LastSeen is { } seen ? $"it was heard {Span(f.Now - seen)} ago" : null;
    }

    /// <summary>In the largest unit that leaves a figure or two.</summary>
    private static string Span(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => $"{Math.Max(0, Math.Ceiling(time.TotalSeconds)):0} s",
        { TotalMinutes: < 90 } => $"{Math.Round(time.TotalMinutes):0} min",
        { TotalHours: < 48 } => $"{Math.Round(time.TotalHours):0} h",
        _ => $"{Math.Round(time.TotalDays):0} d",
    };

    private static string Uncapitalized(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');
}
