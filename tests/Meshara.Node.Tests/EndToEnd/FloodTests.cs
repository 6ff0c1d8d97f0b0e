using System.Net;
using System.Net.Sockets;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>Many strangers at once.</summary>
public sealed class FloodTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";
    private const int Sockets = 10_000;

    /// <summary>What the flood may cost, in bytes; an idle node occupies about a third of it more or less, as the garbage collector likes.</summary>
    private const long MemoryAllowance = 150L * 1024 * 1024;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Ten_thousand_sockets_that_never_speak_cost_little_and_keep_no_honest_peer_out()
    {
        // Linux answers on all of 127.0.0.0/8: the flood comes from many sources, more of them than the node has handshakes to give.
        Requires.Linux();
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort);
        var before = one.Memory;
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < Sockets; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, (byte)(1 + (i % 8)), (byte)(1 + (i % 200))]), 0));
                await socket.ConnectAsync(IPEndPoint.Parse(one.Address));
            }

            // The first try may fall into the very second of the flood; a manual peer is dialled again with backoff.
            using var honest = await NodeProcess.RunAsync(_data["three"], "--listen", AnyPort, "--peer", one.Address);
            (await honest.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(one.Id);
            (await NodeProcess.CommandAsync("status", "--data", _data["one"])).Exit.ShouldBe(0);
            (one.Memory - before).ShouldBeLessThan(MemoryAllowance);
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }

        one.Lines.ShouldBeLessThan(40);
        one.Errors.ShouldBeLessThan(10);
    }
}
