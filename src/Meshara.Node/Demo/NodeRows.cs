using System.Collections.Immutable;
using System.Globalization;
using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Node.Output;

namespace Meshara.Node.Demo;

/// <summary>What the demo shows of a scene, as text: a row a node, and a line an event.</summary>
internal static class NodeRows
{
    public static readonly ImmutableArray<string> Columns = ["NODE", "ID", "PORT", "PEERS", "FOUND BY", "RTT", "SCORE", "STATE"];

    /// <summary>Peers, and how they were found, as the node itself says; round-trip time, score and state as the others say of it.</summary>
    public static IEnumerable<ImmutableArray<string>> Of(Scene scene) => scene.Nodes.Select(node =>
    {
        var peers = scene.PeersOf(node).ToList();
        var opinions = scene.OpinionsOf(node.Id).ToList();
        return ImmutableArray.Create(
            node.Name,
            node.Id.ToShortString(),
            OrDash($"{node.Address?.Port}"),
            OrDash(Names(peers.Select(p => scene.NameOf(p.PeerId)))),
            OrDash(string.Join(' ', peers.GroupBy(p => p.Source).OrderBy(g => g.Key).Select(g => $"{g.Key}:{g.Count()}".ToLowerInvariant()))),
            RoundTrip(opinions),
            opinions.Count == 0 ? "-" : Number(opinions.Min(p => p.Reputation)),
            State(scene, node));
    });

    /// <summary>With letters for ids, which say nothing to whoever looks on.</summary>
    public static string Of(Scene scene, Told told)
    {
        var (e, name) = (told.Event, scene.NameOf(told.By));
        string?[] words = [name, e.Kind.Name(), e.PeerId is { } peer && peer != told.By ? scene.NameOf(peer) : null, e.Reason?.Name()];
        var source = e.Kind is MeshEventKind.PeerConnected or MeshEventKind.PeerDiscovered ? $"{e.Source}".ToLowerInvariant() : "";
        return Text.Clean(string.Join(' ', words.Append(source).Where(w => !string.IsNullOrEmpty(w))));
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00 s", CultureInfo.InvariantCulture);

    /// <summary>The letters of twenty nodes have to fit into a column.</summary>
    private static string Names(IEnumerable<string> names)
    {
        var byLength = names.Order(StringComparer.Ordinal).ToLookup(n => n.Length == 1);
        return string.Join(' ', byLength[false].Prepend(string.Concat(byLength[true]))).TrimStart();
    }

    private static string State(Scene scene, DemoNode node)
    {
        var bans = scene.Count(MeshEventKind.PeerBanned, node.Id);
        return bans > 0 ? $"banned by {bans}" : $"{node.State}".ToLowerInvariant();
    }

    private static string RoundTrip(List<PeerInfo> opinions)
    {
        var times = opinions.Where(p => p.Connected).Select(p => p.RoundTripTime).OfType<TimeSpan>().ToList();
        return times.Count == 0 ? "-" : $"{Number(times.Average(t => t.TotalMilliseconds))} ms";
    }

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static string OrDash(string text) => text.Length == 0 ? "-" : text;
}
