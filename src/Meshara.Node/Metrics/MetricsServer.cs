using System.Net;
using System.Net.Sockets;
using System.Text;
using Meshara.Actors;
using Meshara.Page;
using Meshara.Page.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Meshara.Node.Metrics;

/// <summary>Serves the metrics to Prometheus: <c>GET /metrics</c> and nothing else, one request a connection.</summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    /// <summary>Connections at a time.</summary>
    public const int MaxCalls = 16;

    /// <summary>Bytes of a request's head. Prometheus sends some hundred.</summary>
    public const int MaxHead = 8 * 1024;

    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;
    private readonly Scrapes _scrapes;

    private MetricsServer(WebApplication app, Scrapes scrapes, IPEndPoint endPoint) => (_app, _scrapes, EndPoint) = (app, scrapes, endPoint);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    public string Url => $"http://{EndPoint}/metrics";

    /// <summary>Binds and serves.</summary>
    /// <param name="patience">So long a call may take in all; null: 5 s.</param>
    /// <exception cref="MesharaStartException">It cannot listen there.</exception>
    public static async Task<MetricsServer> StartAsync(IPEndPoint at, TimeProvider time, TimeSpan? patience = null)
    {
        var callers = new Callers(MaxCalls, patience ?? TimeSpan.FromSeconds(5));
        var builder = BareWeb.Builder(
            at,
            bounds => (bounds.MaxRequestHeadersTotalSize, bounds.MaxRequestLineSize, bounds.MaxRequestBodySize) = (MaxHead, MaxHead, 0),
            listen => listen.Use(next => caller => callers.ServeAsync(caller, next)));
        var app = builder.Build();
        var scrapes = new Scrapes(time);
        app.Run(context => AnswerAsync(context, scrapes, IPAddress.IsLoopback(at.Address)));
        try
        {
            await app.StartAsync();
            return new MetricsServer(app, scrapes, app.EndPoint(at));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            scrapes.Dispose();
            throw new MesharaStartException($"The metrics cannot be served at {at}: {WhyNot(e)}", e);
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

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _scrapes.Dispose();
    }

    private static string WhyNot(Exception e) => (e as SocketException)?.SocketErrorCode switch
    {
        SocketError.AccessDenied => "this user may not listen there. Choose a port above 1023 with --metrics.",
        SocketError.AddressNotAvailable => "this machine has no such address. Choose another one with --metrics.",
        _ when e.InnerException is AddressInUseException => "the port is in use by another program. Stop that one, or choose another port with --metrics.",
        _ => e.Message,
    };

    private static Task AnswerAsync(HttpContext context, Scrapes scrapes, bool onLoopback)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.Connection = "close";
        response.Headers.XContentTypeOptions = "nosniff";
        var (status, body) = request switch
        {
            _ when onLoopback && request.Host.HasValue && !LoopbackHost.IsOurs(request.Host) =>
                (StatusCodes.Status421MisdirectedRequest, "The metrics are served to this machine alone, by its loopback address.\n"),
            _ when !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) => (StatusCodes.Status405MethodNotAllowed, "Metrics can only be read.\n"),
            { Path.Value: "/metrics" } => (StatusCodes.Status200OK, scrapes.Take()),
            { Path.Value: "/" } => (StatusCodes.Status200OK, "The metrics are at /metrics.\n"),
            _ => (StatusCodes.Status404NotFound, "The metrics are at /metrics.\n"),
        };
        if (status == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = "GET, HEAD";
        }

        response.StatusCode = status;
        response.ContentType = request.Path.Value == "/metrics" && status == StatusCodes.Status200OK ? PrometheusText.ContentType : "text/plain; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(body);
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes).AsTask();
    }
}
