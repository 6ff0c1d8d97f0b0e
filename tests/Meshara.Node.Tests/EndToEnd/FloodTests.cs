using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class FloodTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private const int Sockets = 10_000, Sources = 20;

    private const long Mebibyte = 1024 * 1024;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Ten_thousand_silent_sockets_keep_no_honest_peer_out_and_cost_little()
    {
        Requires.Linux();
        Requires.That(FileLimit() > Sockets + 1000, $"this test needs more than {Sockets + 1000} open files (ulimit -n)");
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var known = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await one.NextAsync("peer-connected");
        var silent = new List<Socket>();
        Task<NodeProcess>? dialling = null;
        try
        {
            for (var i = 0; i < Sockets; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(10 + (i % Sources))]), 0));
                await socket.ConnectAsync(IPEndPoint.Parse(one.Address));
                if (i == Sockets / 4)
                {
                    dialling = NodeProcess.RunAsync(_data["three"], "--listen", AnyPort, "--peer", one.Address);
                }
            }

            // The first try may fall into the flood and be turned away; a manual peer is dialled again with backoff.
            using var honest = await dialling!;
            (await honest.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(one.Id);
            var (exit, status, _) = await NodeProcess.CommandAsync("status", "--json", "--data", _data["one"]);
            exit.ShouldBe(0);
            status.ShouldContain("\"connected\":2");
            status.ShouldContain("\"healthy\":true");
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }

        one.PeakMemory.ShouldBeLessThan(300 * Mebibyte);
        one.Lines.ShouldBeLessThan(40);
        one.Errors.Count.ShouldBeLessThan(5, string.Join('\n', one.Errors));
    }

    /// <summary>The hard limit: .NET raises the soft one to it.</summary>
    private static long FileLimit() => long.TryParse(
        File.ReadLines("/proc/self/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
}
