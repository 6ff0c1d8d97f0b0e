using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Meshara.Hostile.Load;

/// <summary>
/// One node, its honest peers and one attack after another; and a twin that nobody attacks, with a tenth of the peers. Both nodes, the honest
/// peers and the attackers are processes that share the cores of one machine, the attackers with the lowest priority: what each takes is
/// told, and the twin shows what the machine alone does to a ping in the same moment.
/// </summary>
internal sealed class LoadRun(LoadPlan plan)
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>A crowd that does not come together by then never will.</summary>
    private static readonly TimeSpan GatherWithin = TimeSpan.FromMinutes(2);

    private readonly List<string> _worse = [];
    private readonly List<string> _medians = [];

    /// <summary>Whether honest service stayed within its bound in every attack.</summary>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores; {plan.Honest} honest peers ping once a second; up to {plan.Hostile} hostile sockets, opened at {plan.Rate} a second; {plan.Time.TotalSeconds:0} s each.");
        await using var victim = await Victim.StartAsync(plan.Honest);
        await using var twin = await Victim.StartAsync(plan.Honest);
        await using var crowd = new HonestCrowd(victim.Address);
        await using var twins = new HonestCrowd(twin.Address);
        var clock = Stopwatch.StartNew();
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            patience.CancelAfter(GatherWithin);
            await crowd.GatherAsync(plan.Honest, patience.Token);
            Console.WriteLine(Line($"{crowd.Connected} honest peers connected after {clock.Elapsed.TotalSeconds:0.0} s."));
            await twins.GatherAsync(Math.Max(1, plan.Honest / 10), patience.Token);
        }

        Console.WriteLine("             | honest pings                                 | twin         | newcomers       | node                                      | attackers           | honest");
        Console.WriteLine("attack       |    p50 ms     p99   number   lost  dropped   |   p50    p99 | let in       ms |  CPU %     MiB   files   lines   refusals | opened   held CPU % | CPU %");
        foreach (var attack in plan.Attacks)
        {
            var rounds = new List<Round>();
            for (var i = 0; i < plan.Rounds; i++)
            {
                stop.ThrowIfCancellationRequested();
                var (before, _) = await PhaseAsync(victim, crowd, twins, null);
                var (during, beside) = await PhaseAsync(victim, crowd, twins, attack);
                rounds.Add(new Round(before, during, beside));
            }

            Compare(attack, rounds);
        }

        var (after, _) = await PhaseAsync(victim, crowd, twins, null);
        Console.WriteLine(Line($"The node's memory: at most {victim.PeakMemory() / Mebibyte:0} MiB. After the attacks p99 is {after.P99.TotalMilliseconds:0.0} ms."));
        _medians.ForEach(Console.WriteLine);
        _worse.ForEach(Console.WriteLine);
        Console.WriteLine(_worse.Count == 0
            ? $"Honest service stayed within {LoadPlan.MaxFactor:0}x of what it was right before or of the twin's in the same moment (or under {LoadPlan.GoodEnough.TotalMilliseconds:0} ms); no ping was lost and nobody was dropped that would not have been."
            : "Honest service became worse than that.");
        return _worse.Count == 0;
    }

    private async Task<(Service Attacked, Service Twin)> PhaseAsync(Victim victim, HonestCrowd crowd, HonestCrowd twins, string? attack)
    {
        using var swarm = attack is null ? null : await StartAsync(victim, attack);

        var costBefore = await victim.CostAsync();
        var (ownBefore, attackerBefore, clock) = (Victim.CpuSecondsOf(Environment.ProcessId), CpuOf(swarm), Stopwatch.StartNew());
        var (serving, beside) = (crowd.ServeAsync(plan.Time), twins.ServeAsync(plan.Time));
        var (service, twin) = (await serving, await beside);
        var seconds = clock.Elapsed.TotalSeconds / 100;
        var (node, own, attacker) = (Victim.CpuSecondsOf(victim.Id) - costBefore.CpuSeconds, Victim.CpuSecondsOf(Environment.ProcessId) - ownBefore, CpuOf(swarm) - attackerBefore);
        var cost = await victim.CostAsync();
        var report = swarm is null ? null : await ReportOfAsync(swarm);
        Console.WriteLine(Line($"{attack ?? "none",-12} | {Ms(service.P50),9} {Ms(service.P99),7} {service.Pings,8} {service.Lost,6} {service.Dropped,8}   | {Ms(twin.P50),5} {Ms(twin.P99),6} | {service.Newcomers.LetIn,3}/{service.Newcomers.Tried,-3} {Ms(service.Newcomers.P50),7} | {node / seconds,6:0} {cost.Memory / Mebibyte,7:0} {cost.Handles,7} {cost.Lines - costBefore.Lines,7} {cost.Rejections - costBefore.Rejections,10} | {report?.Opened ?? 0,6} {report?.Open ?? 0,6} {attacker / seconds,5:0} | {own / seconds,5:0}"));
        return (service, twin);
    }

    private void Compare(string attack, List<Round> rounds)
    {
        Check("p50", s => s.P50);
        Check("p99", s => s.P99);
        var (lost, dropped) = (rounds.Sum(r => r.During.Lost), rounds.Sum(r => r.During.Dropped));
        if (lost > rounds.Sum(r => r.Before.Lost + r.Twin.Lost) * LoadPlan.MaxFactor || dropped > rounds.Sum(r => r.Before.Dropped + r.Twin.Dropped))
        {
            _worse.Add($"{attack}: {lost} pings were lost, and {dropped} peers dropped.");
        }

        void Check(string what, Func<Service, TimeSpan> figure)
        {
            var (was, beside, now) = (
                Samples.Median(rounds.Select(r => figure(r.Before))), Samples.Median(rounds.Select(r => figure(r.Twin))), Samples.Median(rounds.Select(r => figure(r.During))));
            if (rounds.Count > 1)
            {
                _medians.Add($"{attack}: {what} {Ms(now)} ms, right before {Ms(was)} ms, the twin's {Ms(beside)} ms (medians of {rounds.Count})");
            }

            if (now > was * LoadPlan.MaxFactor && now > beside * LoadPlan.MaxFactor && now > LoadPlan.GoodEnough)
            {
                _worse.Add($"{attack}: {what} is {Ms(now)} ms; it was {Ms(was)} ms, and the twin's is {Ms(beside)} ms.");
            }
        }
    }

    /// <summary>The service right before an attack and during it, and that of the twin meanwhile.</summary>
    private sealed record Round(Service Before, Service During, Service Twin);

    /// <summary>Starts a swarm, and lets it build up.</summary>
    private async Task<Process> StartAsync(Victim victim, string attack)
    {
        var swarm = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "meshara-hostile.dll"), "swarm", attack, $"{victim.Address}", "--sockets", $"{plan.Hostile}", "--rate", $"{plan.Rate}",
        ])
        { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        if (!plan.IsEqual)
        {
            swarm.PriorityClass = ProcessPriorityClass.Idle;
        }

        if (await swarm.StandardOutput.ReadLineAsync() != Swarm.Begun)
        {
            throw new InvalidOperationException($"The attackers of {attack} did not start.");
        }

        await Task.Delay(LoadPlan.BuildUp);
        return swarm;
    }

    /// <summary>A swarm ends when its input does.</summary>
    private static async Task<SwarmReport> ReportOfAsync(Process swarm)
    {
        swarm.StandardInput.Close();
        var report = await swarm.StandardOutput.ReadToEndAsync();
        await swarm.WaitForExitAsync();
        return JsonSerializer.Deserialize<SwarmReport>(report, JsonSerializerOptions.Web)!;
    }

    private static double CpuOf(Process? process) => process is null ? 0 : Victim.CpuSecondsOf(process.Id);

    private static string Ms(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
