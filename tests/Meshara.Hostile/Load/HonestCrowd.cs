using System.Diagnostics;
using System.Net;
using Meshara.Actors.Transport;

namespace Meshara.Hostile.Load;

/// <summary>How honest peers were served for a while.</summary>
/// <param name="Lost">Pings that were not answered within <see cref="HonestCrowd.Patience"/>.</param>
/// <param name="Dropped">Peers that were let go of, and had to dial again.</param>
/// <param name="Newcomers">Peers that dialled for the first time, how many were let in, and after how long half of them were.</param>
internal sealed record Service(int Pings, TimeSpan P50, TimeSpan P99, int Lost, int Dropped, (int Tried, int LetIn, TimeSpan P50) Newcomers);

/// <summary>Many honest peers of one node.</summary>
internal sealed class HonestCrowd(IPEndPoint node) : IAsyncDisposable
{
    /// <summary>A ping that is answered later is lost: a heartbeat would have given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Dials at one time while the crowd comes together, and in how many turns of a second each is pinged.</summary>
    private const int AtOnce = 16, Turns = 50;

    /// <summary>How often a newcomer dials, and after how long it is counted as not let in.</summary>
    private static readonly TimeSpan NewcomerEvery = TimeSpan.FromMilliseconds(500), NewcomerPatience = TimeSpan.FromSeconds(5);

    private readonly Samples _samples = new();
    private readonly List<HonestPeer> _peers = [];
    private int _next;

    public int Connected => _peers.Count(p => !p.IsOver);

    /// <summary>Dials until so many are connected; one that is turned away dials again, as a node does.</summary>
    public async Task GatherAsync(int count, CancellationToken patience)
    {
        while (_peers.Count < count)
        {
            var dials = Enumerable.Range(0, Math.Min(AtOnce, count - _peers.Count)).Select(_ => TryAsync(_next++, patience)).ToList();
            _peers.AddRange((await Task.WhenAll(dials)).OfType<HonestPeer>());
            patience.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Pings each once a second for so long. Those that were dropped before are let come back first.</summary>
    public async Task<Service> ServeAsync(TimeSpan time)
    {
        _samples.Take();
        var (clock, turn, lost, gone) = (Stopwatch.StartNew(), 0, 0, new HashSet<HonestPeer>());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Turns));
        using var stop = new CancellationTokenSource(time);
        var newcomers = DialAsync(stop.Token);
        while (clock.Elapsed < time && await timer.WaitForNextTickAsync())
        {
            for (var i = turn++ % Turns; i < _peers.Count; i += Turns)
            {
                lost += _peers[i].TakeUnanswered(Patience);
                if (_peers[i].IsOver)
                {
                    gone.Add(_peers[i]);
                }
                else
                {
                    _ = _peers[i].PingAsync();
                }
            }
        }

        // Who is answered late is answered; who is not, within the same patience, is not.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience && _peers.Any(p => !p.IsOver && p.HasUnanswered);)
        {
            await Task.Delay(20);
        }

        lost += _peers.Sum(p => p.TakeUnanswered(TimeSpan.Zero));
        var (tried, letIn, dials) = await newcomers;
        var times = _samples.Take();
        await ReplaceAsync(gone);
        return new Service(times.Count + lost, Samples.Percentile(times, 0.5), Samples.Percentile(times, 0.99), lost, gone.Count, (tried, letIn, Samples.Percentile(dials, 0.5)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }
    }

    private async Task ReplaceAsync(HashSet<HonestPeer> gone)
    {
        if (gone.Count == 0)
        {
            return;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _peers.RemoveAll(gone.Contains);
        await GatherAsync(_peers.Count + gone.Count, patience.Token);
        foreach (var peer in gone)
        {
            await peer.DisposeAsync();
        }
    }

    /// <summary>Newcomers, each of whom dials until it is let in, with a pause as a node makes it, and leaves again.</summary>
    private async Task<(int Tried, int LetIn, List<TimeSpan> Times)> DialAsync(CancellationToken stop)
    {
        var (dials, tried) = (new List<Task<TimeSpan?>>(), 0);
        using var timer = new PeriodicTimer(NewcomerEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                dials.Add(ArriveAsync(1_000_000 + _next + tried++));
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        var times = (await Task.WhenAll(dials)).OfType<TimeSpan>().Order().ToList();
        _next += tried;
        return (tried, times.Count, times);
    }

    private async Task<TimeSpan?> ArriveAsync(int n)
    {
        var clock = Stopwatch.StartNew();
        using var patience = new CancellationTokenSource(NewcomerPatience);
        for (var pause = 250; !patience.IsCancellationRequested; pause *= 2)
        {
            if (await TryAsync(n, patience.Token) is { } peer)
            {
                var taken = clock.Elapsed;
                await peer.DisposeAsync();
                return taken;
            }

            await Task.WhenAny(Task.Delay(pause, patience.Token));
        }

        return null;
    }

    private async Task<HonestPeer?> TryAsync(int n, CancellationToken patience)
    {
        try
        {
            return await HonestPeer.ConnectAsync(node, LoadPlan.HonestHost(n % 60_000), n, _samples, patience);
        }
        catch (Exception e) when (e is TransportException or IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
