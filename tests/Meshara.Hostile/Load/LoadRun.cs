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
        var before = await PhaseAsync(victim, crowd, twins, null, null);
        foreach (var attack in plan.Attacks)
        {
            stop.ThrowIfCancellationRequested();
            await PhaseAsync(victim, crowd, twins, attack, before);
        }

        var after = await PhaseAsync(victim, crowd, twins, null, null);
        Console.WriteLine(Line(
            $"The node's memory: at most {victim.PeakMemory() / Mebibyte:0} MiB. After the attacks p99 is {after.Attacked.P99.TotalMilliseconds:0.0} ms, before them it was {before.Attacked.P99.TotalMilliseconds:0.0} ms."));
        _worse.ForEach(Console.WriteLine);
        Console.WriteLine(_worse.Count == 0
            ? $"Honest service stayed within {LoadPlan.MaxFactor:0}x of what it was or of the twin's in the same moment (or under {LoadPlan.GoodEnough.TotalMilliseconds:0} ms); no ping was lost and nobody was dropped that would not have been."
            : "Honest service became worse than that.");
        return _worse.Count == 0;
    }

    private async Task<(Service Attacked, Service Twin)> PhaseAsync(
        Victim victim, HonestCrowd crowd, HonestCrowd twins, string? attack, (Service Attacked, Service Twin)? before)
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
        if (before is { } was)
        {
            Compare(attack!, was.Attacked, twin, service);
        }

        return (service, twin);
    }

    private void Compare(string attack, Service before, Service twin, Service during)
    {
        Check("p50", before.P50, twin.P50, during.P50);
        Check("p99", before.P99, twin.P99, during.P99);
        if (during.Lost > (before.Lost + twin.Lost) * LoadPlan.MaxFactor || during.Dropped > before.Dropped + twin.Dropped)
        {
            _worse.Add($"{attack}: {during.Lost} pings were lost, and {during.Dropped} peers dropped.");
        }

        void Check(string what, TimeSpan was, TimeSpan beside, TimeSpan now)
        {
            if (now > was * LoadPlan.MaxFactor && now > beside * LoadPlan.MaxFactor && now > LoadPlan.GoodEnough)
            {
                _worse.Add($"{attack}: {what} is {Ms(now)} ms; it was {Ms(was)} ms, and the twin's is {Ms(beside)} ms.");
            }
        }
    }

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
