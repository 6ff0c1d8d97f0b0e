using System.Net;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Dialling;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Bans.BanProtocol;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers.Bans;

/// <summary>The bans that people lay on peers and on ranges of addresses, and lift, and how bans end.</summary>
/// <param name="listener">Refuses sockets from banned ranges before any TLS work.</param>
internal sealed class BanDesk(NodeState state, Dialler dialler, IActorRef listener)
{
    private DateTimeOffset _checked = DateTimeOffset.MaxValue;

    /// <summary>The store has read what is known and what is banned.</summary>
    public void Recover(PeerStoreProtocol.Recovered recovered)
    {
        _checked = _checked == DateTimeOffset.MaxValue ? state.Now : _checked;
        state.Recover(recovered.Peers);
        SetRanges(recovered.Ranges);
    }

    public void OnKept(PeerStoreProtocol.RangesKept kept)
    {
        SetRanges(kept.Ranges);
        state.Book.Answered(kept.Request, null, null);
    }

    public void On(IRequest request, IActorRef sender)
    {
        switch (request)
        {
            case BanProtocol.Ban ban:
                OnBan(ban, sender);
                break;
            case BanRange ban:
                OnBan(ban, sender);
                break;
            case Unban lift:
                OnUnban(lift.Peer, sender);
                break;
            case UnbanRange lift:
                OnUnban(lift.Range, sender);
                break;
            case List:
                sender.Tell(new BanList(BanReports.All(state.Book.All, state.Ranges, state.Now)));
                break;
        }
    }

    /// <summary>
    /// Whether a socket comes from a banned range all the same: it was accepted before the listener heard of the ban, or while the store was read.
    /// </summary>
    public bool TurnsAway(Listener.Inbound inbound)
    {
        if (state.Ranges.BanOf(inbound.Socket.Remote.Address, state.Now) is null)
        {
            return false;
        }

        state.Announce.Rejected(PeerAddress.Of(inbound.Socket.Remote), null, Reason.Banned, null);
        inbound.Socket.Dispose();
        listener.Tell(new Listener.HandshakeOver(inbound.Source, inbound.Handshake));
        return true;
    }

    /// <summary>Where a name leads is known only when it is dialled: the dial is told what is banned.</summary>
    public ConnectionOrigin Guard(ConnectionOrigin origin)
    {
        var (ranges, now) = (state.Ranges, state.Now);
        return origin is ConnectionOrigin.Dial { Address: PeerAddress.Dns } dial
            ? dial with { IsBanned = address => ranges.BanOf(address, now) is not null }
            : origin;
    }

    /// <summary>Bans that have ended since the last minute are told, and who may be dialled again is.</summary>
    public void OnMinute()
    {
        var (since, now) = (_checked, state.Now);
        _checked = now;
        foreach (var peer in state.Book.All.Where(p => p.Ban is { } ban && ban.Until > since && ban.Until <= now).ToList())
        {
            state.Announce.Tell(new MeshEvent(MeshEventKind.PeerUnbanned, now) { PeerId = peer.Id, Detail = "the ban has ended" });
            dialler.Follow(peer);
        }

        var ended = state.Ranges.All.Where(b => b.Until > since && b.Until <= now).ToList();
        foreach (var ban in ended)
        {
            state.Announce.Tell(new MeshEvent(MeshEventKind.PeerUnbanned, now) { Range = ban.Range, Detail = "the ban has ended" });
        }

        if (ended.Count > 0)
        {
            dialler.FollowEverybody();
        }

        state.CountBans();
    }

    private void OnBan(BanProtocol.Ban ban, IActorRef sender)
    {
        var before = state.Book[ban.Peer]?.Ban;
        state.Book.Ban(ban.Peer, state.Now + ban.Length, ban.Note, (kept, failure) =>
        {
            if (kept is not { Ban: { } held })
            {
                sender.Tell(new MeshProtocol.Failed(failure ?? Reason.StoreUnavailable));
                return;
            }

            dialler.Follow(kept);
            state.CountBans();
            CloseAll(c => c.Sought == ban.Peer);
            if (held != before)
            {
                state.Announce.Tell(new MeshEvent(MeshEventKind.PeerBanned, state.Now)
                {
                    PeerId = ban.Peer, Reason = Reason.Banned, Score = kept.Reputation.ScoreAt(state.Now, state.Settings.Reputation),
                    Detail = BanReports.Detail(held.Until, held.Note),
                });
            }

            sender.Tell(BanReports.Of(kept));
        });
    }

    private void OnBan(BanRange ban, IActorRef sender)
    {
        var before = state.Ranges[ban.Range];
        var until = state.Now + (ban.Length ?? state.Settings.Reputation.BanFor);
        state.Book.BanRange(ban.Range, until, ban.Note, failure =>
        {
            if (failure is { } reason)
            {
                sender.Tell(new MeshProtocol.Failed(reason));
                return;
            }

            var held = state.Ranges[ban.Range]!;
            dialler.FollowEverybody();
            CloseAll(c => state.Ranges.BanOf(c.FarEnd, state.Now) is not null);
            if (held != before)
            {
                state.Announce.Tell(new MeshEvent(MeshEventKind.PeerBanned, state.Now)
                {
                    Range = ban.Range, Reason = Reason.Banned, Detail = BanReports.Detail(held.Until, held.Note),
                });
            }

            sender.Tell(BanReports.Of(held));
        });
    }

    private void OnUnban(NodeId peer, IActorRef sender)
    {
        var wasBanned = state.Book[peer]?.IsBanned(state.Now) == true;
        state.Book.Unban(peer, (kept, failure) =>
        {
            if (kept is null)
            {
                sender.Tell(new MeshProtocol.Failed(failure!.Value));
                return;
            }

            if (wasBanned)
            {
                state.Announce.Tell(new MeshEvent(MeshEventKind.PeerUnbanned, state.Now) { PeerId = peer, Detail = "a person lifted the ban" });
            }

            state.Plan = state.Plan.Unbar(state.Now);
            state.CountBans();
            dialler.Follow(kept);
            sender.Tell(new Lifted(wasBanned));
        });
    }

    private void OnUnban(IPNetwork range, IActorRef sender)
    {
        if (state.Ranges[range]?.Holds(state.Now) != true)
        {
            // To say that it is lifted now would be wrong where a wider range goes on to be banned.
            sender.Tell(state.Ranges.BanOf(range.BaseAddress, state.Now) is { } wider && wider.Range.PrefixLength < range.PrefixLength
                ? new MeshProtocol.Failed(Reason.Banned) { Detail = $"{range} is no ban of its own; it lies in the banned range {wider.Range}, which can be lifted." }
                : new Lifted(WasBanned: false));
            return;
        }

        state.Book.UnbanRange(range, failure =>
        {
            if (failure is { } reason)
            {
                sender.Tell(new MeshProtocol.Failed(reason));
                return;
            }

            state.Announce.Tell(new MeshEvent(MeshEventKind.PeerUnbanned, state.Now) { Range = range, Detail = "a person lifted the ban" });
            dialler.FollowEverybody();
            sender.Tell(new Lifted(WasBanned: true));
        });
    }

    private void SetRanges(RangeBans ranges)
    {
        state.Ranges = ranges;
        state.CountBans();
        listener.Tell(new Listener.Banned(ranges));
    }

    private void CloseAll(Func<LiveConnection, bool> which)
    {
        foreach (var connection in state.Connections.All.Where(which).ToList())
        {
            connection.Actor.Tell(new Close(Reason.Banned));
        }
    }
}
