using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Peers.Reachability;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>
/// What the supervisor owns. Its <see cref="Dialler"/>, <see cref="Admissions"/> and <see cref="FrontDesk"/> work on it, on the
/// supervisor's own thread; nobody else sees it.
/// </summary>
internal sealed class NodeState(
    NodeContext node, PeerBook book, Neighbours neighbours, WayIn wayIn, Announcer announce, Func<bool> hasNetwork)
{
    private int _room;
    private RoomBasis? _roomBasis;

    public NodeContext Node { get; set; } = node;

    /// <summary>From now on it is these settings that hold.</summary>
    public void Adopt(MesharaSettings settings)
    {
        Node = Node with { Settings = settings };
        Roster = Roster with { MaxPeers = settings.Discovery.MaxPeers };
        Plan = Plan with { Backoff = settings.Backoff };
        OwnFault.Adopt(settings.Heartbeat);
    }

    /// <summary>What nobody else knows, the same from start to start: it keeps choices that others could exploit from being foretold.</summary>
    public byte[] Secret { get; } = node.Identity.DeriveSecret("address-book");

    public MesharaSettings Settings => Node.Settings;

    public DateTimeOffset Now => Node.Clock.Now;

    public Random Random { get; } = new(node.Seed);

    public PeerBook Book { get; } = book;

    /// <summary>Which of the known peers have a place among the candidates.</summary>
    public AddressBook Addresses { get; private set; } = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>Those who asked this node to stay away for a while.</summary>
    public Pauses Pauses => field ??= new Pauses(() => Settings);

    /// <summary>Whether it is this node that is off the net.</summary>
    public OwnFault OwnFault => field ??= new OwnFault(this, hasNetwork);

    public Neighbours Neighbours { get; } = neighbours;

    public WayIn WayIn { get; } = wayIn;

    public Announcer Announce { get; } = announce;

    public Connections Connections { get; } = new(node.Figures.Peers);

    public LastEnds Ends { get; } = new();

    /// <summary>Who dials this node only to see whether it is there, because it was asked to.</summary>
    public AwaitedKnocks Knocks => field ??= new AwaitedKnocks(this);

    /// <summary>The ranges of addresses that are banned.</summary>
    public RangeBans Ranges { get; set; } = RangeBans.None;

    /// <summary>Whom to dial of those that nobody asked for.</summary>
    public Candidates Candidates => new(Settings.Reputation, Settings.Backoff) { Ranges = Ranges, BackSince = OwnFault.BackSince };

    public AddRequests Adds { get; } = new();

    public Roster Roster { get; set; } = new(node.Node.Id, node.Settings.Discovery.MaxPeers);

    public DialPlan Plan { get; set; } = new(node.Settings.Backoff);

    /// <summary>
    /// How many more peers the node strives for. Those that a person asked for do not count, those on their way do.
    /// </summary>
    public int Room
    {
        get
        {
            // It is asked for many times before anything that it follows from has changed.
            var basis = new RoomBasis(Connections.Version, Book.ManualVersion, Roster, Settings.Discovery.TargetPeers);
            if (_roomBasis != basis)
            {
                (_room, _roomBasis) = (CountRoom(basis.Target), basis);
            }

            return _room;
        }
    }

    /// <summary>The store has read what it holds.</summary>
    public void Recover(HashTrie<NodeId, KnownPeer> peers)
    {
        Book.Fill(peers);
        Addresses = new AddressBook(Secret);
        foreach (var peer in peers.Values.OrderByDescending(p => p.LastSeen ?? DateTimeOffset.MinValue).ThenBy(p => p.Id))
        {
            if (peer.Addresses.FirstOrDefault(a => a.Proven) is { } proven)
            {
                Addresses.Prove(peer.Id, proven.Address);
            }
            else if (peer.ToldBy is { } teller && peer.Best is { } best)
            {
                Addresses.Hear(new BookEntry(peer.Id, best.Address, AddressBook.SourceOf(teller, Book[teller]?.Best?.Address)), _ => false);
            }
        }
    }

    /// <summary>Counts the bans that hold.</summary>
    public void CountBans()
    {
        Node.Figures.BannedPeers = Book.All.Count(p => p.IsBanned(Now));
        Node.Figures.BannedRanges = Ranges.All.Count(b => b.Holds(Now));
    }

    public void Forget(NodeId peer)
    {
        Book.Forget(peer);
        Addresses.Remove(peer);
    }

    private int CountRoom(int target)
    {
        // Most nodes have no manual peers, and need not look at each connection for them.
        var dialled = Book.ManualCount == 0 ? Connections.UnclaimedDialled : Connections.CountDialled(IsCounted);
        var inbound = Book.ManualCount == 0 ? Connections.UnclaimedInbound : Connections.CountInbound(IsCounted, target - dialled);
        return Roster.Room(target, dialled + inbound, dialled);
    }

    private bool IsCounted(LiveConnection c) =>
        c is { Superseded: false, Claim: Claim.None } && !(c.Peer is { } peer && Book[peer] is { Manual: true });

    /// <summary>An event about a connection.</summary>
    public MeshEvent About(MeshEventKind kind, LiveConnection connection) => new(kind, Now)
    {
        PeerId = connection.Peer,
        Address = connection.Remote ?? connection.Dialled,
        Direction = connection.Direction,
        Source = connection.Source,
    };

    /// <summary>The peer's open connection; null if there is none.</summary>
    public LiveConnection? OpenConnectionOf(NodeId peer) =>
        Roster[peer] is { } entry && Connections.TryGet(entry.Connection, out var connection) && connection.IsOpen ? connection : null;

    /// <summary>What the room follows from.</summary>
    private readonly record struct RoomBasis(long Connections, long Manual, Roster Roster, int Target);
}
