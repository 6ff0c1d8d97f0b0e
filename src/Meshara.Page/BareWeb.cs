using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Meshara.Page;

/// <summary>Kestrel on one address, with nothing that was not asked for; the page and the metrics are served by it.</summary>
internal static class BareWeb
{
    /// <summary>
    /// Nothing is read from the environment or from files, where other programs of this user leave settings for theirs, and signals stay the
    /// program's.
    /// </summary>
    /// <param name="bounds">What whoever reaches the port may cost.</param>
    public static WebApplicationBuilder Builder(IPEndPoint at, Action<KestrelServerLimits> bounds, Action<ListenOptions>? connections = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(BareWeb).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            bounds(kestrel.Limits);
            kestrel.Listen(at, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                connections?.Invoke(listen);
            });
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder;
    }

    /// <summary>Where it listens: the port is known when it is bound.</summary>
    public static IPEndPoint EndPoint(this WebApplication app, IPEndPoint asked) => new(asked.Address, new Uri(app.Urls.First()).Port);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
