using Akka.Actor;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>The life of the connections as the supervisor sees it: asked for, open, ended.</summary>
/// <param name="handshakeOver">Told when a connection no longer counts as an inbound handshake.</param>
internal sealed class Admissions(
    NodeState state, Acquaintances acquaintances, Dialler dialler, Verdicts verdicts, Exchange exchange, Action<Listener.Inbound> handshakeOver)
{
    public void OnAskAdmission(AskAdmission ask)
    {
        if (!state.Connections.TryGet(ask.Connection, out var connection))
        {
            return;
        }

        var peer = NodeId.Of(ask.Key);
        connection = state.Connections.Update(connection with { Key = ask.Key, Peer = peer, Remote = ask.Remote, Outbox = ask.Outbox });
        switch (Doorkeeper.Judge(connection, peer, state))
        {
            case Admission.Admitted admitted:
                state.Roster = admitted.Roster;
                if (connection.Outbox is { } outbox)
                {
                    state.Node.Outboxes.Set(peer, outbox);
                }

                connection.Actor.Tell(Admit.Instance);
                if (admitted.Supersedes is { } old)
                {
                    Supersede(old);
                }

                break;
            case Admission.Refused refused:
                connection.Actor.Tell(new Refuse(refused.Reason));
                break;
        }
    }

    public void OnOpened(Opened opened)
    {
        if (!state.Connections.TryGet(opened.Connection, out var connection) || connection.Superseded)
        {
            return;
        }

        var peer = connection.Peer!.Value;
        var source = connection.Source == PeerSource.Inbound && state.Neighbours[peer] is not null ? PeerSource.Mdns : connection.Source;
        connection = state.Connections.Update(connection with
        {
            Introduction = opened.Introduction, OpenedAt = state.Now, Source = source,
            ClockOffset = opened.Introduction.Record is { } record ? Health.OffsetBy(record.Sequence, state.Now) : null,
        });
        HandshakeIsOver(connection);
        Attempts.Opened(state, connection);
        state.Roster = state.Roster.Confirm(peer, connection.Number, state.Connections.Latest);
        state.Plan = state.Plan.Held(peer, connection.Number);
        BootstrapDialEnded(connection, null);
        state.OwnFault.OnOpened();
        if (state.Book[peer] is null && state.Neighbours[peer] is null)
        {
            state.Announce.Tell(state.About(MeshEventKind.PeerDiscovered, connection));
        }

        state.Announce.Tell(state.About(MeshEventKind.PeerConnected, connection));
        acquaintances.Remember(connection, state.Adds.Take(connection.Number, peer));
        exchange.OnOpened(connection);
        state.WayIn.Connected(state.Connections.OpenCount);
    }

    /// <summary>What is known of a peer has changed: it may be wanted now, or no longer, or no longer be good enough.</summary>
    public void OnChanged(KnownPeer peer)
    {
        state.Book.Update(peer);
        verdicts.OnChanged(peer);
        dialler.Follow(peer);
        var isLow = peer.Reputation.StandingAt(state.Now, state.Settings.Reputation) != Standing.Good;
        if (((isLow && state.Roster[peer.Id] is not { Protected: true }) || peer.IsBanned(state.Now)) && state.OpenConnectionOf(peer.Id) is { } open)
        {
            open.Actor.Tell(new Close(peer.IsBanned(state.Now) ? Reason.Banned : Reason.LowReputation));
        }
    }

    public void OnActivity(Activity activity)
    {
        if (state.Connections.TryGet(activity.Connection, out var connection) && connection is { IsOpen: true, Peer: { } peer })
        {
            state.Connections.Update(connection with { RoundTripTime = activity.RoundTripTime });
            state.Node.Figures.Moved(activity.Sent, activity.Received, activity.SentMessages, activity.Delivered);
            state.Book.Note(new PeerStoreProtocol.Traffic(peer, activity.Sent, activity.Received, activity.LastSeen));
            if (activity.Delivered > 0)
            {
                state.Book.Note(new PeerStoreProtocol.Judge(peer, ReputationCause.MessageDelivered, activity.Delivered));
            }
        }
    }

    public void OnEnded(Ended ended)
    {
        if (!state.Connections.TryRemove(ended.Connection, out var connection))
        {
            return;
        }

        var isAwaitedKnock = state.Knocks.Explain(connection, ended);
        if (!connection.IsOpen)
        {
            HandshakeIsOver(connection);
            Attempts.Failed(state, connection, ended.Reason, isAwaitedKnock);
        }

        state.Ends.Note(connection, ended, state.Now);
        if (connection.Peer is { } peer)
        {
            state.Roster = state.Roster.Remove(peer, ended.Connection);
            if (connection.Outbox is { } outbox)
            {
                state.Node.Outboxes.Remove(peer, outbox);
            }

            verdicts.Judge(connection, peer, ended);
            state.Pauses.OnEnded(peer, ended, state.Now);
        }

        if (connection.IsOpen)
        {
            OnConnectionLost(connection, ended);
        }
        else if (connection is { IsFeeler: true, Key: not null })
        {
            acquaintances.Remember(connection, []);
        }
        else if (connection.Direction == Direction.Outbound)
        {
            OnDialFailed(connection, ended);
        }
        else if (ended.Reason is not (Reason.Duplicate or Reason.SelfConnection) && !isAwaitedKnock)
        {
            var remote = connection.Remote ?? PeerAddress.Of(connection.Handshake!.Socket.Remote);
            state.Announce.Rejected(remote, connection.Peer, ended.Reason, ended.Detail);
        }

        acquaintances.Answer(connection, ended);
        if (connection.IsOpen)
        {
            exchange.OnLost();
        }

        state.WayIn.Connected(state.Connections.OpenCount);
        dialler.DialWhatIsDue();
    }

    private void Supersede(long old)
    {
        if (state.Connections.TryGet(old, out var connection))
        {
            state.Connections.Update(connection with { Superseded = true });
            connection.Actor.Tell(new Close(Reason.Duplicate));
            if (connection.IsOpen)
            {
                state.Announce.Tell(state.About(MeshEventKind.PeerDisconnected, connection) with { Reason = Reason.Duplicate });
            }
        }
    }

    private void OnConnectionLost(LiveConnection connection, Ended ended)
    {
        if (!connection.Superseded)
        {
            var peer = connection.Peer!.Value;
            state.Plan = state.Plan.Lost(peer, state.Now, state.Random.NextDouble(), dialler.PauseAfter(ended, peer));
            state.Announce.Tell(state.About(MeshEventKind.PeerDisconnected, connection) with
            {
                Reason = ended.Reason,
                Score = state.Book[peer]?.Reputation.ScoreAt(state.Now, state.Settings.Reputation),
            });
        }
    }

    private void OnDialFailed(LiveConnection connection, Ended ended)
    {
        if (ended.Reason == Reason.Duplicate && connection.Peer is { } twin && state.Roster[twin] is { Confirmed: true })
        {
            state.Plan = state.Plan.Held(twin, connection.Number);
            BootstrapDialEnded(connection, null);

            // The peer was there before, by its own dial perhaps: what this dial has shown of its address, and its claim, still count.
            acquaintances.Remember(connection with { Claim = connection.Claim == Claim.Person ? Claim.None : connection.Claim }, []);
            return;
        }

        var address = connection.Dialled!;
        var peer = connection.Peer ?? connection.Expected;
        dialler.Failed(connection, ended, peer);
        BootstrapDialEnded(connection, ended.Reason);
        if (ended.Reason == Reason.SelfConnection)
        {
            state.Plan = state.Plan.Drop(address);
        }

        if (ended.Reason == Reason.Duplicate)
        {
            return;
        }

        var about = state.About(MeshEventKind.DialFailed, connection) with { PeerId = peer, Reason = ended.Reason, Detail = ended.Detail };
        if (ended.Reason == Reason.KeyMismatch)
        {
            state.Announce.Tell(about with { Kind = MeshEventKind.KeyMismatch });
        }

        state.Announce.Tell(about);
        if (peer is { } sought)
        {
            state.Neighbours.Doubt(sought);
        }

        if (peer is { } tried && state.Book[tried] is not null && !state.OwnFault.Explains(ended.Reason))
        {
            state.Book.Note(new PeerStoreProtocol.DialEnded(tried, address, ended.Reason));
            state.Addresses.Tested(tried, answered: false);
        }
    }

    /// <summary>
    /// The bootstrap itself says when to dial again; so its goal is done, whoever wanted the dial that has shown whether the node is there. Left
    /// in the plan, it would have a full node dialled again a moment after each eviction, for ever.
    /// </summary>
    private void BootstrapDialEnded(LiveConnection connection, Reason? failure)
    {
        if (connection.Dialled is { } address && state.WayIn.Ended(address, failure)
            && state.Plan.Goals.GetValueOrDefault(address) is { Source: PeerSource.Bootstrap })
        {
            state.Plan = state.Plan.Drop(address);
        }
    }

    private void HandshakeIsOver(LiveConnection connection)
    {
        if (connection.Handshake is { } inbound)
        {
            handshakeOver(inbound);
        }
    }
}
