using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Bans;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.InquiryProtocol;
using static Meshara.Actors.Peers.MeshProtocol;

namespace Meshara.Actors.Peers;

/// <summary>What is known of peers, and why they are connected or not: gathers what bears on it, and asks <see cref="Why"/>.</summary>
internal sealed class InquiryDesk(NodeState state, FrontDesk desk)
{
    public void On(IInquiry inquiry, IActorRef sender)
    {
        switch (inquiry)
        {
            case Known { Only: { } only }:
                desk.Answer(sender, state.Book[only] is null ? [] : [only], Details);
                break;
            case Dials:
                sender.Tell(new DialList(
                    [.. state.Connections.Dialled.Where(c => !c.IsOpen && !c.IsFeeler).Select(c => new DialUnderWay(c.Number, c.Sought, c.Dialled!, c.Source))]));
                break;
            case Known:
                desk.Answer(sender, [.. state.Book.All.Select(p => p.Id).Order()], Details);
                break;
            case History history:
                sender.Tell(state.Book[history.Peer] is { } known
                    ? new Trail(BanReports.Trail(known.History))
                    : new Failed(Reason.UnknownPeer));
                break;
            case WhyPeer why:
                sender.Tell(Facts(why.Peer, null) is { } facts ? Why.Of(facts) : new Failed(Reason.UnknownPeer));
                break;
            case WhyAddress why:
                sender.Tell(Why.Of(Facts(why.Address)));
                break;
        }
    }

    private KnownList Details(ImmutableArray<PeerInfo> peers) => new(
        [.. peers.Where(p => state.Book[p.PeerId] is not null).Select(p => WithNextTry(PeerReports.Details(state.Book[p.PeerId]!, p, state.Now)))]);

    /// <summary>Of a peer that is wanted the address has a next try whose turn it is, of one that may be dialled each.</summary>
    private PeerDetails WithNextTry(PeerDetails details)
    {
        var goal = state.Plan.GoalOf(details.Peer.PeerId);
        var dues = goal is null ? DuesOf(state.Book[details.Peer.PeerId]) : new Dictionary<PeerAddress, DateTimeOffset> { [goal.Next] = goal.Due };
        details = details with { Tried = TableOf(details.Peer.PeerId) };
        return details.Peer.Connected ? details : details with
        {
            Addresses = [.. details.Addresses.Select(a => dues.TryGetValue(a.Address, out var due) ? a with { NextTry = due } : a)],
        };
    }

    private bool? TableOf(NodeId peer) => state.Addresses.IsTried(peer) ? true : state.Addresses.IsNew(peer) ? false : null;

    /// <summary>When each address of a peer that nobody asked for may be dialled; none if the peer may not.</summary>
    private IReadOnlyDictionary<PeerAddress, DateTimeOffset> DuesOf(KnownPeer? peer) =>
        peer is not { Manual: false } || !state.Settings.Discovery.Bootstraps() || !state.Candidates.IsWelcome(peer, state.Now)
            ? ImmutableDictionary<PeerAddress, DateTimeOffset>.Empty
            : peer.Addresses.Where(a => state.Ranges.BanOf(a.Address, state.Now) is null)
                .ToDictionary(a => a.Address, a => state.Candidates.NextTry(a) ?? state.Now);

    private WhyFacts Facts(PeerAddress address)
    {
        var peer = state.Book.PinnedAt(address)?.Id
            ?? state.Connections.All.FirstOrDefault(c => c.Peer is not null && (c.Remote == address || c.Dialled == address))?.Peer
            ?? state.Neighbours.All.FirstOrDefault(n => n.Addresses.Contains(address))?.Id
            ?? state.Book.All.FirstOrDefault(p => p.Addresses.Any(a => a.Address == address))?.Id;
        return (peer is { } id ? Facts(id, address) : null) ?? Common() with
        {
            Address = address,
            IsSelf = state.Node.Node.Listen.Contains(address),
            Dialling = state.Connections.All.Any(c => !c.IsOpen && c.Dialled == address),
            Range = state.Ranges.BanOf(address, state.Now),
            Goal = state.Plan.Goals.GetValueOrDefault(address),
            Last = state.Ends[address],
        };
    }

    /// <summary>Null if nothing was ever heard of the peer.</summary>
    private WhyFacts? Facts(NodeId peer, PeerAddress? address)
    {
        var (known, goal) = (state.Book[peer], state.Plan.GoalOf(peer));
        var underWay = state.Connections.All.Where(c => !c.IsOpen && c.Sought == peer).ToList();
        var open = state.OpenConnectionOf(peer);
        var onLan = state.Neighbours[peer] is not null;
        var isSelf = peer == state.Node.Node.Id;
        if (!isSelf && !onLan && known is null && goal is null && open is null && underWay.Count == 0 && state.Ends[peer] is null)
        {
            return null;
        }

        return Common() with
        {
            Peer = peer,
            Address = address,
            IsSelf = isSelf,
            ConnectedSince = open?.OpenedAt,
            Direction = open?.Direction ?? default,
            Dialling = underWay.Any(c => c.Direction == Direction.Outbound),
            Knocking = underWay.Any(c => c.Direction == Direction.Inbound),
            Known = known,
            Range = RangeOf(peer, known),
            Goal = goal,
            CandidateDue = DuesOf(known).Values.Cast<DateTimeOffset?>().Min(),
            PausedUntil = state.Pauses.UntilOf(peer),
            OnLan = onLan,
            Crowd = CrowdOf(known),
            Last = state.Ends[peer],
        };
    }

    private WhyFacts Common() => new()
    {
        Now = state.Now,
        Policy = state.Settings.Reputation,
        AwaySince = state.OwnFault.AwaySince,
        LooksAtLan = state.Settings.Discovery.EnabledMethods.Contains(DiscoveryMethod.LocalMdns),
        Room = state.Room,
        TargetPeers = state.Settings.Discovery.TargetPeers,
        IsFull = state.Roster.Entries.Values.Count(e => !e.Protected) >= state.Roster.MaxPeers,
        MaxPeers = state.Roster.MaxPeers,
    };

    /// <summary>The ban that ends first of those that keep all addresses of the peer out; null if one can be dialled.</summary>
    private RangeBan? RangeOf(NodeId peer, KnownPeer? known)
    {
        var bans = state.Neighbours.AddressesOf(peer).Concat(known?.Addresses.Select(a => a.Address) ?? [])
            .Select(a => state.Ranges.BanOf(a, state.Now)).ToList();
        return bans.Count == 0 || bans.Any(b => b is null) ? null : bans.MinBy(b => b!.Until);
    }

    /// <summary>The network that is full wherever the peer can be dialled; null if it could be let in somewhere.</summary>
    private NetworkGroup? CrowdOf(KnownPeer? known)
    {
        var outbound = state.Connections.GroupsDialled.ToList();
        var crowds = known?.Addresses.Select(a => state.Roster.CrowdAt(a.Address) ?? Candidates.CrowdAt(a.Address, outbound)).ToList() ?? [];
        return crowds.Any(c => c is null) ? null : crowds.FirstOrDefault();
    }
}
