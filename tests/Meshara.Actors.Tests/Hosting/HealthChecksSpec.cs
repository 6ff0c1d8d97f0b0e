using Akka.Hosting;
using Meshara.Actors.Tests.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>Who watches the host is told of the node's health by the means that it has already.</summary>
public sealed class HealthChecksSpec : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_check_is_one_of_the_host_and_all_together_are_another()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHealthChecks().AddMesh();
        builder.Services.AddAkka("app", akka => akka
            .AddHocon(
                $$"""
                akka.loglevel = WARNING
                meshara { listen = "127.0.0.1:0", data = "{{_folder.Path}}", discovery.enabled-methods = [manual] }
                """,
                HoconAddMode.Prepend)
            .WithMeshara()
            .WithMesharaHealthChecks());
        using var host = builder.Build();
        await host.StartAsync();

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        report.Status.ShouldBe(HealthStatus.Healthy, string.Join("; ", report.Entries.Select(e => $"{e.Key}: {e.Value.Status} {e.Value.Description}")));
        ((string[])["meshara", "meshara-no-peers", "meshara-store-behind", "meshara-mdns-down", "meshara-listener-down", "meshara-clock-skew"]).ShouldBeSubsetOf(report.Entries.Keys);
        report.Entries["meshara-listener-down"].Description.ShouldBe("The node can be dialled.");
        report.Entries["meshara-listener-down"].Tags.ShouldContain("meshara");
        report.Entries["meshara"].Data["mdns-down"].ShouldBe("The local network is not searched; the method local-mdns is not enabled.");
        await host.StopAsync();
    }
}
