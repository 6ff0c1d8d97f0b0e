using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Meshara.Node.Control;
using Meshara.Node.Output;
using Meshara.Node.Run;
using Meshara.Node.Watch;

namespace Meshara.Node.Commands;

/// <summary><c>meshara watch</c>: the connected peers as a table that is redrawn in place. It needs a terminal; with <c>--json</c> it does not.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.2), Longest = TimeSpan.FromHours(1);

    public static Command Make()
    {
        var (data, json) = (CommandLine.Data(), CommandLine.AsJson());
        var every = new Option<string>("--every") { Description = "The pause between two looks, such as 2s or 1m.", HelpName = "TIME", DefaultValueFactory = _ => "1s" };
        every.Validators.Add(result =>
        {
            if (!Duration.TryParse(result.GetValueOrDefault<string>(), Shortest, Longest, out _, out var error))
            {
                result.AddError($"--every: {error}");
            }
        });
        var sort = new Option<string>("--sort") { Description = "The column to sort by at first.", HelpName = "COLUMN", DefaultValueFactory = _ => "id" };
        sort.AcceptOnlyFromAmong([.. Column.All.Select(c => c.Name)]);
        var command = new Command(
            "watch",
            "Watch the connected peers live, in a terminal. A letter sorts by its column, again turns the order round; arrows scroll; q or Ctrl+C ends. "
            + "With --json the peers are printed as one line a look, also into a pipe.\n\nExample: meshara watch --sort rtt")
        {
            data, json, every, sort,
        };
        command.SetAction(async parsed =>
        {
            var folder = SteeringCommands.FolderOf(parsed.GetValue(data));
            var pause = Duration.TryParse(parsed.GetValue(every), Shortest, Longest, out var time, out _) ? time : Shortest;
            using var stop = new StopSignals(listen: true);
            if (parsed.GetValue(json))
            {
                OutputPipe.WhenClosed(stop.Stop);
                return await LinesAsync(folder, pause, stop.Token);
            }

            return await TableAsync(folder, pause, Column.ByName(parsed.GetValue(sort)!)!, stop.Token);
        });
        return command;
    }

    private static async Task<int> TableAsync(string folder, TimeSpan every, Column sort, CancellationToken stop)
    {
        if (!Terminal.IsLive || Console.IsInputRedirected)
        {
            Console.Error.WriteLine("watch draws on a terminal, and this is none; print the peers with 'meshara peers', or a line a look with 'meshara watch --json'.");
            return CommandLine.WrongUsage;
        }

        var looks = new NodeLooks(folder, TimeProvider.System);
        if ((await looks.LookAsync(stop)) is { Node: null } none)
        {
            Console.Error.WriteLine($"{none.Problems[0]} Start one with: meshara run --data {folder}");
            return CommandLine.NoNode;
        }

        await Terminal.LiveAsync(async draw =>
        {
            await new Watcher(looks.LookAsync, Keys(), draw, () => Terminal.Size, TimeProvider.System, every).RunAsync(new WatchState(sort, sort.LargestFirst), stop);
            return true;
        });
        return CommandLine.Done;
    }

    private static async Task<int> LinesAsync(string folder, TimeSpan every, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var question = new JsonObject { ["command"] = "peers" };
            if (await SteeringCommands.AskAsync(folder, question, json: true, _ => { }, stop) is not CommandLine.Done and var failed)
            {
                return failed;
            }

            await Task.Delay(every, TimeProvider.System, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        return CommandLine.Done;
    }

    /// <summary>What is pressed, read on a thread of its own: the console can only be waited for.</summary>
    private static ChannelReader<ConsoleKeyInfo> Keys()
    {
        var keys = Channel.CreateBounded<ConsoleKeyInfo>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    keys.Writer.TryWrite(Console.ReadKey(intercept: true));
                }
            }
            catch (InvalidOperationException)
            {
                // The terminal has gone.
                keys.Writer.TryComplete();
            }
        })
        { IsBackground = true }.Start();
        return keys.Reader;
    }
}
