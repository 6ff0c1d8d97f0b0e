using System.Net;
using Meshara.Actors;
using Meshara.Page.Access;
using Meshara.Page.Components;
using Meshara.Page.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Meshara.Page;

/// <summary>Serves the page of one node.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    /// <summary>
    /// Bounds on what local programs and browsers may cost: connections, of them WebSockets (each a browser tab with its state), bytes of a request,
    /// time to send its head. A tab that lost its connection is kept for a minute, and only a few are.
    /// </summary>
    private const int MaxConnections = 64, MaxTabs = 16, MaxRequest = 64 * 1024, MaxLostTabs = 4;

    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(10), LostTabLife = TimeSpan.FromMinutes(1), StopPatience = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;
    private readonly AccessKeys _keys;

    private PageServer(WebApplication app, AccessKeys keys, IPEndPoint endPoint) => (_app, _keys, EndPoint) = (app, keys, endPoint);

    /// <summary>Where it is served.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>For tests.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>Serves the page of a node; if that is still starting, all that takes time is done meanwhile.</summary>
    /// <exception cref="MesharaStartException">The node could not be started.</exception>
    /// <exception cref="IOException">The port is taken or cannot be had; one sentence.</exception>
    public static async Task<PageServer> StartAsync(Mesh mesh, PageOptions options)
    {
        try
        {
            return await StartAsync(mesh, options, options.Address.EndPoint);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException && options.Address.FallsBack)
        {
            return await StartAsync(mesh, options, new IPEndPoint(options.Address.EndPoint.Address, 0));
        }
    }

    /// <summary>A link that opens the page in one browser, once.</summary>
    public string NewLink() => $"http://{EndPoint}/?token={_keys.Issue()}";

    /// <summary>Ends with the tabs that are open.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private static async Task<PageServer> StartAsync(Mesh mesh, PageOptions options, IPEndPoint endPoint)
    {
        NodeDescription? node = null;

        var builder = BareWeb.Builder(endPoint, bounds =>
        {
            bounds.MaxConcurrentConnections = MaxConnections;
            bounds.MaxConcurrentUpgradedConnections = MaxTabs;
            bounds.MaxRequestBodySize = MaxRequest;
            bounds.RequestHeadersTimeout = HeadTimeout;
        });
        var keys = new AccessKeys(options.Time);
        builder.Services.AddSingleton(mesh).AddSingleton(_ => node!).AddSingleton(options).AddSingleton(options.Time).AddSingleton<MeshWatch>();
        builder.Services.AddScoped<Choice>();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = MaxLostTabs;
            circuits.DisconnectedCircuitRetentionPeriod = LostTabLife;
        });

        var app = builder.Build();
        node = await mesh.ReadyAsync();
        var door = new Doorkeeper(keys, $"meshara-{node.Id.ToShortString()}");
        app.Use(door.InvokeAsync);
        app.UseRouting();
        app.UseAntiforgery();
        Assets.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(render =>
        {
            render.ContentSecurityFrameAncestorsPolicy = null; // The doorkeeper says it, on every answer.
            render.DisableWebSocketCompression = true;
        });
        try
        {
            await app.StartAsync();
            return new PageServer(app, keys, app.EndPoint(endPoint));
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await app.DisposeAsync();
            var why = e.InnerException is AddressInUseException ? "is in use by another program" : $"cannot be had: {e.Message}";
            throw new IOException($"The page's port {endPoint} {why}; give another one with --page, or --page off.", e.InnerException ?? e);
        }
    }
}
