using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Meshara.Node.Tests.Lan;
using Shouldly;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>The built program as a real process, with its data in a folder of the test.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "meshara.dll");

    private readonly Process _process;
    private readonly Channel<JsonObject> _lines = Channel.CreateUnbounded<JsonObject>();

    private NodeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                _lines.Writer.TryComplete();
            }
            else
            {
                Lines++;
                _lines.Writer.TryWrite(JsonNode.Parse(line.Data)!.AsObject());
            }
        };
        process.ErrorDataReceived += (_, line) => Errors += line.Data is null ? 0 : 1;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public JsonObject Ready { get; private set; } = [];

    /// <summary>How many lines it has printed so far.</summary>
    public int Lines { get; private set; }

    /// <summary>How many lines it has logged so far.</summary>
    public int Errors { get; private set; }

    /// <summary>Bytes of memory that it occupies now.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Id => Ready["nodeId"]!.ToString();

    public string Address => Ready["listen"]![0]!.ToString();

    public static Task<NodeProcess> RunAsync(string data, params string[] options) =>
        ReadyAsync(new NodeProcess(Start(["run", "--json", "--no-mdns", "--data", data, .. options])));

    /// <summary>The same on a host of a LAN, where it looks for others.</summary>
    public static Task<NodeProcess> RunAsync(LanHost host, string data, params string[] options) =>
        ReadyAsync(new NodeProcess(Start(host.In("dotnet", [Program, "run", "--json", "--data", data, .. options]))));

    /// <summary>Starts a command that prints events until something ends it.</summary>
    public static NodeProcess Follow(params string[] arguments) => new(Start(arguments));

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int Exit, string Out, string Error)> CommandAsync(params string[] arguments) => CommandAsync(Start(arguments));

    /// <summary>The same on a host of a LAN.</summary>
    public static Task<(int Exit, string Out, string Error)> CommandAsync(LanHost host, params string[] arguments) =>
        CommandAsync(Start(host.In("dotnet", [Program, .. arguments])));

    private static async Task<(int Exit, string Out, string Error)> CommandAsync(Process started)
    {
        using var process = started;
        using var patience = new CancellationTokenSource(Patience);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output, await error);
    }

    /// <summary>The next event of that name.</summary>
    public async Task<JsonObject> NextAsync(string name)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line["event"]!.ToString() == name)
            {
                return line;
            }
        }

        throw new ShouldAssertException($"The node ended without {name}.");
    }

    /// <summary>As <c>kill</c>, or (INT) the first Ctrl+C.</summary>
    public void Signal(string name = "TERM") => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit(Patience).ShouldBeTrue();

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit(Patience).ShouldBeTrue();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static async Task<NodeProcess> ReadyAsync(NodeProcess node)
    {
        node.Ready = await node.NextAsync("ready");
        return node;
    }

    private static Process Start(string[] arguments) => Start(new ProcessStartInfo("dotnet", [Program, .. arguments]));

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        return Process.Start(start)!;
    }
}
