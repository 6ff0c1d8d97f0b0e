using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Node.Commands;
using Meshara.Node.Output;
using Meshara.Node.Run;
using Microsoft.Data.Sqlite;

namespace Meshara.Node.Demo;

/// <summary>The demo from its folder to its summary. Whatever comes of it, nothing of it stays behind.</summary>
internal static class DemoRun
{
    // What the nodes have to say they tell by events: a line of the log would tear the picture.
    private const string System = """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          scheduler.tick-duration = 20ms
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """;

    /// <summary>How long each outcome stays on a terminal before the next act begins.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2.5);

    public static async Task<int> RunAsync(int nodes, bool fast, bool useMdns)
    {
        using var stop = new StopSignals(listen: true);
        OutputPipe.WhenClosed(stop.Stop);
        var isLive = Terminal.IsLive;
        var plain = new PlainScreen(Console.Out);
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var pace = isLive && !fast ? Pace : TimeSpan.Zero;
            var play = await OnStageAsync(nodes, useMdns, (cast, acts) => isLive
                ? Terminal.LiveAsync(draw => Direct(new LiveScreen(draw, Terminal.Size.Height), cast, acts))
                : Direct(plain, cast, acts));
            if (!isLive)
            {
                plain.Table(play.Scene);
            }

            if (play.Failure is not null)
            {
                return Failed(play.Failure);
            }

            var took = NodeRows.Seconds(TimeProvider.System.GetElapsedTime(began));
            Console.WriteLine($"All seen. {nodes + 1} nodes and one stranger came and went in {took}; their folder is deleted.");
            Console.WriteLine("Start a node of your own: meshara run");
            return CommandLine.Done;

            Task<Play> Direct(IScreen screen, Cast cast, ImmutableArray<Act> acts) =>
                new Director(cast, screen, TimeProvider.System, pace).RunAsync(acts, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return Failed("Stopped before the end; nothing is left behind.");
        }
        catch (OperationCanceledException)
        {
            return Failed("The nodes did not stop in time.");
        }
        catch (Exception e) when (e is MesharaStartException or IOException or SocketException or UnauthorizedAccessException or AskTimeoutException)
        {
            return Failed(e.Message);
        }
    }

    /// <summary>Has the nodes a folder and an actor system to live in, for as long as it takes.</summary>
    private static async Task<Play> OnStageAsync(int nodes, bool useMdns, Func<Cast, ImmutableArray<Act>, Task<Play>> play)
    {
        var folder = MakeFolder();
        try
        {
            var system = ActorSystem.Create("meshara-demo", ConfigurationFactory.ParseString(System));
            try
            {
                var network = $"demo-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
                await using var cast = new Cast(system, folder.FullName, network, Script.TargetOf(nodes), useMdns);
                return await play(cast, Script.Of(nodes));
            }
            finally
            {
                await system.Terminate();
            }
        }
        finally
        {
            // The node that was killed has closed nothing, and Windows deletes no file that is open.
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static DirectoryInfo MakeFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("meshara-demo-");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MesharaStartException($"No folder for the demo can be made in {Path.GetTempPath()}: {e.Message}", e);
        }
    }

    private static int Failed(string why)
    {
        Console.Error.WriteLine(why);
        return CommandLine.Failed;
    }
}
