using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>
/// What the baselines share that have no address book: they ask a connected peer once a minute whom it knows, dial anybody of all that
/// they have heard of, and keep that list over a restart.
/// </summary>
internal abstract class ListPolicy(ISurroundings around) : IPeerPolicy
{
    private const int DialsAtOnce = 16;

    private const int GiveUpAfter = 3;

    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly HostList _known = new(around.Random);
    private readonly Dictionary<Host, (int Failures, DateTimeOffset NotBefore)> _failed = [];
    private DateTimeOffset _nextAsk;

    public virtual int AnswerSize => 20;

    public (int AtOnce, int PerMinute) Unasked => (0, 0);

    protected ISurroundings Around => around;

    protected IEnumerable<Link> Open => around.Links.Where(l => l.IsOpen);

    /// <summary>How many more peers it strives for, beside those that it is dialling.</summary>
    protected abstract int Room { get; }

    /// <summary>When <see cref="Tidy"/> has something to do; null if never.</summary>
    protected virtual DateTimeOffset? NextTidy => null;

    public void Start()
    {
        _nextAsk = around.Now;
        Wake();
    }

    public void Stop()
    {
    }

    public void Wake()
    {
        if (NextTidy <= around.Now)
        {
            Tidy();
        }

        if (around.Now >= _nextAsk && Open.ToList() is { Count: > 0 } open)
        {
            _nextAsk = around.Now + AskEvery;
            around.Ask(open[around.Random.Next(open.Count)]);
        }

        Dial();
        var due = Room > 0 ? around.Now + TimeSpan.FromSeconds(1) : around.Now + AskEvery;
        around.WakeAt(NextTidy is { } tidy && tidy < due ? tidy : due);
    }

    public abstract bool Admits(Link link);

    public virtual void Opened(Link link)
    {
        _failed.Remove(link.Far);
        _known.Add(link.Far);
        if (link.IsOutbound)
        {
            around.Ask(link);
        }
    }

    public void DialFailed(Link link, DialFailure why)
    {
        var failures = _failed.GetValueOrDefault(link.Far).Failures + (why == DialFailure.Silence ? 1 : 0);
        _failed[link.Far] = (failures, around.Now + Again);
        if (failures >= GiveUpAfter)
        {
            _known.Remove(link.Far);
        }

        Dial();
    }

    public void Felt(Link link)
    {
    }

    public void Lost(Link link) => Wake();

    public void Told(Link teller, IReadOnlyList<Host> hosts)
    {
        foreach (var host in hosts)
        {
            _known.Add(host);
        }
    }

    protected virtual void Tidy()
    {
    }

    private void Dial()
    {
        var underWay = around.Links.Count(l => l is { IsOutbound: true, IsOpen: false });
        for (var tries = 0; underWay < DialsAtOnce && tries < DialsAtOnce * 4 && Room > 0; tries++)
        {
            if (_known.Pick() is { } host && !around.IsLinked(host) && !(_failed.GetValueOrDefault(host).NotBefore > around.Now))
            {
                around.Dial(host);
                underWay++;
            }
        }
    }
}
