using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Meshara.Node.Tests.Lan;
using Shouldly;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>The built program as a real process, with its data in a folder of the test.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>So many lines of a node are shown with what it has not come to.</summary>
    private const int MostTold = 60;

    /// <summary>The copy that needs no compiling at each start, where the build has made one.</summary>
    private static readonly string Program = new[] { "precompiled", "" }
        .Select(folder => Path.Combine(AppContext.BaseDirectory, folder, "meshara.dll")).First(File.Exists);

    /// <summary>
    /// For a process that lives for seconds: a third of its time would go into the protection of generated code while it is written, and
    /// into optimizing what it hardly runs again; half of what it costs when idle would be threads that do not sleep at once.
    /// </summary>
    private static readonly IReadOnlyDictionary<string, string> ShortLived = new Dictionary<string, string>
    {
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "10000",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
    };

    private readonly Process _process;
    private readonly Channel<JsonObject> _lines = Channel.CreateUnbounded<JsonObject>();

    private readonly ConcurrentDictionary<string, int> _connections = new();
    private readonly ConcurrentQueue<string> _lost = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private NodeProcess(Process process, bool read = true)
    {
        _process = process;
        if (!read)
        {
            return;
        }

        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _errors.Enqueue(line.Data);
            }
        };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                _lines.Writer.TryComplete();
            }
            else
            {
                Lines++;
                Take(line.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public JsonObject Ready { get; private set; } = [];

    /// <summary>How many lines it has printed so far.</summary>
    public int Lines { get; private set; }

    /// <summary>The ids of those that it is connected with, by what it has printed so far.</summary>
    public IReadOnlyCollection<string> Peers => [.. _connections.Where(c => c.Value > 0).Select(c => c.Key)];

    /// <summary>The ids of those that it has lost so far, be they back or not.</summary>
    public IReadOnlyCollection<string> Lost => _lost;

    /// <summary>What it has written to stderr so far.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public string Id => Ready["nodeId"]!.ToString();

    public string Address => Ready["listen"]![0]!.ToString();

    /// <summary>The most memory that it ever had in use, in bytes.</summary>
    public long PeakMemory => Kibibytes("VmHWM");

    public static Task<NodeProcess> RunAsync(string data, params string[] options) =>
        ReadyAsync(new NodeProcess(Start(["run", "--json", "--no-mdns", .. PageOf(options), "--data", data, .. options])));

    /// <summary>Only a test of the page has one.</summary>
    private static string[] PageOf(string[] options) => options.Contains("--page") ? [] : ["--page", "off"];

    /// <summary>A node that a ticket starts.</summary>
    public static Task<NodeProcess> JoinAsync(string data, string ticket, params string[] options) =>
        ReadyAsync(new NodeProcess(Start(["join", ticket, "--json", "--data", data, "--set", "discovery.enabled-methods=[manual]", .. options])));

    /// <summary>The same on a host of a LAN, where it looks for others.</summary>
    public static Task<NodeProcess> RunAsync(LanHost host, string data, params string[] options) =>
        ReadyAsync(new NodeProcess(Start(host, ["run", "--json", "--page", "off", "--data", data, .. options])));

    /// <summary>A command whose output goes into a pipe of which nobody reads more than the first line.</summary>
    public static Task<NodeProcess> UnreadAsync(params string[] arguments) => UnreadAsync(Start(arguments));

    /// <summary>The same with an environment variable, <c>NAME=VALUE</c>.</summary>
    public static Task<NodeProcess> UnreadWithAsync(string variable, params string[] arguments) => UnreadAsync(Start(arguments, variable));

    private static async Task<NodeProcess> UnreadAsync(Process started)
    {
        var process = new NodeProcess(started, read: false);
        await process._process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return process;
    }

    /// <summary>Closes that pipe.</summary>
    public void CloseOutput() => _process.StandardOutput.Dispose();

    /// <summary><c>events --follow</c> of a running node.</summary>
    public static NodeProcess Follow(string data) => new(Start(["events", "--follow", "--json", "--data", data]));

    /// <summary>Runs the program that attacks nodes to its end, on a host of a LAN perhaps.</summary>
    public static Task<(int Exit, string Out, string Error)> AttackAsync(LanHost? from, params string[] arguments)
    {
        string[] attack = [Path.Combine(AppContext.BaseDirectory, "meshara-hostile.dll"), .. arguments];
        return ToEndAsync(Start(from?.In("dotnet", attack) ?? new ProcessStartInfo("dotnet", attack)));
    }

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int Exit, string Out, string Error)> CommandAsync(params string[] arguments) => ToEndAsync(Start(arguments));

    /// <summary>The same on a host of a LAN.</summary>
    public static Task<(int Exit, string Out, string Error)> CommandAsync(LanHost host, params string[] arguments) => ToEndAsync(Start(host, arguments));

    /// <summary>The same with an environment variable, <c>NAME=VALUE</c>.</summary>
    public static Task<(int Exit, string Out, string Error)> CommandWithAsync(string variable, params string[] arguments) =>
        ToEndAsync(Start(arguments, variable));

    private static async Task<(int Exit, string Out, string Error)> ToEndAsync(Process started)
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

    /// <summary>Reads on until it holds; for a minute, unless told otherwise.</summary>
    public async Task UntilAsync(Func<bool> holds, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Patience);
        var told = new Queue<string>();
        try
        {
            while (!holds())
            {
                told.Enqueue((await _lines.Reader.ReadAsync(patience.Token)).ToJsonString());
                if (told.Count > MostTold)
                {
                    told.Dequeue();
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new ShouldAssertException($"It did not come about. {Peers.Count} peers are connected; the last that the node told:\n{string.Join('\n', told)}");
        }
    }

    /// <summary>All that it printed after what was read already, to its end.</summary>
    public async Task<List<JsonObject>> RestAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var rest = new List<JsonObject>();
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            rest.Add(line);
        }

        return rest;
    }

    /// <summary>As <c>kill</c>.</summary>
    public void Terminate() => Signal("-TERM");

    /// <summary>As a reload of a service.</summary>
    public void HangUp() => Signal("-HUP");

    /// <summary>As the first Ctrl+C.</summary>
    public void Interrupt() => Signal("-INT");

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

    private void Signal(string signal) => Process.Start("kill", [signal, $"{_process.Id}"]).WaitForExit(Patience).ShouldBeTrue();

    private long Kibibytes(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").Single(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }

    private void Take(string line)
    {
        try
        {
            var told = JsonNode.Parse(line)!.AsObject();
            var change = $"{told["event"]}" switch { "peer-connected" => 1, "peer-disconnected" => -1, _ => 0 };
            if (change != 0)
            {
                _connections.AddOrUpdate($"{told["peerId"]}", change, (_, before) => before + change);
            }

            if (change < 0)
            {
                _lost.Enqueue($"{told["peerId"]}");
            }

            _lines.Writer.TryWrite(told);
        }
        catch (JsonException) when (line[^1] != '}')
        {
            // It was killed in the middle of a line.
        }
    }

    private static async Task<NodeProcess> ReadyAsync(NodeProcess node)
    {
        node.Ready = await node.NextAsync("ready");
        return node;
    }

    private static Process Start(LanHost host, string[] arguments) =>
        Start(host.In("env", ["--default-signal=INT,HUP", "dotnet", Program, .. arguments]));

    /// <summary>
    /// On Linux through <c>env</c>, which becomes the program: a runner in the background of a shell ignores SIGINT, one of nohup SIGHUP, and its
    /// children would inherit that.
    /// </summary>
    private static Process Start(string[] arguments, params string[] variables)
    {
        string[] program = ["dotnet", Program, .. arguments];
        string[] all = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT,HUP", .. variables, .. program] : program;
        return Start(new ProcessStartInfo(all[0], all[1..]));
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        foreach (var (setting, value) in ShortLived)
        {
            start.Environment[setting] = value;
        }

        return Process.Start(start)!;
    }
}
