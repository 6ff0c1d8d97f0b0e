using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Transport;

namespace Meshara.Hostile.Load;

/// <summary>What a swarm did.</summary>
/// <param name="Opened">Connections that were made.</param>
/// <param name="Open">The most of them at one time.</param>
/// <param name="CpuSeconds">What it cost the attacker.</param>
internal sealed record SwarmReport(string Attack, long Opened, int Open, double CpuSeconds, double Seconds);

/// <summary>Many hostile sockets; each that has ended is opened again, as fast as the rate allows.</summary>
internal sealed class Swarm(IPEndPoint victim, IReadOnlyList<Behaviour> behaviours, int sockets, int rate)
{
    /// <summary>All behaviours at once, each with its share of the sockets.</summary>
    public const string Together = "together";

    /// <summary>What a swarm says when its first sockets are on their way.</summary>
    public const string Begun = "begun";

    /// <summary>Sockets that wait for their connect at one time; a victim's backlog holds no more.</summary>
    private const int Connecting = 256;

    private const int TurnsPerSecond = 100;

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _connecting = new(Connecting);
    private readonly SemaphoreSlim _turns = new(0);
    private long _opened;
    private int _open;
    private int _most;

    public static IReadOnlyList<Behaviour> Named(string attack) =>
        attack == Together ? Behaviour.All : [Behaviour.All.Single(b => b.Name == attack)];

    /// <param name="stop">Ends it; the longest time ends it too, whoever has started it and forgotten.</param>
    public async Task<SwarmReport> RunAsync(string attack, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(LongestRun);
        var all = Enumerable.Range(0, sockets).Select(n => KeepOpenAsync(n, behaviours[n % behaviours.Count], over.Token)).ToList();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TurnsPerSecond));
        for (var given = 0.0; !over.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None);)
        {
            // Evenly, and late turns are not lost: the rate is what was asked for.
            var due = (int)((clock.Elapsed.TotalSeconds * rate) - given);
            if (due > 0)
            {
                given += due;
                _turns.Release(due);
            }
        }

        await Task.WhenAll(all);
        using var self = Process.GetCurrentProcess();
        return new SwarmReport(attack, _opened, _most, self.TotalProcessorTime.TotalSeconds, clock.Elapsed.TotalSeconds);
    }

    private async Task KeepOpenAsync(int n, Behaviour behaviour, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await _turns.WaitAsync(over);
                await AttackAsync(n, behaviour, over);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The victim has ended it, or the time is over.
            }
        }
    }

    private async Task AttackAsync(int n, Behaviour behaviour, CancellationToken over)
    {
        Socket socket;
        await _connecting.WaitAsync(over);
        try
        {
            socket = await Sockets.ConnectAsync(victim, LoadPlan.HostileHost(n), over);
        }
        finally
        {
            _connecting.Release();
        }

        Interlocked.Increment(ref _opened);
        var open = Interlocked.Increment(ref _open);
        InterlockedMost(ref _most, open);
        try
        {
            await behaviour.RunAsync(socket, over);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            socket.Reset();
        }
    }

    private static void InterlockedMost(ref int most, int value)
    {
        for (var seen = most; value > seen;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen) is var before && before == seen ? value : before;
        }
    }
}
