using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>Receives for as long as there is a socket.</summary>
internal static class ReceiveLoop
{
    /// <summary>
    /// After an error the loop rests, so that one which comes back at once (an interface that is broken, no memory) does not
    /// cost a core. Short, because the system's buffer has to hold what comes meanwhile.
    /// </summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends when it is cancelled or the socket is closed; no error of the network ends it.</summary>
    /// <param name="received">Must copy what it keeps: the buffer is used again.</param>
    public static async Task RunAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<SocketReceiveMessageFromResult>> receive,
        Action<ReadOnlyMemory<byte>, SocketReceiveMessageFromResult> received,
        Action<SocketError> failed,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var buffer = new byte[MdnsGroup.MaxPacketBytes];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var result = await receive(buffer, cancellation);
                received(buffer.AsMemory(0, result.ReceivedBytes), result);
            }
            catch (SocketException e)
            {
                failed(e.SocketErrorCode);
                await Task.Delay(Rest, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
