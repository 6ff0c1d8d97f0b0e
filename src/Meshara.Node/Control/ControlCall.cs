using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>What a connection to the control socket does now.</summary>
internal enum CallState
{
    /// <summary>It has not said yet what it wants.</summary>
    Silent,

    /// <summary>It waits for its one answer.</summary>
    Answered,

    /// <summary>It reads events, perhaps for ever.</summary>
    Events,
}

/// <summary>One connection: one request, a line of JSON; the answer is one line, or many for events.</summary>
internal sealed class ControlCall(Socket socket, Requests requests, Func<ControlCall, bool> startsReading, CancellationToken alive)
{
    /// <summary>Bounds on what it may cost: bytes of a request, time to send it, and time to take a line of the answer.</summary>
    private const int MaxRequest = 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _patience = new();

    public CallState State { get; set; }

    public async Task ServeAsync()
    {
        await using var end = alive.Register(_patience.Cancel);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            _patience.CancelAfter(RequestTimeout);
            var request = Request.Parse(await ReadLineAsync(stream, _patience.Token));
            State = CallState.Answered;
            if (request?.Command == Request.Events && !startsReading(this))
            {
                await WriteAsync(stream, Json.Error("rate-limited", "Too many read the events at this time; end one of them."));
                return;
            }

            var follows = request is { Command: Request.Events, Follow: true };
            _patience.CancelAfter(Timeout.InfiniteTimeSpan);
            if (follows)
            {
                _ = EndWithAsync(stream);
            }

            await foreach (var answer in requests.AnswerAsync(request, _patience.Token))
            {
                // Who follows may pause; it then loses the oldest events.
                _patience.CancelAfter(follows ? Timeout.InfiniteTimeSpan : WriteTimeout);
                await WriteAsync(stream, answer);
                _patience.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Whoever asked has gone, or took too long.
        }
    }

    /// <summary>Ends it, because others need its place.</summary>
    public void GiveWay() => _patience.Cancel();

    /// <summary>Who follows keeps its connection open; when it has gone, so does its place, though nothing happens that it could be told.</summary>
    private async Task EndWithAsync(NetworkStream stream)
    {
        try
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, _patience.Token) > 0)
            {
                // Nothing more is asked of it.
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The same.
        }

        await _patience.CancelAsync();
    }

    private async Task WriteAsync(NetworkStream stream, JsonObject answer) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Json.Line(answer) + "\n"), _patience.Token);

    private static async Task<byte[]> ReadLineAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        using var line = new MemoryStream();
        while (line.Length <= MaxRequest)
        {
            var read = await stream.ReadAsync(buffer, cancellation);
            var end = buffer.AsSpan(0, read).IndexOf((byte)'\n');
            line.Write(buffer, 0, end >= 0 ? end : read);
            if (end >= 0 || read == 0)
            {
                return line.ToArray();
            }
        }

        return [];
    }
}
