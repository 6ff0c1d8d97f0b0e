using System.Net;
using System.Net.Sockets;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

public sealed class ReceiveLoopTests
{
    [Fact]
    public async Task Errors_do_not_end_it_and_it_rests_after_each_and_a_closed_socket_ends_it()
    {
        var results = new Queue<Func<int>>(
        [
            () => throw new SocketException((int)SocketError.ConnectionReset),
            () => throw new SocketException((int)SocketError.NetworkDown),
            () => 7,
            () => throw new ObjectDisposedException("the socket"),
        ]);
        var heard = new List<int>();
        var errors = new List<SocketError>();
        var start = TimeProvider.System.GetTimestamp();

        await ReceiveLoop.RunAsync(
            (_, _) => ValueTask.FromResult(new SocketReceiveMessageFromResult
            {
                ReceivedBytes = results.Dequeue()(), RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 1),
            }),
            (bytes, _) => heard.Add(bytes.Length), errors.Add, TimeProvider.System, CancellationToken.None);

        heard.ShouldBe([7]);
        errors.ShouldBe([SocketError.ConnectionReset, SocketError.NetworkDown]);
        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(1.9 * ReceiveLoop.Rest);
    }

    [Fact]
    public async Task Being_cancelled_ends_it()
    {
        using var closing = new CancellationTokenSource();
        var loop = ReceiveLoop.RunAsync(
            async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return default;
            },
            (_, _) => { }, _ => { }, TimeProvider.System, closing.Token);

        await closing.CancelAsync();

        await loop;
    }
}
