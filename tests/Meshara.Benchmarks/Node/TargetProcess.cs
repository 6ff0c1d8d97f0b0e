using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Meshara.Benchmarks.Node;

/// <summary>What a <see cref="Target"/> takes: resident bytes, CPU, bytes allocated since its start, live managed bytes; and what it received.</summary>
internal readonly record struct Load(long Resident, TimeSpan Cpu, long Allocated, long Managed, long Received);

/// <summary>A <see cref="Target"/>, from outside.</summary>
internal sealed class TargetProcess : IAsyncDisposable
{
    private readonly Process _process;

    private TargetProcess(Process process, IPEndPoint endPoint) => (_process, EndPoint) = (process, endPoint);

    public IPEndPoint EndPoint { get; }

    public static async Task<TargetProcess> StartAsync(string kind)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TargetProcess).Assembly.Location, "target", kind])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1))
            ?? throw new InvalidOperationException($"The target {kind} ended.");
        return new TargetProcess(process, new IPEndPoint(IPAddress.Loopback, int.Parse(line, CultureInfo.InvariantCulture)));
    }

    /// <param name="settle">After what can be collected is collected.</param>
    public async Task<Load> MeasureAsync(bool settle = false)
    {
        await _process.StandardInput.WriteLineAsync(settle ? "settle" : "measure");
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1))
            ?? throw new InvalidOperationException("The target ended.");
        var figures = line.Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return new Load((long)figures[0], TimeSpan.FromMilliseconds(figures[1]), (long)figures[2], (long)figures[3], (long)figures[4]);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
