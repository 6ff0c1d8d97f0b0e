using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Bitcoin;

/// <summary>What differs between the generations.</summary>
/// <param name="Outbound">Connections that the node dials.</param>
/// <param name="Inbound">Places for those who dial it.</param>
/// <param name="Anchors">Outbound peers that are dialled first after a restart.</param>
/// <param name="Feels">Whether it dials new addresses to see whether they are there.</param>
/// <param name="Evicts">Whether a newcomer may take the place of another when all inbound ones are taken.</param>
/// <param name="InboundIsTried">Whether who dials in counts as tried.</param>
/// <param name="Unasked">How many addresses a peer is believed: at once, and a minute.</param>
internal sealed record BitcoinRules(
    int Outbound, int Inbound, int Anchors, bool Feels, bool Evicts, bool InboundIsTried, (int AtOnce, int PerMinute) Unasked)
{
    /// <summary>
    /// 2015: a peer could tell of 1,000 addresses in a message and send as many messages as it liked; a hundred a connection are enough to
    /// fill the table.
    /// </summary>
    public static BitcoinRules Old { get; } = new(8, 117, 0, Feels: false, Evicts: false, InboundIsTried: true, (100, 0));

    /// <summary>8 full relays and 2 for blocks alone; a peer's addresses are taken at one in ten seconds.</summary>
    public static BitcoinRules Current { get; } = new(10, 115, 2, Feels: true, Evicts: true, InboundIsTried: false, (1, 6));
}

/// <summary>A node with Bitcoin Core's policies, from the published descriptions: one outbound peer of each network group, one dial after the other.</summary>
internal sealed class BitcoinPolicy(ISurroundings around, IAddressManager addresses, BitcoinRules rules, ulong key) : IPeerPolicy
{
    private const int MaxTries = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan FeelEvery = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan RecentlyTried = TimeSpan.FromMinutes(10);

    private List<Host> _anchors = [];
    private DateTimeOffset _nextFeeler;

    /// <summary>Of a GetAddr, which only outbound peers are sent.</summary>
    public int AnswerSize => 1000;

    public (int AtOnce, int PerMinute) Unasked => rules.Unasked;

    private IEnumerable<Link> Outbound => around.Links.Where(l => l is { IsOutbound: true, IsFeeler: false });

    public void Start()
    {
        _nextFeeler = around.Now + around.Random.Exponential(FeelEvery);
        Wake();
    }

    /// <summary>The anchors are the peers for blocks alone, of which nobody is told; here the ones that have been connected longest.</summary>
    public void Stop() =>
        _anchors = [.. Outbound.Where(l => l.IsOpen).OrderBy(l => l.OpenedAt).Take(rules.Anchors).Select(l => l.Far)];

    public void Wake()
    {
        if (rules.Feels && around.Now >= _nextFeeler)
        {
            _nextFeeler = around.Now + around.Random.Exponential(FeelEvery);
            Feel();
        }

        Dial();
        var due = Outbound.Count() < rules.Outbound ? around.Now + Pause : around.Now + TimeSpan.FromMinutes(1);
        around.WakeAt(rules.Feels && _nextFeeler < due ? _nextFeeler : due);
    }

    public bool Admits(Link link)
    {
        if (link.IsOutbound)
        {
            return true;
        }

        var inbound = around.Links.Where(l => l is { IsOutbound: false, IsOpen: true }).ToList();
        if (inbound.Count < rules.Inbound)
        {
            return true;
        }

        if (!rules.Evicts || CoreEviction.Choose(inbound, key) is not { } victim)
        {
            return false;
        }

        around.Close(victim);
        return true;
    }

    public void Opened(Link link)
    {
        if (link.IsOutbound)
        {
            addresses.Good(link.Far, around.Now);
            around.Ask(link);
        }
        else if (rules.InboundIsTried)
        {
            addresses.Add(link.Far, link.Far.Group, around.Now, around.Now);
            addresses.Good(link.Far, around.Now);
        }
    }

    public void DialFailed(Link link, DialFailure why)
    {
        // To be told that there is no place is a connection all the same.
        if (why == DialFailure.Full)
        {
            addresses.Good(link.Far, around.Now);
        }
    }

    public void Felt(Link link) => addresses.Good(link.Far, around.Now);

    public void Lost(Link link) => Wake();

    public void Told(Link teller, IReadOnlyList<Host> hosts)
    {
        foreach (var host in hosts)
        {
            // What others tell is held to be two hours older than they say; the attacker says now, the honest what they know.
            var age = host.IsHostile || host.Side == Side.Nobody ? 0 : around.Random.NextDouble() * 12;
            addresses.Add(host, teller.Far.Group, around.Now - TimeSpan.FromHours(2 + age), around.Now);
        }
    }

    private void Dial()
    {
        if (Outbound.Any(l => !l.IsOpen) || Outbound.Count() is var count && count >= rules.Outbound)
        {
            return;
        }

        while (_anchors.Count > 0)
        {
            var anchor = _anchors[0];
            _anchors.RemoveAt(0);
            if (!around.IsLinked(anchor))
            {
                Dial(anchor, asFeeler: false);
                return;
            }
        }

        var groups = Outbound.Select(l => l.Far.Group).ToHashSet();
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (addresses.Select(count, around.Now) is { } info && !groups.Contains(info.Host.Group) && !around.IsLinked(info.Host)
                && (around.Now - info.LastTry >= RecentlyTried || tries >= 30))
            {
                Dial(info.Host, asFeeler: false);
                return;
            }
        }
    }

    private void Feel()
    {
        AddressInfo? chosen = null;
        if (addresses is AddrMan tables)
        {
            tables.ResolveCollisions(around.Now);
            chosen = tables.ToTest();
        }

        chosen ??= addresses.Select(0, around.Now, newOnly: true);
        if (chosen is not null && !around.IsLinked(chosen.Host))
        {
            Dial(chosen.Host, asFeeler: true);
        }
    }

    private void Dial(Host host, bool asFeeler)
    {
        addresses.Attempt(host, around.Now);
        around.Dial(host, asFeeler);
    }
}
