using System.Net;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Node.Control;
using Meshara.Node.Metrics;
using Meshara.Node.Output;
using Meshara.Page;

namespace Meshara.Node.Run;

/// <summary>A node in the foreground, from the start screen to the goodbye.</summary>
internal static class NodeRun
{
    private const string System = """
        akka {
          stdout-loglevel = OFF
          loggers = ["Meshara.Node.Run.StderrLogger, meshara"]
          log-dead-letters = off
          scheduler.implementation = "Meshara.Actors.Hosting.TicklessScheduler, Meshara.Actors"
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """;

    /// <summary>How long whoever reads stdout or the events may take for the last lines; one that does not read must not hold the node up.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    /// <param name="metrics">Where they are served; null: nowhere.</param>
    /// <param name="pageAt">Where the page is served; null: nowhere.</param>
    /// <exception cref="MesharaStartException">The configuration cannot be read.</exception>
    public static async Task<int> RunAsync(Configured configured, bool json, IPEndPoint? metrics, PageAddress? pageAt)
    {
        using var stop = new StopSignals(listen: true);
        var (configuration, logLevel) = configured.Begin();
        var system = ActorSystem.Create("meshara", ConfigurationFactory.ParseString($"akka.loglevel = {logLevel}\n{System}"));
        try
        {
            await using var served = metrics is null ? null : await MetricsServer.StartAsync(metrics, TimeProvider.System);
            var pageStarts = PageRun.Begin(system, configured, pageAt);
            var mesh = await Mesh.StartAsync(system, Mesh.DefaultName, configuration);
            var node = await mesh.ReadyAsync();
            await using var page = await PageRun.FinishAsync(pageStarts, pageAt);
            Func<Task<MeshReload>> reload = () => configured.ReloadAsync(mesh);
            using var triggers = new ReloadTriggers(configured.Files, reload, hangUp: stop.Stop);
            using var control = new ControlServer(node.Data, mesh, new ProgramParts(page is null ? null : page.NewLink, reload));
            var serving = control.RunAsync();
            var printing = PrintAsync(mesh, node, served?.Url, json, page?.NewLink());
            await WaitAsync(stop.Token);
            control.Close();
            await (page?.DisposeAsync() ?? ValueTask.CompletedTask);
            await mesh.StopAsync();
            await Task.WhenAll(control.FinishAsync(Farewell), Task.WhenAny(printing, Task.Delay(Farewell)));
            await serving;
            return 0;
        }
        catch (Exception e) when (e is MesharaStartException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            await system.Terminate();
        }
    }

    private static async Task PrintAsync(Mesh mesh, NodeDescription node, string? metrics, bool json, string? pageLink)
    {
        if (json)
        {
            Console.WriteLine(Json.Line(Json.Ready(node, metrics, pageLink)));
        }
        else
        {
            StartScreen(node, metrics, pageLink);
        }

        await foreach (var e in mesh.EventsAsync(history: true))
        {
            if (e.Kind != MeshEventKind.Ready)
            {
                OutputPipe.AwaitRoom();
                Console.WriteLine(json ? Json.Line(Json.Of(e)) : Text.Event(Json.Of(e)));
            }
        }
    }

    private static void StartScreen(NodeDescription node, string? metrics, string? pageLink)
    {
        var throughSdk = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" || AppContext.BaseDirectory.Contains("Meshara.Node");
        var program = throughSdk ? "dotnet run --project src/Meshara.Node --" : "meshara";
        Console.WriteLine($"Node     {node.Id}");
        Console.WriteLine($"Listens  {string.Join(", ", node.Listen)}");
        Console.WriteLine($"Data     {node.Data}");
        if (metrics is not null)
        {
            Console.WriteLine($"Metrics  {metrics}");
        }

        if (pageLink is not null)
        {
            Console.WriteLine($"Page     {pageLink}");
        }

        Console.WriteLine();
        Console.WriteLine("Connect a second node from another terminal:");
        var folder = node.Data == Path.GetFullPath("./b") ? "./c" : "./b";
        Console.WriteLine($"  {program} run --data {folder} --listen 127.0.0.1:0 --peer {node.Listen[0]}");
        Console.WriteLine();
    }

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }
}
