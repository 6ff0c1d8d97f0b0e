using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Dialling;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.MeshProtocol;

namespace Meshara.Actors.Peers;

/// <summary>What people ask of the node, through <see cref="Mesh"/>.</summary>
/// <param name="children">Where a <see cref="PeerCensus"/> is started.</param>
internal sealed class FrontDesk(NodeState state, Dialler dialler, DateTimeOffset since, IActorRefFactory children)
{
    public void OnAdd(Add add, IActorRef sender)
    {
        if (state.Ranges.BanOf(add.Target.Address, state.Now) is { } ban)
        {
            sender.Tell(new Failed(Reason.Banned) { Detail = $"The address lies in the banned range {ban.Range}." });
            return;
        }

        var connection = dialler.DialFor(add.Target);
        state.Adds.Add(connection.Number, add.Target.Address, (kept, failure, wasConnected) =>
        {
            if (kept is null)
            {
                GiveUp(connection.Number, failure!.Value);
                sender.Tell(new Failed(failure.Value));
            }
            else
            {
                dialler.Follow(kept);
                AnswerAdded(sender, kept.Id, wasConnected);
            }
        });
    }

    public void OnRemove(Remove remove, IActorRef sender)
    {
        var until = state.Now + state.Settings.RemovedFor;
        state.Book.Remove(remove.Peer, until, (kept, failure) =>
        {
            if (kept is null)
            {
                sender.Tell(new Failed(failure!.Value));
                return;
            }

            state.Plan = state.Plan.DropPeer(remove.Peer);
            if (state.Roster[remove.Peer] is { } entry && state.Connections.TryGet(entry.Connection, out var connection))
            {
                connection.Actor.Tell(new PeerConnectionProtocol.Close(Reason.RemovedByOperator));
            }

            state.Announce.Tell(MeshEventKind.PeerRemoved, remove.Peer, Reason.RemovedByOperator);
            sender.Tell(new Removed());
        });
    }

    public void OnList(List list, IActorRef sender)
    {
        var open = state.Connections.Open.Select(c => c.Peer!.Value);
        var ids = list.Known ? open.Union(state.Book.All.Select(p => p.Id)) : open;
        Answer(sender, [.. ids.Order()], peers => new PeerList(peers));
    }

    public void OnShow(Show show, IActorRef sender)
    {
        if (state.Book[show.Peer] is { } known)
        {
            Answer(sender, [show.Peer], peers => PeerReports.Details(known, peers[0], state.Now));
        }
        else
        {
            sender.Tell(new Failed(Reason.UnknownPeer));
        }
    }

    /// <summary>The discovery itself answers: it alone knows for how long it believes what.</summary>
    public void OnDiscover(IActorRef sender) => state.Neighbours.List(sender);

    public void OnPing(Ping ping, IActorRef sender)
    {
        if (state.OpenConnectionOf(ping.Peer) is { } connection)
        {
            connection.Actor.Tell(PeerConnectionProtocol.PingNow.Instance, sender);
        }
        else
        {
            sender.Tell(new Failed(state.Book[ping.Peer] is null ? Reason.UnknownPeer : Reason.NotConnected));
        }
    }

    public void OnStatus(IActorRef sender) => sender.Tell(new MeshStatus(
        state.Node.Node,
        since,
        state.Connections.OpenCount,
        state.Book.Count,
        state.Connections.All.Count(c => c is { IsOpen: false, Direction: Direction.Outbound }),
        state.Connections.All.Count(c => c is { IsOpen: false, Direction: Direction.Inbound }),
        state.Announce.Rejections,
        state.Announce.Problems));

    /// <summary>Answers with the peers, each with the figures that only its connection knows.</summary>
    public void Answer(IActorRef sender, ImmutableArray<NodeId> ids, Func<ImmutableArray<PeerInfo>, object> answer)
    {
        var rows = ids.Select(id => (Known: state.Book[id], Connection: state.OpenConnectionOf(id))).ToImmutableArray();
        var (now, policy) = (state.Now, state.Settings.Reputation);
        var connections = rows.Select(r => r.Connection?.Actor).OfType<IActorRef>().ToImmutableArray();
        Action<IReadOnlyDictionary<long, PeerConnectionProtocol.Description>> report = figures => sender.Tell(answer(
            [.. rows.Select(r => PeerReports.Info(r.Known, r.Connection, FiguresOf(r.Connection, figures), now, policy))]));
        children.ActorOf(Props.Create(() => new PeerCensus(connections, report)).WithDispatcher(state.Settings.Dispatcher));
    }

    /// <summary>A connection that has just been opened has nothing to say of itself yet, and need not be asked.</summary>
    private void AnswerAdded(IActorRef sender, NodeId peer, bool wasConnected)
    {
        if (wasConnected || state.OpenConnectionOf(peer) is not { } connection)
        {
            Answer(sender, [peer], peers => new AddedPeer(peers[0], wasConnected));
            return;
        }

        var figures = new PeerConnectionProtocol.Description(connection.Number, 0, 0, connection.OpenedAt, connection.RoundTripTime);
        sender.Tell(new AddedPeer(PeerReports.Info(state.Book[peer], connection, figures, state.Now, state.Settings.Reputation), wasConnected));
    }

    /// <summary>
    /// An addition that could not be kept changes nothing: who was let in past the limits and bans on a person's word alone has to go.
    /// </summary>
    private void GiveUp(long number, Reason failure)
    {
        if (state.Connections.TryGet(number, out var connection) && connection.Peer is { } peer && state.Book[peer] is not { Manual: true })
        {
            connection.Actor.Tell(new PeerConnectionProtocol.Close(failure));
        }
    }

    private static PeerConnectionProtocol.Description? FiguresOf(
        LiveConnection? connection, IReadOnlyDictionary<long, PeerConnectionProtocol.Description> figures) =>
        connection is null ? null : figures.GetValueOrDefault(connection.Number);
}
