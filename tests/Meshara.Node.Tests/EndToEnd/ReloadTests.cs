using System.Text.Json.Nodes;
using Meshara.Node.Tests.Output;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>The configuration is changed while the node runs: by command, by signal, and by the file alone.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_an_operator_changes_is_taken_on_or_refused_and_the_node_goes_on()
    {
        var file = _folder["node.conf"];
        Write("meshara.heartbeat.interval = 30s\n");
        using var node = await NodeProcess.RunAsync(_folder["data"], "--listen", "127.0.0.1:0", "--config", file, "--set", "discovery.max-peers=20");

        (await Run()).Out.Trim().ShouldBe("nothing has changed");

        // The flag goes before the file, now as at the start.
        Write(
            "meshara { heartbeat.interval = 20s, network = elsewhere, discovery { max-peers = 30, target-peers = 3 } }\nakka.loglevel = info\n",
            isNoticed: false);
        (await Run()).Out.Trim().Split('\n').ShouldBe(
        [
            "akka.loglevel WARNING -> INFO", "discovery.target-peers 16 -> 3", "heartbeat.interval 30s -> 20s", "needs a restart: network meshara -> elsewhere",
        ]);
        var again = JsonNode.Parse((await Run("--json")).Out)!.AsObject();
        Shape.Of(again).ShouldBe("{schema:1,applied:[],needsRestart:[{key:string,before:string,after:string}]}");
        (await NodeProcess.CommandAsync("peer", "add", "127.0.0.1:1", "--data", _folder["data"])).Exit.ShouldBe(1);
        await UntilAsync(() => node.Errors.Any(e => e.Contains("info dial-failed", StringComparison.Ordinal)));

        // By the file alone, with a mistake in it.
        Write("meshara.heartbeat.interval = often\n");
        var refused = await Run();
        refused.Exit.ShouldBe(1);
        refused.Error.ShouldStartWith("configuration-refused: The node goes on with the configuration that it had.");
        refused.Error.ShouldContain($"{file}:1: meshara.heartbeat.interval = \"often\" is refused");
        await UntilAsync(() => node.Errors.Any(e => e.Contains("warn", StringComparison.Ordinal) && e.Contains("node.conf has changed, and is refused", StringComparison.Ordinal)));

        Write("meshara.heartbeat.interval = 10s\n", isNoticed: false);
        node.HangUp();
        await UntilAsync(() => node.Errors.Any(e => e.Contains("info SIGHUP: akka.loglevel INFO -> WARNING; ", StringComparison.Ordinal)
            && e.EndsWith("heartbeat.interval 20s -> 10s", StringComparison.Ordinal)));

        Write("meshara.heartbeat.interval = 15s\n");
        await UntilAsync(() => node.Errors.Any(e => e.EndsWith("node.conf has changed: heartbeat.interval 10s -> 15s", StringComparison.Ordinal)));
        node.Terminate();
        (await node.ExitAsync()).ShouldBe(0);

        // The node looks at the time of the file's last change, now and then: with the old time it is told by nobody but the test.
        void Write(string text, bool isNoticed = true)
        {
            File.WriteAllText($"{file}.new", text);
            if (!isNoticed)
            {
                File.SetLastWriteTimeUtc($"{file}.new", File.GetLastWriteTimeUtc(file));
            }

            File.Move($"{file}.new", file, overwrite: true);
        }
    }

    private Task<(int Exit, string Out, string Error)> Run(params string[] more) => NodeProcess.CommandAsync(["reload", "--data", _folder["data"], .. more]);

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
