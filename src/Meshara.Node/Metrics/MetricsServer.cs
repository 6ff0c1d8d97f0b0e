using System.Net;
using System.Net.Sockets;
using System.Text;
using Meshara.Actors;

namespace Meshara.Node.Metrics;

/// <summary>
/// Serves the metrics to Prometheus: <c>GET /metrics</c> and nothing else, one request a connection. Whoever reaches the port may be hostile,
/// and shares the file handles of the node: so there are few connections, each with little time, and the oldest gives way to a new one.
/// </summary>
/// <remarks>
/// Written by hand, since the exporter of OpenTelemetry that needs no ASP.NET stands on HttpListener: that one keeps every connection whose
/// request is never finished, without a bound on their number or their time.
/// </remarks>
internal sealed class MetricsServer : IDisposable
{
    /// <summary>Connections at a time.</summary>
    public const int MaxCalls = 16;

    private readonly TimeSpan _patience;
    private readonly Socket _socket;
    private readonly Scrapes _scrapes;
    private readonly CancellationTokenSource _closing = new();
    private readonly LinkedList<CancellationTokenSource> _calls = [];

    private MetricsServer(Socket socket, TimeProvider time, TimeSpan patience)
    {
        (_socket, _patience) = (socket, patience);
        _scrapes = new Scrapes(time);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    public string Url => $"http://{EndPoint}/metrics";

    /// <summary>Binds and serves.</summary>
    /// <param name="patience">So long a call may take in all; null: 5 s.</param>
    /// <exception cref="MesharaStartException">It cannot listen there.</exception>
    public static MetricsServer Start(IPEndPoint at, TimeProvider time, TimeSpan? patience = null)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(at);
            socket.Listen(MaxCalls);
            return new MetricsServer(socket, time, patience ?? TimeSpan.FromSeconds(5));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new MesharaStartException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"The metrics cannot be served at {at}: the port is in use by another program. Stop that one, or choose another port with --metrics.",
                SocketError.AccessDenied => $"The metrics cannot be served at {at}: this user may not listen there. Choose a port above 1023 with --metrics.",
                SocketError.AddressNotAvailable => $"The metrics cannot be served at {at}: this machine has no such address. Choose another one with --metrics.",
                _ => $"The metrics cannot be served at {at}: {e.Message}",
            }, e);
        }
    }

    /// <summary>Reads <c>ADDR:PORT</c>, or <c>PORT</c> for loopback alone; otherwise <paramref name="error"/> says what is wrong.</summary>
    public static bool TryParse(string text, out IPEndPoint at, out string error)
    {
        error = "";
        at = new IPEndPoint(IPAddress.Loopback, 0);
        if (ushort.TryParse(text, System.Globalization.NumberStyles.None, null, out var port))
        {
            at.Port = port;
            return true;
        }

        if (IPEndPoint.TryParse(text, out var parsed) && text.EndsWith($":{parsed.Port}", StringComparison.Ordinal))
        {
            at = parsed;
            return true;
        }

        error = $"{text} is no place to serve metrics at; give PORT, for loopback, or ADDR:PORT, such as 0.0.0.0:9464.";
        return false;
    }

    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
        _scrapes.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _socket.AcceptAsync(_closing.Token));
            }
            catch (SocketException)
            {
                // Out of file handles, most likely; there will be some again.
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var call = Enter(patience);
        try
        {
            patience.CancelAfter(_patience);
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            var answer = Answer(await ReadHeadAsync(stream, patience.Token));
            await stream.WriteAsync(answer, patience.Token);
            socket.Shutdown(SocketShutdown.Send);

            // To close at once could destroy what the other side has not read yet.
            while (await stream.ReadAsync(new byte[1024], patience.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever called has gone, or took too long.
        }
        finally
        {
            socket.Dispose();
            lock (_calls)
            {
                if (call.List is not null)
                {
                    _calls.Remove(call);
                }
            }
        }
    }

    private LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource patience)
    {
        CancellationTokenSource? oldest = null;
        LinkedListNode<CancellationTokenSource> call;
        lock (_calls)
        {
            call = _calls.AddLast(patience);
            if (_calls.Count > MaxCalls)
            {
                oldest = _calls.First!.Value;
                _calls.RemoveFirst();
            }
        }

        GiveWay(oldest);
        return call;
    }

    private static void GiveWay(CancellationTokenSource? oldest)
    {
        try
        {
            oldest?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private static async Task<byte[]?> ReadHeadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[HttpHead.MaxLength];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0 || read == 0)
            {
                return end >= 0 ? buffer[..end] : [];
            }
        }

        return null;
    }

    private byte[] Answer(byte[]? head) => (head is null ? null : HttpHead.Parse(head)) switch
    {
        null => Response(head is null ? "431 Request Header Fields Too Large" : "400 Bad Request", "This is no request for metrics.\n"),
        var request when IPAddress.IsLoopback(EndPoint.Address) && !request.IsForLoopback =>
            Response("403 Forbidden", "The metrics are served to this machine alone, by its loopback address.\n"),
        { Method: not ("GET" or "HEAD") } => Response("405 Method Not Allowed", "Metrics can only be read.\n", "Allow: GET, HEAD\r\n"),
        { Path: "/metrics" } request => Response("200 OK", _scrapes.Take(), type: PrometheusText.ContentType, withBody: request.Method == "GET"),
        { Path: "/" } => Response("200 OK", "The metrics are at /metrics.\n"),
        _ => Response("404 Not Found", "The metrics are at /metrics.\n"),
    };

    private static byte[] Response(string status, string body, string headers = "", string type = "text/plain; charset=utf-8", bool withBody = true)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length}\r\nX-Content-Type-Options: nosniff\r\n{headers}Connection: close\r\n\r\n");
        return withBody ? [.. head, .. bytes] : head;
    }
}
