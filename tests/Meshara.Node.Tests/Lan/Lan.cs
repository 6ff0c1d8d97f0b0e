using System.Diagnostics;
using Meshara.Tests;

namespace Meshara.Node.Tests.Lan;

/// <summary>
/// A LAN of its own on this machine: each host a network namespace with <c>lo</c> and <c>eth0</c>, joined by a bridge in a
/// namespace of its own, so that nothing of it touches the machine's network. Host i has 10.78.0.i/24 and a link-local IPv6
/// address.
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    /// <summary>How long anything may take that takes milliseconds on an idle machine.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static int _lans;

    private readonly string _prefix;
    private readonly List<string> _namespaces = [];
    /// <summary>The tests of this collection run one after the other: processes of many hosts are enough load for one machine.</summary>
    public const string Collection = "LAN";

    private readonly List<LanHost> _hosts = [];

    private Lan(string prefix) => _prefix = prefix;

    /// <summary>The hosts count from 1, as their addresses do.</summary>
    public LanHost this[int host] => _hosts[host - 1];

    public IReadOnlyList<string> Namespaces => _namespaces;

    private string Switch => $"{_prefix}-sw";

    /// <summary>Skips the test where there can be no LAN.</summary>
    public static void Require()
    {
        Requires.Linux();
        Requires.Root();
        Requires.Command("ip");
    }

    /// <summary>A LAN of that many hosts, which can hear each other when this returns.</summary>
    public static Task<Lan> CreateAsync(int hosts) =>
        CreateAsync(hosts, $"msh{Environment.ProcessId}x{Interlocked.Increment(ref _lans)}");

    /// <summary>As the other, with namespaces of that name. What was made before a failure is removed again.</summary>
    internal static async Task<Lan> CreateAsync(int hosts, string prefix)
    {
        var lan = new Lan(prefix);
        try
        {
            // Snooping would need a querier on the LAN, and filter what it has seen no membership report for.
            await lan.AddNamespaceAsync(lan.Switch);
            await IpAsync(lan.Switch, ["link add br0 type bridge mcast_snooping 0", "link set br0 up"]);
            for (var i = 1; i <= hosts; i++)
            {
                await lan.AddHostAsync(i);
            }

            return lan;
        }
        catch
        {
            await lan.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends every process in the namespaces, whoever started it, and removes them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces)
        {
            var (_, pids, _) = await RunAsync("ip", "netns", "pids", name);
            if (pids.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } running)
            {
                await RunAsync("kill", ["-KILL", .. running]);
            }

            await RunAsync("ip", "netns", "delete", name);
        }

        _namespaces.Clear();
    }

    /// <summary>Runs a command to its end, outside of every namespace.</summary>
    internal static Task<(int Exit, string Out, string Error)> RunAsync(string command, params IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo(command, arguments));

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="TimeoutException">It took too long, and was killed.</exception>
    internal static async Task<(int Exit, string Out, string Error)> RunAsync(
        ProcessStartInfo start, string input = "", TimeSpan? patience = null)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        using var waiting = new CancellationTokenSource(patience ?? Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(waiting.Token);
            var error = process.StandardError.ReadToEndAsync(waiting.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), waiting.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(waiting.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(Patience); // A killed process is there until it has been torn down.
            throw new TimeoutException(
                $"'{start.FileName} {string.Join(' ', start.ArgumentList)}' took more than {patience ?? Patience}.");
        }
    }

    /// <summary>Several commands of <c>ip</c> in a namespace at once; throws at the first that fails.</summary>
    internal static async Task IpAsync(string name, IEnumerable<string> commands)
    {
        var start = new ProcessStartInfo("ip", ["-n", name, "-batch", "-"]);
        MustHaveWorked(await RunAsync(start, string.Join('\n', commands) + "\n"));
    }

    private static void MustHaveWorked((int Exit, string Out, string Error) result)
    {
        if (result.Exit != 0)
        {
            throw new InvalidOperationException(result.Error);
        }
    }

    private async Task AddNamespaceAsync(string name)
    {
        MustHaveWorked(await RunAsync("ip", "netns", "add", name));
        _namespaces.Add(name);
    }

    private async Task AddHostAsync(int i)
    {
        var host = new LanHost($"{_prefix}-{i}", $"10.78.0.{i}");
        await AddNamespaceAsync(host.Name);

        // Before eth0 is there, which takes its settings from the default: an address that is looked for duplicates cannot be
        // used yet.
        MustHaveWorked(await host.RunAsync(
            "sh", "-c", "for c in all default; do echo 0 > /proc/sys/net/ipv6/conf/$c/accept_dad; done"));
        await IpAsync(Switch, [$"link add p{i} type veth peer name eth0 netns {host.Name}", $"link set p{i} master br0 up"]);
        await IpAsync(host.Name, ["link set lo up", "link set eth0 up", .. host.Addressing]);
        _hosts.Add(host);
    }
}
