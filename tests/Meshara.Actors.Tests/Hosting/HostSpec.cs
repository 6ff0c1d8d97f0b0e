using Akka.Actor;
using Akka.Hosting;
using Meshara.Actors.Tests.Store;
using Meshara.Core.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>A program that hosts a node as the README says, with a HOCON file of its own.</summary>
public sealed class HostSpec : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_injects_its_node_and_stops_it_with_itself()
    {
        using (var host = Build("node"))
        {
            await host.StartAsync();
            var mesh = host.Services.GetRequiredService<Mesh>();
            var node = await mesh.ReadyAsync();
            node.Network.ShouldBe("of-the-host");
            node.Data.ShouldBe(Path.Combine(_folder.Path, "node"));
            (await mesh.StatusAsync()).Connected.ShouldBe(0);

            await host.StopAsync();
        }

        // All is released: the lock, the port, the database.
        using var again = Build("node");
        await again.StartAsync();
        await again.Services.GetRequiredService<Mesh>().ReadyAsync();
        await again.StopAsync();
    }

    [Fact]
    public async Task The_node_says_goodbye_when_its_host_stops()
    {
        using var one = Build("one");
        using var two = Build("two");
        await Task.WhenAll(one.StartAsync(), two.StartAsync());
        var (first, second) = (one.Services.GetRequiredService<Mesh>(), two.Services.GetRequiredService<Mesh>());
        await first.AddPeerAsync((await second.ReadyAsync()).Listen[0]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        await two.StopAsync();

        await foreach (var e in first.EventsAsync(history: true, patience.Token))
        {
            if (e.Kind == MeshEventKind.PeerDisconnected)
            {
                e.Reason.ShouldBe(Reason.ShuttingDown);
                break;
            }
        }

        await one.StopAsync();
    }

    [Fact]
    public async Task A_host_keeps_its_own_settings()
    {
        using var host = Build("node");
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        await host.Services.GetRequiredService<Mesh>().ReadyAsync();

        system.Settings.Config.GetString("akka.persistence.journal.plugin").ShouldBe("akka.persistence.journal.inmem");
        system.Settings.Config.GetString("akka.actor.default-dispatcher.type").ShouldBe("Dispatcher");
        system.Settings.LogLevel.ShouldBe("WARNING");
        await host.StopAsync();
    }

    private IHost Build(string name)
    {
        var file = Path.Combine(_folder.Path, $"{name}.conf");
        File.WriteAllText(file, $$"""
            meshara {
              network = of-the-host
              listen = "127.0.0.1:0"
              data = "{{Path.Combine(_folder.Path, name)}}"
              discovery.enabled-methods = [manual]
            }
            """);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMesh();
        builder.Services.AddAkka("app", akka => akka
            .AddHocon("akka.loglevel = WARNING", HoconAddMode.Prepend)
            .AddHoconFile(file, HoconAddMode.Prepend)
            .WithMeshara());
        return builder.Build();
    }
}
