using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Core.Tests.Peers;

/// <summary>
/// A model of two nodes that dial each other, small enough to walk through every order in which its messages can arrive. Each node has
/// a supervisor (the roster) and one actor per connection, as the real one; each connection carries messages in order, both ways.
/// </summary>
internal sealed record CrossingDials(
    ImmutableArray<Roster> Rosters, ImmutableArray<long> Numbers, ImmutableArray<CrossingDials.End> Ends, string Trace = "")
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly ReputationPolicy Policy = new();

    public enum Phase
    {
        /// <summary>Not yet dialled, or not yet arrived.</summary>
        None,

        /// <summary>Dialled; the other side has not accepted yet.</summary>
        Dialling,

        /// <summary>Proven; the acceptor waits for a hello, the dialler is about to ask.</summary>
        Proven,

        /// <summary>Waits for the supervisor; reads nothing meanwhile.</summary>
        Asked,

        /// <summary>The dialler has said hello and waits for the other's.</summary>
        Greeted,
        Open,
        Closed,
    }

    /// <summary>One end of one connection: its actor, what is on the wire to it, and what is between it and its supervisor.</summary>
    public sealed record End(int Connection, int Node, bool Dials, Phase Phase, long Number)
    {
        public ImmutableList<string> FromWire { get; init; } = [];

        public ImmutableList<string> FromSupervisor { get; init; } = [];

        public ImmutableList<string> ToSupervisor { get; init; } = [];

        public string Key => $"{Phase}{Number}[{string.Join(',', FromWire)}|{string.Join(',', FromSupervisor)}|{string.Join(',', ToSupervisor)}]";
    }

    public string Key => $"{Numbers[0]},{Numbers[1]}#" + string.Join(';', Ends.Select(e => e.Key)) + "#" + string.Join(
        ';', Rosters.Select(r => string.Join(',', r.Entries.Values.Select(e => $"{e.Connection}{e.Direction}{e.Confirmed}{e.BegunBefore}"))));

    /// <summary>The nodes are 0 and 1; each entry is a connection, by who dials it.</summary>
    public static CrossingDials Of(NodeId zero, NodeId one, params int[] diallers) => new(
        [new Roster(zero, 8), new Roster(one, 8)],
        [0, 0],
        [.. diallers.SelectMany((d, c) => new[] { new End(c, d, true, Phase.None, 0), new End(c, 1 - d, false, Phase.None, 0) })]);

    /// <summary>Every state in which nothing more can happen, by whatever order it was reached.</summary>
    public static IEnumerable<CrossingDials> Outcomes(CrossingDials start)
    {
        var seen = new HashSet<string>();
        var open = new Stack<CrossingDials>([start]);
        while (open.TryPop(out var state))
        {
            var next = state.Next().ToList();
            if (next.Count == 0)
            {
                yield return state;
            }

            foreach (var s in next.Where(s => seen.Add(s.Key)))
            {
                open.Push(s);
            }
        }
    }

    /// <summary>The connections that are open at this node.</summary>
    public IEnumerable<int> OpenAt(int node) => Ends.Where(e => e.Node == node && e.Phase == Phase.Open).Select(e => e.Connection);

    private IEnumerable<CrossingDials> Next()
    {
        foreach (var end in Ends)
        {
            if (end is { Dials: true, Phase: Phase.None })
            {
                yield return Dial(end);
            }

            if (end is { Dials: true, Phase: Phase.Dialling })
            {
                yield return Accept(end);
            }

            if (end is { Dials: true, Phase: Phase.Proven })
            {
                yield return Set(end with { Phase = Phase.Asked, ToSupervisor = end.ToSupervisor.Add("ask") }, $"{Name(end)} asks");
            }

            var reads = end.Phase is Phase.Greeted or Phase.Open || end is { Dials: false, Phase: Phase.Proven };
            if (reads && !end.FromWire.IsEmpty)
            {
                yield return Hear(end);
            }

            if (!end.FromSupervisor.IsEmpty)
            {
                yield return Obey(end);
            }

            if (!end.ToSupervisor.IsEmpty)
            {
                yield return Supervise(end);
            }
        }
    }

    private CrossingDials Dial(End end) => Numbered(end.Node)
        .Set(end with { Phase = Phase.Dialling, Number = Numbers[end.Node] + 1 }, $"{Name(end)} dials");

    /// <summary>No dialler is proven anything before the other side has accepted, and with that given the connection its number there.</summary>
    private CrossingDials Accept(End dialler)
    {
        var end = Other(dialler);
        return Numbered(end.Node)
            .Set(end with { Phase = Phase.Proven, Number = Numbers[end.Node] + 1 }, $"{Name(end)} accepts")
            .Set(dialler with { Phase = Phase.Proven }, "");
    }

    private CrossingDials Numbered(int node) => this with { Numbers = Numbers.SetItem(node, Numbers[node] + 1) };

    private CrossingDials Hear(End end)
    {
        var (message, heard) = (end.FromWire[0], end with { FromWire = end.FromWire.RemoveAt(0) });
        var trace = $"{Name(end)} hears {message}";
        if (message == "goodbye")
        {
            return Set(heard with { Phase = Phase.Closed, ToSupervisor = end.ToSupervisor.Add("ended") }, trace);
        }

        return end.Dials
            ? Set(heard with { Phase = Phase.Open, ToSupervisor = end.ToSupervisor.Add("opened") }, trace)
            : Set(heard with { Phase = Phase.Asked, ToSupervisor = end.ToSupervisor.Add("ask") }, trace);
    }

    private CrossingDials Obey(End end)
    {
        var (order, obeyed) = (end.FromSupervisor[0], end with { FromSupervisor = end.FromSupervisor.RemoveAt(0) });
        var trace = $"{Name(end)} is told {order}";
        if (end.Phase == Phase.Closed)
        {
            return Set(obeyed, trace);
        }

        if (order == "admit")
        {
            var admitted = end.Dials
                ? obeyed with { Phase = Phase.Greeted }
                : obeyed with { Phase = Phase.Open, ToSupervisor = end.ToSupervisor.Add("opened") };
            return Set(admitted, trace).Say(end, "hello");
        }

        return Set(obeyed with { Phase = Phase.Closed, ToSupervisor = end.ToSupervisor.Add("ended") }, trace).Say(end, "goodbye");
    }

    private CrossingDials Supervise(End end)
    {
        var state = Set(end with { ToSupervisor = end.ToSupervisor.RemoveAt(0) }, $"{Name(end)}'s supervisor: {end.ToSupervisor[0]}");
        var roster = Rosters[end.Node];
        var peer = Rosters[1 - end.Node].Self;
        switch (end.ToSupervisor[0])
        {
            case "ended":
                return state.With(end.Node, roster.Remove(peer, end.Number));
            case "opened":
                return state.With(end.Node, roster.Confirm(peer, end.Number, Numbers[end.Node]));
        }

        var direction = end.Dials ? Direction.Outbound : Direction.Inbound;
        if (roster.Admit(peer, end.Number, direction, null, Now, Policy) is not Admission.Admitted admitted)
        {
            return state.Tell(end.Node, end.Number, "refuse");
        }

        state = state.With(end.Node, admitted.Roster).Tell(end.Node, end.Number, "admit");
        return admitted.Supersedes is { } old ? state.Tell(end.Node, old, "close") : state;
    }

    private CrossingDials Say(End from, string message)
    {
        var to = Other(from);
        return Set(to with { FromWire = to.FromWire.Add(message) }, "");
    }

    private CrossingDials Tell(int node, long number, string order)
    {
        var end = Ends.Single(e => e.Node == node && e.Number == number);
        return Set(end with { FromSupervisor = end.FromSupervisor.Add(order) }, "");
    }

    private CrossingDials With(int node, Roster roster) => this with { Rosters = Rosters.SetItem(node, roster) };

    private End Other(End end) => Ends.Single(e => e.Connection == end.Connection && e.Node != end.Node);

    private CrossingDials Set(End end, string trace) => this with
    {
        Ends = [.. Ends.Select(e => e.Connection == end.Connection && e.Node == end.Node ? end : e)],
        Trace = trace.Length == 0 ? Trace : $"{Trace}{trace}\n",
    };

    private static string Name(End end) => $"node {end.Node}, connection {end.Connection},";
}
