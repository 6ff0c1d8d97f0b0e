using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Peers;

/// <summary>Peers tell of peers: whom this node asks, what it makes of the answers, and what it answers itself.</summary>
internal sealed class Exchange(NodeState state, Verdicts verdicts)
{
    private static readonly TimeSpan RenewAfter = TimeSpan.FromDays(1);

    /// <summary>How often others answer is theirs to say; who asks once a minute is within what all do by default.</summary>
    private static readonly TimeSpan OnePeerAgain = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstQuestion = TimeSpan.FromSeconds(1);

    private DateTimeOffset _asked;

    /// <summary>A new peer: its own record is kept, and soon it is asked whom it knows, if this node needs more then.</summary>
    public void OnOpened(LiveConnection connection)
    {
        if (connection.Introduction!.Record is { } record)
        {
            Take(connection, [record]);
        }

        // Not at once: those who join at the same moment are known to it only a moment later.
        state.Connections.Update(connection with { AskAt = state.Now + FirstQuestion + (FirstQuestion * 2 * state.Random.NextDouble()) });
    }

    /// <summary>Whether the next second may have somebody to ask.</summary>
    public bool IsDue => state.Connections.UnaskedCount > 0 && state.Room > 0;

    /// <summary>New peers whose moment has come are asked.</summary>
    public void OnSecond()
    {
        if (!IsDue)
        {
            return;
        }

        var now = state.Now;
        var unasked = state.Connections.Open.Where(c => c.AskedAt is null && now >= c.AskAt).ToList();
        unasked.ForEach(Ask);
    }

    /// <summary>From time to time somebody is asked, whoever it is: the mesh changes, and one teller is not to shape this node's view of it.</summary>
    public void OnMinute()
    {
        var interval = state.Room > 0 ? OnePeerAgain : state.Settings.Discovery.Exchange.AskInterval;
        if (state.Now - _asked >= interval)
        {
            AskSomebody();
        }
    }

    /// <summary>A peer was lost: one of the others is asked, if there are too few now.</summary>
    public void OnLost()
    {
        if (state.Room > 0)
        {
            AskSomebody();
        }
    }

    public void OnAsked(AskedForPeers question)
    {
        if (state.Connections.TryGet(question.Connection, out var connection) && connection is { IsOpen: true, Peer: { } peer, Remote: { } remote })
        {
            var sample = PeerExchange.Sample(state.Book.All, peer, remote, state.Secret, state.Settings.Reputation, state.Now, question.Max);
            connection.Actor.Tell(new TellOfPeers([.. sample.Select(r => r.Bytes)]));
        }
    }

    public void OnTold(ToldOfPeers told)
    {
        if (!state.Connections.TryGet(told.Connection, out var connection) || connection is not { IsOpen: true, Peer: { } peer })
        {
            return;
        }

        if (told.Forged > 0)
        {
            verdicts.Judge(connection, peer, ReputationCause.VerificationFailed, Reason.BadSignature);
        }

        if (Take(connection, told.Records))
        {
            verdicts.Judge(connection, peer, ReputationCause.UselessRecords, Reason.ProtocolError);
        }
    }

    public void OnMisbehaved(Misbehaved act)
    {
        if (state.Connections.TryGet(act.Connection, out var connection) && connection.Peer is { } peer)
        {
            verdicts.Judge(connection, peer, act.Cause, Reason.RateLimited);
        }
    }

    /// <summary>Where this node's addresses have changed, or its record is a day old, it makes a new one; those who are connected are told.</summary>
    /// <param name="addresses">Where the node listens now.</param>
    public void Renew(ImmutableArray<PeerAddress> addresses)
    {
        var node = state.Node;
        if (node.Record.Addresses.SequenceEqual(addresses) && state.Now - node.Record.MadeAt < RenewAfter)
        {
            return;
        }

        state.Node = node with
        {
            Record = OwnRecord.Make(node.Identity, node.Settings.Network, addresses, state.Now, node.Record),
            Node = node.Node with { Listen = addresses },
        };
        foreach (var connection in state.Connections.Open)
        {
            connection.Actor.Tell(new TellOfPeers([state.Node.Record.For(AddressReach.Of(connection.Remote!))]));
        }
    }

    private void AskSomebody()
    {
        var open = state.Connections.Open.Where(c => c.AskedAt is null || state.Now - c.AskedAt >= OnePeerAgain).ToList();
        if (open.Count > 0)
        {
            Ask(open[state.Random.Next(open.Count)]);
        }
    }

    private void Ask(LiveConnection connection)
    {
        if (state.Settings.Discovery.Bootstraps())
        {
            _asked = state.Now;
            state.Connections.Update(connection with { AskedAt = state.Now });
            connection.Actor.Tell(AskForPeers.Instance);
        }
    }

    /// <summary>Keeps what is new and of use; true if some of it was of none.</summary>
    private bool Take(LiveConnection connection, ImmutableArray<SignedRecord> records)
    {
        var teller = connection.Peer!.Value;
        var reach = AddressReach.Of(connection.Remote!);
        var useless = false;
        foreach (var record in records)
        {
            var (addresses, flaw) = PeerExchange.Judge(
                record.Content, state.Settings.Network, reach, state.Node.Node.Id, state.Node.Record.Addresses, state.Now);
            var isOwn = record.Peer == teller;
            useless |= flaw is not null && !isOwn;
            var known = state.Book[record.Peer];

            // Who cannot be dialled still has a record: others may reach it.
            if ((flaw is null || (isOwn && flaw == RecordFlaw.NoAddress)) && IsNews(record, known))
            {
                Keep(connection, record, addresses, isOwn || known is not null);
            }
        }

        return useless;
    }

    /// <summary>Most records that are told are those that are known: to compare their bytes costs less than to read one.</summary>
    private static bool IsNews(SignedRecord record, KnownPeer? known) => known is not { HasRecord: true }
        || (!known.RecordBytes.Span.SequenceEqual(record.Bytes.Span) && record.Sequence > (known.Record?.Sequence ?? 0));

    /// <summary>A stranger is remembered if the address book has a place for it; so no teller fills this node's memory with its own.</summary>
    private void Keep(LiveConnection teller, SignedRecord record, ImmutableArray<PeerAddress> addresses, bool isMet)
    {
        if (!isMet)
        {
            var entry = new BookEntry(record.Peer, addresses[0], AddressBook.SourceOf(teller.Peer!.Value, teller.Remote));
            var heard = state.Addresses.Hear(entry, peer => Candidates.IsUseless(state.Book[peer], state.Now));
            if (heard.Displaced is { } useless)
            {
                state.Book.Note(new PeerStoreProtocol.Forget(useless));
            }

            if (!heard.Taken)
            {
                return;
            }
        }

        state.Book.Note(new PeerStoreProtocol.RecordSeen(record, addresses, teller.Peer!.Value));
    }
}
