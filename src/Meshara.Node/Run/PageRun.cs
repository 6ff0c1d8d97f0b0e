using System.CommandLine;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Page;

namespace Meshara.Node.Run;

/// <summary>The page of a node that runs in the foreground. Where there is none, none of its assemblies is loaded.</summary>
internal static class PageRun
{
    private const string Off = "off";

    public static Option<string?> Option()
    {
        var page = new Option<string?>("--page")
        {
            Description = "Where to serve the page: a loopback address, 127.0.0.1:7374 if nothing is said (with --json: off).", HelpName = "ADDR:PORT|off",
        };
        page.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text and not Off && !PageAddress.TryParse(text, out _, out var error))
            {
                result.AddError($"--page: {error}");
            }
        });
        return page;
    }

    /// <summary>What was asked for; null: no page. Who reads JSON is a program, and opens none.</summary>
    public static PageAddress? Of(string? option, bool json) => option switch
    {
        null => json ? null : PageAddress.Default,
        Off => null,
        _ => PageAddress.TryParse(option, out var address, out var error) ? address : throw new MesharaStartException(error),
    };

    /// <summary>Begins beside the start of the node, which has other things to wait for.</summary>
    public static Task<PageServer>? Begin(ActorSystem system, Configured configured, PageAddress? at) => at is null ? null : Start(system, configured, at);

    /// <summary>The page, when both are there. That nobody can have one is no reason for a node not to run, unless somebody said where.</summary>
    /// <exception cref="IOException">It cannot be served where it was asked for; one sentence.</exception>
    public static async Task<PageServer?> FinishAsync(Task<PageServer>? begun, PageAddress? at)
    {
        try
        {
            return begun is null ? null : await begun;
        }
        catch (IOException e) when (at!.FallsBack)
        {
            Console.Error.WriteLine($"There is no page: {e.Message}");
            return null;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<PageServer> Start(ActorSystem system, Configured configured, PageAddress at)
    {
        var mesh = Mesh.Get(system);
        var start = Task.Run(() => PageServer.StartAsync(mesh, new PageOptions(at) { Configuration = () => configured.Values }));

        // A node that does not start says why itself.
        _ = start.ContinueWith(s => s.Exception, TaskScheduler.Default);
        return start;
    }
}
