using System.Collections.Immutable;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Ours;

/// <content>Whom it asks, what it believes, and whom it dials.</content>
internal sealed partial class MesharaPolicy
{
    /// <summary>As NodeState does.</summary>
    private int Room => _roster.Room(TargetPeers, _around.Links.Count(l => l.IsOpen || l.IsOutbound), _around.Links.Count(l => l.IsOutbound));

    public void Told(Link teller, IReadOnlyList<Host> hosts) => Take(teller.Far, hosts);

    /// <summary>As Exchange does: a stranger is remembered if the address book has a place for it.</summary>
    private void Take(Host teller, IReadOnlyList<Host> hosts)
    {
        var reach = AddressReach.Of(teller.Address);
        foreach (var host in hosts)
        {
            var record = host.RecordOf(Network, _around.Now);
            var (addresses, flaw) = PeerExchange.Judge(record.Content, Network, reach, _self, [], _around.Now);
            var known = _memory[host.Id];
            if (flaw is not null || record.Sequence <= (known?.Record?.Sequence ?? 0))
            {
                continue;
            }

            if (known is null && host != teller)
            {
                var entry = new BookEntry(host.Id, addresses[0], AddressBook.SourceOf(teller.Id, teller.Address));
                var heard = _book.Hear(entry, peer => Candidates.IsUseless(_memory[peer], _around.Now));
                if (heard.Displaced is { } useless)
                {
                    _memory.Note(new PeerStoreProtocol.Forget(useless));
                }

                if (!heard.Taken)
                {
                    continue;
                }
            }

            _hosts[host.Id] = host;
            _memory.Note(new PeerStoreProtocol.RecordSeen(record, addresses, teller.Id));
        }
    }

    /// <summary>As NodeState does when the store has read what it holds.</summary>
    private void Recover()
    {
        _book = new AddressBook(_secret);
        foreach (var peer in _memory.Peers.Values.OrderByDescending(p => p.LastSeen ?? DateTimeOffset.MinValue).ThenBy(p => p.Id))
        {
            if (peer.Addresses.FirstOrDefault(a => a.Proven) is { } proven)
            {
                _book.Prove(peer.Id, proven.Address);
            }
            else if (peer.ToldBy is { } teller && peer.Best is { } best)
            {
                _book.Hear(new BookEntry(peer.Id, best.Address, AddressBook.SourceOf(teller, _memory[teller]?.Best?.Address)), _ => false);
            }
        }
    }

    private void OnMinute()
    {
        if (_around.Now - _creditedAt >= CreditEvery)
        {
            CreditOpen();
        }

        if (_around.Now - _askedAt >= (Room > 0 ? Minute : AskInterval))
        {
            AskSomebody();
        }

        Feel();
    }

    private void AskNewcomers()
    {
        foreach (var link in Open.Where(l => l.Kept is Conversation { AskedAt: null } talk && _around.Now >= talk.AskAt).ToList())
        {
            if (Room > 0)
            {
                Ask(link);
            }
            else
            {
                break;
            }
        }
    }

    private void AskSomebody()
    {
        var open = Open.Where(l => (l.Kept as Conversation)?.AskedAt is not { } asked || _around.Now - asked >= Minute).ToList();
        if (open.Count > 0)
        {
            Ask(open[_around.Random.Next(open.Count)]);
        }
    }

    private void Ask(Link link)
    {
        _askedAt = _around.Now;
        link.Kept = new Conversation(_around.Now, _around.Now);
        _around.Ask(link);
    }

    /// <summary>As Dialler and CandidateDials do.</summary>
    private void DialWhatIsDue()
    {
        if (Room > 0 && _around.Now - _chosenAt >= TimeSpan.FromMilliseconds(100))
        {
            _chosenAt = _around.Now;
            _anchors ??= Candidates.AnchorsOf(_memory.Peers.Values);
            var outbound = _around.Links.Where(l => l.IsOutbound).ToList();
            var busy = outbound.Select(l => l.Far.Id).ToHashSet();
            var chosen = _candidates.Choose(
                _memory.Peers, _book, _anchors, peer => _roster[peer] is not null || busy.Contains(peer) || IsPaused(peer),
                outbound.Select(l => l.Far.NetworkGroup), Room, _around.Now, _around.Random);
            foreach (var candidate in chosen)
            {
                _around.Dial(_hosts[candidate.Peer]);
            }
        }

        WakeWhenDue();
    }

    /// <summary>As CandidateDials does.</summary>
    private void Feel()
    {
        if (Room > 0 || _around.Now - _feltAt < FeelEvery)
        {
            return;
        }

        foreach (var connected in _book.ToTest.Where(e => _roster[e.Peer] is { Confirmed: true }).ToList())
        {
            _book.Tested(connected.Peer, answered: true);
        }

        var drawn = Enumerable.Range(0, 16).Select(_ => _book.Pick(_around.Random)).OfType<BookEntry>().Where(e => _book.IsNew(e.Peer));
        foreach (var entry in _book.ToTest.Concat(drawn))
        {
            if (_roster[entry.Peer] is null && !_around.Links.Any(l => l.Far.Id == entry.Peer) && _memory[entry.Peer] is { } known
                && _candidates.IsWelcome(known, _around.Now) && _candidates.DialableAt(known, _around.Now) is not null)
            {
                _feltAt = _around.Now;
                _around.Dial(_hosts[entry.Peer], asFeeler: true);
                return;
            }
        }
    }

    private bool IsPaused(NodeId peer) => _pauses.TryGetValue(peer, out var until) && until > _around.Now;

    private void WakeWhenDue()
    {
        var due = _nextMinute;
        if (Room > 0)
        {
            var again = _chosenAt + Second;
            due = again < due ? again : due;
            foreach (var talk in Open.Select(l => l.Kept).OfType<Conversation>().Where(c => c.AskedAt is null))
            {
                due = talk.AskAt < due ? talk.AskAt : due;
            }
        }

        _around.WakeAt(due > _around.Now ? due : _around.Now + TimeSpan.FromMilliseconds(10));
    }
}
