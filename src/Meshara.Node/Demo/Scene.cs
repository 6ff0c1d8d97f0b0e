using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Node.Demo;

/// <summary>How one of the demo is.</summary>
internal enum DemoState
{
    Up,
    Killed,

    /// <summary>No node of ours: it only speaks like one.</summary>
    Hostile,
}

/// <summary>One of the demo, by the letter that people see.</summary>
internal sealed record DemoNode(string Name, NodeId Id, PeerAddress? Address, DemoState State = DemoState.Up);

/// <summary>An event, and the node that told of it.</summary>
internal sealed record Told(NodeId By, MeshEvent Event);

/// <summary>What the nodes have told so far, immutable: what is shown, and what decides whether something has happened.</summary>
internal sealed record Scene
{
    /// <summary>Events that are remembered: more than any screen shows.</summary>
    private const int MaxEvents = 100;

    public ImmutableArray<DemoNode> Nodes { get; private init; } = [];

    /// <summary>The latest events, oldest first.</summary>
    public ImmutableArray<Told> Events { get; private init; } = [];

    /// <summary>What each node says of those it knows.</summary>
    private ImmutableDictionary<NodeId, ImmutableArray<PeerInfo>> Views { get; init; } = ImmutableDictionary<NodeId, ImmutableArray<PeerInfo>>.Empty;

    /// <summary>What has happened between two at some time. Of two connections to one peer to lose one is no news of the peer.</summary>
    private ImmutableHashSet<Fact> Facts { get; init; } = [];

    public IEnumerable<DemoNode> Up => Nodes.Where(n => n.State == DemoState.Up);

    public DemoNode? Named(string name) => Nodes.FirstOrDefault(n => n.Name == name);

    /// <summary>A letter for those of the demo, the start of the id for whoever else there is.</summary>
    public string NameOf(NodeId id) => Nodes.FirstOrDefault(n => n.Id == id)?.Name ?? id.ToShortString();

    public Scene Enter(DemoNode node) => this with { Nodes = Nodes.Add(node) };

    /// <summary>It is dead: what it said last counts no more.</summary>
    public Scene Kill(string name) => Named(name) is { } node
        ? this with { Nodes = Nodes.Replace(node, node with { State = DemoState.Killed }), Views = Views.Remove(node.Id) }
        : this;

    public Scene See(NodeId node, ImmutableArray<PeerInfo> peers) => this with { Views = Views.SetItem(node, peers) };

    public Scene Hear(Told told)
    {
        var kept = Events.Length < MaxEvents ? Events : Events.RemoveAt(0);
        return this with
        {
            Events = kept.Add(told),
            Facts = told.Event is { PeerId: { } peer, Reason: not Reason.Duplicate } ? Facts.Add(new Fact(told.By, told.Event.Kind, peer, told.Event.Reason)) : Facts,
        };
    }

    /// <summary>What a node says of each that it is connected with.</summary>
    public IEnumerable<PeerInfo> PeersOf(DemoNode node) => Views.GetValueOrDefault(node.Id, []).Where(p => p.Connected);

    /// <summary>The nodes of ours that a node is connected with.</summary>
    public int Degree(DemoNode node)
    {
        var ours = Up.Select(n => n.Id).ToHashSet();
        return PeersOf(node).Count(p => ours.Contains(p.PeerId));
    }

    /// <summary>What the nodes that are up say of another.</summary>
    public IEnumerable<PeerInfo> OpinionsOf(NodeId peer) =>
        Up.SelectMany(n => Views.GetValueOrDefault(n.Id, [])).Where(p => p.PeerId == peer);

    /// <summary>The nodes that are connected with another.</summary>
    public int ConnectedWith(NodeId peer) => OpinionsOf(peer).Count(p => p.Connected);

    /// <summary>The nodes that are up and to which that has happened with another.</summary>
    public int Count(MeshEventKind kind, NodeId peer, Reason? reason = null) => Up.Count(n =>
        Facts.Any(f => f.By == n.Id && f.Kind == kind && f.Peer == peer && (reason is null || f.Reason == reason)));

    /// <summary>The reasons that the nodes gave for it.</summary>
    public string Reasons(MeshEventKind kind, NodeId peer) => string.Join(", ",
        Facts.Where(f => f.Kind == kind && f.Peer == peer && f.Reason is not null).Select(f => f.Reason!.Value.Name()).Distinct().Order(StringComparer.Ordinal));

    private sealed record Fact(NodeId By, MeshEventKind Kind, NodeId Peer, Reason? Reason);
}
