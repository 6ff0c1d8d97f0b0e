using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Meshara.Hostile.Load;

/// <summary>What a node takes of the machine. CPU and lines are totals since its start.</summary>
internal sealed record Cost(double CpuSeconds, long Memory, int Handles, int Lines, long Rejections);

/// <summary>The node that is attacked: the built program as a process of its own, with its data in a folder of this run.</summary>
internal sealed class Victim : IAsyncDisposable
{
    private const string Proc = "/proc";

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "meshara.dll");

    /// <summary>The kernel counts processor time in hundredths of a second, on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private readonly string _data;
    private readonly Process _process;
    private readonly TaskCompletionSource<IPEndPoint> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lines;

    private Victim(string data, Process process)
    {
        (_data, _process) = (data, process);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public IPEndPoint Address => _ready.Task.Result;

    public int Id => _process.Id;

    /// <summary>Starts it with room for so many peers that dial in, and some more.</summary>
    public static async Task<Victim> StartAsync(int peers)
    {
        var data = Directory.CreateTempSubdirectory("meshara-load-").FullName;

        // A quarter of the places is kept for those that the node dials itself.
        var places = (peers + 64) * 4 / 3;
        var start = new ProcessStartInfo("dotnet", [
            Program, "run", "--json", "--no-mdns", "--data", Path.Combine(data, "node"), "--listen", "127.0.0.1:0",
            "--set", $"discovery.max-peers={places}", "--set", "discovery.target-peers=0",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        var victim = new Victim(data, Process.Start(start)!);
        await victim._ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return victim;
    }

    /// <summary>What it takes now.</summary>
    public async Task<Cost> CostAsync()
    {
        // To ask a busy node takes its time, in which the processor time goes on.
        var rejections = await RejectionsAsync();
        return new Cost(CpuSecondsOf(_process.Id), MemoryOf("VmRSS"), Directory.GetFileSystemEntries($"{Proc}/{_process.Id}/fd").Length, _lines, rejections);
    }

    /// <summary>The most memory that it ever had.</summary>
    public long PeakMemory() => MemoryOf("VmHWM");

    public static double CpuSecondsOf(int process)
    {
        // The name, which stands in brackets, may hold anything.
        var stat = File.ReadAllText($"{Proc}/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        Interlocked.Increment(ref _lines);
        if (!_ready.Task.IsCompleted && line.StartsWith('{') && JsonNode.Parse(line) is { } told && $"{told["event"]}" == "ready")
        {
            _ready.TrySetResult(IPEndPoint.Parse($"{told["listen"]![0]}"));
        }
    }

    private long MemoryOf(string field)
    {
        var line = File.ReadLines($"{Proc}/{_process.Id}/status").Single(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }

    /// <summary>By the control socket, as the command line asks.</summary>
    private async Task<long> RejectionsAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_data, "node", "control.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("{\"command\":\"status\"}\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        var answer = JsonNode.Parse(await reader.ReadToEndAsync())!;

        // A node that is too busy for an answer in time says so.
        return answer["rejections"]?.AsObject().Sum(r => (long)r.Value!) ?? 0;
    }
}
