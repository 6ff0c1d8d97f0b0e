using System.Collections.Immutable;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Ours;

/// <summary>
/// This node: the address book, the choice of candidates, the roster, the eviction and the store's decisions are the real ones; what the
/// supervisor's actors do with them (Admissions, Acquaintances, Exchange, CandidateDials, NodeState) is done here in the same order.
/// </summary>
/// <remarks>
/// The configuration is the reference with the method `bootstrap`, but no bootstrap node answers: one that is honest would end any
/// eclipse. There are no manual peers and nobody on the local network, so the dial plan is empty.
/// </remarks>
internal sealed partial class MesharaPolicy : IPeerPolicy
{
    private const string Network = "meshara";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FeelEvery = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AskInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PauseOfTheFull = TimeSpan.FromMinutes(10);

    /// <summary>How often what the connected peers have shown is written down; the node does it each second, to the same effect.</summary>
    private static readonly TimeSpan CreditEvery = TimeSpan.FromMinutes(30);

    private readonly ISurroundings _around;
    private readonly byte[] _secret;
    private readonly ReputationPolicy _reputation = new();
    private readonly Candidates _candidates;
    private readonly Memory _memory;
    private readonly NodeId _self = NodeId.FromBytes(new byte[NodeId.Size]);
    private readonly Dictionary<NodeId, Host> _hosts = [];
    private readonly Dictionary<NodeId, DateTimeOffset> _pauses = [];
    private Roster _roster;
    private AddressBook _book = new(ReadOnlyMemory<byte>.Empty);
    private ImmutableArray<NodeId>? _anchors;
    private DateTimeOffset _nextMinute;
    private DateTimeOffset _creditedAt;
    private DateTimeOffset _chosenAt;
    private DateTimeOffset _feltAt;
    private DateTimeOffset _askedAt;

    public MesharaPolicy(ISurroundings around, ulong key)
    {
        _around = around;
        _secret = BitConverter.GetBytes(key);
        _candidates = new Candidates(_reputation, new Backoff(Second, TimeSpan.FromMinutes(10)));
        _memory = new Memory(_reputation, maxKnownPeers: 10_000, around, peer => _book.Remove(peer));
        _roster = new Roster(_self, MaxPeers);
    }

    public static int TargetPeers => 16;

    public static int MaxPeers => 32;

    public int AnswerSize => PeerExchange.MaxRecords;

    /// <summary>Records that nobody asked for cost their teller its reputation, and are not looked at.</summary>
    public (int AtOnce, int PerMinute) Unasked => (0, 0);

    private IEnumerable<Link> Open => _around.Links.Where(l => l.IsOpen);

    public void Start()
    {
        _roster = new Roster(_self, MaxPeers);
        _anchors = null;
        _pauses.Clear();
        (_askedAt, _feltAt, _chosenAt) = (default, default, default);
        _nextMinute = _around.Now + Minute;
        Recover();
        DialWhatIsDue();
    }

    public void Stop() => CreditOpen();

    public void Wake()
    {
        AskNewcomers();
        if (_around.Now >= _nextMinute)
        {
            _nextMinute += Minute;
            OnMinute();
        }

        DialWhatIsDue();
    }

    public bool Admits(Link link)
    {
        var admission = Ask();
        if (admission is Admission.Refused { Reason: Reason.NoSlot } && !link.IsOutbound && VictimFor(link) is { } victim)
        {
            _roster = _roster.Remove(victim.Far.Id, victim.Number);
            _around.Close(victim);
            Ended(victim);
            admission = Ask();
        }

        if (admission is Admission.Admitted admitted)
        {
            _roster = admitted.Roster;
            return true;
        }

        return false;

        Admission Ask() => _roster.Admit(
            link.Far.Id, link.Number, link.IsOutbound ? Direction.Outbound : Direction.Inbound, _memory[link.Far.Id], _around.Now, _reputation,
            remote: link.Far.Address);
    }

    public void Opened(Link link)
    {
        _roster = _roster.Confirm(link.Far.Id, link.Number, link.Number);
        Remember(link);
        Take(link.Far, [link.Far]);
        link.Kept = new Conversation(_around.Now + Second + (Second * 2 * _around.Random.NextDouble()), null);
        WakeWhenDue();
    }

    public void DialFailed(Link link, DialFailure why)
    {
        var peer = link.Far.Id;
        if (why == DialFailure.Full)
        {
            _pauses[peer] = _around.Now + PauseOfTheFull;
        }

        if (_memory[peer] is not null)
        {
            _memory.Note(new PeerStoreProtocol.DialEnded(
                peer, link.Far.Address, why == DialFailure.Silence ? Reason.Unreachable : Reason.NoSlot));
            _book.Tested(peer, answered: false);
        }

        DialWhatIsDue();
    }

    public void Felt(Link link) => Remember(link);

    public void Lost(Link link)
    {
        _roster = _roster.Remove(link.Far.Id, link.Number);
        Ended(link);
        if (Room > 0)
        {
            AskSomebody();
        }

        DialWhatIsDue();
    }

    /// <summary>The newest thing heard of it, and what it has earned.</summary>
    private void Ended(Link link)
    {
        if (link.OpenedAt is { } since)
        {
            _memory.Credit(link.Far.Id, CreditedSince(since));
            _memory.Note(new PeerStoreProtocol.Traffic(link.Far.Id, 0, 0, _around.Now));
        }
    }

    private void CreditOpen()
    {
        // An attacker's last word before the end is always the latest: who goes through its links last is seen last.
        foreach (var link in Open.OrderBy(l => l.Far.IsHostile).ToList())
        {
            _memory.Credit(link.Far.Id, CreditedSince(link.OpenedAt!.Value));
            _memory.Note(new PeerStoreProtocol.Traffic(link.Far.Id, 0, 0, _around.Now + (link.Far.IsHostile ? TimeSpan.FromMilliseconds(1) : TimeSpan.Zero)));
        }

        _creditedAt = _around.Now;
    }

    private DateTimeOffset CreditedSince(DateTimeOffset opened) => opened > _creditedAt ? opened : _creditedAt;

    /// <summary>As Acquaintances does.</summary>
    private void Remember(Link link)
    {
        var peer = link.Far.Id;
        _hosts[peer] = link.Far;
        PeerAddress? dialled = link.IsOutbound ? link.Far.Address : null;
        if (_memory[peer] is not { } known || (dialled is not null && !known.Addresses.Any(a => a.Proven && a.Address == dialled)))
        {
            _memory.Learn(link.Far.Key, link.IsOutbound ? PeerSource.Exchange : PeerSource.Inbound, dialled);
        }

        if (dialled is not null)
        {
            _memory.Note(new PeerStoreProtocol.DialEnded(peer, dialled, null));
            _book.Prove(peer, dialled);
            _book.Tested(peer, answered: true);
        }
        else
        {
            _memory.Note(new PeerStoreProtocol.AddressHeard(peer, link.Far.Address));
        }
    }

    /// <summary>As Doorkeeper does.</summary>
    private Link? VictimFor(Link newcomer)
    {
        var inbound = Open.Where(l => !l.IsOutbound && _roster[l.Far.Id]?.Connection == l.Number).ToList();
        var chosen = Eviction.Choose(
            [.. inbound.Select(l => new Evictable(
                l.Number, l.Far.Id, l.Far.NetworkGroup, l.OpenedAt!.Value, l.RoundTrip, _memory.ScoreOf(_memory[l.Far.Id], CreditedSince(l.OpenedAt!.Value))))],
            newcomer.Far.NetworkGroup,
            MaxPeers,
            _secret,
            _around.Now);
        return inbound.Find(l => l.Number == chosen);
    }

    private sealed record Conversation(DateTimeOffset AskAt, DateTimeOffset? AskedAt);
}
