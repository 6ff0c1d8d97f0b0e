using Meshara.Simulation.Eclipse.Policies;

namespace Meshara.Simulation.Eclipse.Model;

/// <summary>What came of one run.</summary>
internal readonly record struct Outcome(int Outbound, int HostileOutbound, int All, int HostileAll)
{
    /// <summary>
    /// No honest peer is left of those that the victim chose. Honest ones that dialled it do not count: whoever has gone so far can
    /// take the inbound places too.
    /// </summary>
    public bool IsEclipsed => HostileOutbound == Outbound;

    public double OutboundTaken => Outbound == 0 ? 1 : HostileOutbound / (double)Outbound;

    public double Taken => All == 0 ? 1 : HostileAll / (double)All;
}

/// <summary>
/// One life of a victim under one policy, one attack and one seed: it lives among honest hosts, is attacked, starts again. Time is
/// virtual. Of one seed, all policies meet the same hosts.
/// </summary>
internal sealed class Trial : ISurroundings
{
    public static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan Downtime = TimeSpan.FromMinutes(1);

    /// <summary>From the restart to the moment that counts.</summary>
    public static readonly TimeSpan Aftermath = TimeSpan.FromHours(1);

    /// <summary>All honest hosts together dial the victim so often.</summary>
    public static readonly TimeSpan HonestDialEvery = TimeSpan.FromMinutes(2);

    /// <summary>After a restart the attacker hurries.</summary>
    private static readonly TimeSpan RushEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Rush = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Honest hosts pass on so many addresses a minute to who takes them unasked.</summary>
    private const int HonestUnasked = 2;

    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private readonly List<Link> _links = [];
    private readonly HashSet<Host> _linked = [];
    private readonly Attack _attack;
    private readonly HonestNetwork _honest;
    private readonly Attacker _attacker;
    private readonly Random _world;
    private readonly IPeerPolicy _policy;
    private long _order;
    private long _lastLink;
    private long _wake;
    private int _campaign;
    private bool _isUp;
    private bool _isAttacked;
    private DateTimeOffset _rushUntil;

    public Trial(Attack attack, Func<ISurroundings, ulong, IPeerPolicy> policy, int seed)
    {
        (_attack, _honest, _attacker) = (attack, new HonestNetwork(seed), new Attacker(attack, seed));
        (_world, Random) = (Chance.Stream(seed, 5), Chance.Stream(seed, 6));
        _policy = policy(this, Chance.Mix((ulong)seed, 7));
    }

    public DateTimeOffset Now { get; private set; } = Beginning;

    public Random Random { get; }

    public IReadOnlyList<Link> Links => _links;

    public Outcome Run()
    {
        Start();
        After(_world.Exponential(HonestDialEvery), HonestDial);
        After(TimeSpan.FromMinutes(1), TellUnasked);
        PassTime(_attack.Youth);
        _isAttacked = true;
        HostileDial(++_campaign);
        PassTime(_attack.Length);
        if (_attack.Restarts)
        {
            Stop();
            PassTime(Downtime);
            _rushUntil = Now + Rush;
            Start();
            var campaign = ++_campaign;
            After(RushEvery, () => HostileDial(campaign));
            PassTime(Aftermath);
        }

        var open = _links.Where(l => l.IsOpen).ToList();
        return new Outcome(
            open.Count(l => l.IsOutbound), open.Count(l => l is { IsOutbound: true, Far.IsHostile: true }), open.Count, open.Count(l => l.Far.IsHostile));
    }

    public bool IsLinked(Host host) => _linked.Contains(host);

    public void Dial(Host host, bool asFeeler)
    {
        var link = Add(host, isOutbound: true, asFeeler);
        var answers = host.Side switch
        {
            Side.Honest => _honest.IsThere(host, Now),
            Side.Hostile => true,
            _ => false,
        };

        // Where nobody listens, a host that is up says so at once, and one that is down says nothing.
        After(answers || _world.Next(2) == 0 ? link.RoundTrip * 3 : DialTimeout, () => DialEnded(link, answers));
    }

    public void Ask(Link link) => After(link.RoundTrip, () =>
    {
        if (link.IsOpen)
        {
            _policy.Told(link, AnswerOf(link.Far, _policy.AnswerSize));
        }
    });

    public void Close(Link link)
    {
        if (!link.IsOver)
        {
            link.IsOver = true;
            _links.Remove(link);
            _linked.Remove(link.Far);
        }
    }

    public void WakeAt(DateTimeOffset at)
    {
        var wake = ++_wake;
        At(at, () =>
        {
            if (wake == _wake && _isUp)
            {
                _policy.Wake();
            }
        });
    }

    private void Start()
    {
        _isUp = true;
        _policy.Start();
    }

    private void Stop()
    {
        _policy.Stop();
        _isUp = false;
        foreach (var link in _links.ToList())
        {
            Close(link);
        }
    }

    private void HonestDial()
    {
        var host = _honest.SomebodyThere(_world, Now);
        if (_isUp && !IsLinked(host))
        {
            LetIn(Add(host, isOutbound: false, isFeeler: false));
        }

        After(_world.Exponential(HonestDialEvery), HonestDial);
    }

    private void HostileDial(int campaign)
    {
        if (campaign != _campaign || !_isUp)
        {
            return;
        }

        if (_attacker.Next(IsLinked) is { } host)
        {
            LetIn(Add(host, isOutbound: false, isFeeler: false));
        }

        After(Now < _rushUntil ? RushEvery : _world.Exponential(TimeSpan.FromMinutes(1 / _attack.DialsPerMinute)), () => HostileDial(campaign));
    }

    private void DialEnded(Link link, bool answers)
    {
        if (link.IsOver)
        {
            return;
        }

        if (link.IsFeeler && answers)
        {
            Close(link);
            _policy.Felt(link);
        }
        else if (!answers || (!link.Far.IsHostile && _world.NextDouble() < HonestNetwork.Full))
        {
            Close(link);
            _policy.DialFailed(link, answers ? DialFailure.Full : DialFailure.Silence);
        }
        else if (!LetIn(link))
        {
            _policy.DialFailed(link, DialFailure.OwnRefusal);
        }
    }

    private bool LetIn(Link link)
    {
        if (!_policy.Admits(link))
        {
            Close(link);
            return false;
        }

        link.OpenedAt = Now;
        _policy.Opened(link);
        if (EndOf(link) is { } end)
        {
            At(end, () => End(link));
        }

        if (_policy.Unasked.AtOnce > 0 && link.IsOpen)
        {
            _policy.Told(link, AnswerOf(link.Far, link.Far.IsHostile ? _policy.Unasked.AtOnce : 1));
        }

        return true;
    }

    /// <summary>Once the victim has started again, no attacker leaves.</summary>
    private DateTimeOffset? EndOf(Link link)
    {
        if (link.Far.IsHostile)
        {
            return link.IsOutbound || _rushUntil > default(DateTimeOffset) ? null : Now + _attack.Stay;
        }

        var tired = Now + _world.Exponential(HonestNetwork.Stay);
        var gone = _honest.EndOfStretch(link.Far, Now);
        return tired < gone ? tired : gone;
    }

    private void End(Link link)
    {
        if (link.IsOpen)
        {
            Close(link);
            _policy.Lost(link);
        }
    }

    private void TellUnasked()
    {
        After(TimeSpan.FromMinutes(1), TellUnasked);
        if (_policy.Unasked.PerMinute is var count and > 0)
        {
            foreach (var link in _links.Where(l => l.IsOpen).ToList())
            {
                _policy.Told(link, link.Far.IsHostile ? _attacker.Tells(count) : SomeHonest(link.Far, Math.Min(count, HonestUnasked)));
            }
        }
    }

    private IReadOnlyList<Host> SomeHonest(Host teller, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => _honest.SomebodyThere(_world, Now)).Where(h => h != teller)];

    private IReadOnlyList<Host> AnswerOf(Host teller, int count) =>
        !teller.IsHostile ? _honest.ToldBy(teller, count, Now) : _isAttacked ? _attacker.Tells(count) : [];

    private Link Add(Host host, bool isOutbound, bool isFeeler)
    {
        var link = new Link(++_lastLink, host, isOutbound, TimeSpan.FromMilliseconds(_world.Next(10, 200))) { IsFeeler = isFeeler };
        _links.Add(link);
        _linked.Add(host);
        return link;
    }

    private void After(TimeSpan wait, Action then) => At(Now + wait, then);

    private void At(DateTimeOffset at, Action then) => _queue.Enqueue(then, (Math.Max(at.UtcTicks, Now.UtcTicks), ++_order));

    private void PassTime(TimeSpan time)
    {
        var until = Now + time;
        while (_queue.TryPeek(out var next, out var due) && due.At <= until.UtcTicks)
        {
            _queue.Dequeue();
            Now = new DateTimeOffset(due.At, TimeSpan.Zero);
            next();
        }

        Now = until;
    }
}
