using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Meshara.Node.Tests.EndToEnd;
using Meshara.Node.Tests.Lan;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Metrics;

/// <summary>A real Prometheus, of Debian's package, reads a running node and evaluates the alert rules.</summary>
public sealed class PrometheusTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task The_alert_rules_are_valid()
    {
        var (exit, output) = await RunAsync(Requires.Command("promtool"), "", "check", "rules", Operations.Alerts);

        exit.ShouldBe(0, output);
    }

    [SkippableFact]
    public async Task A_node_is_scraped_its_text_is_valid_and_no_alert_fires()
    {
        var prometheus = Requires.Command("prometheus");
        var promtool = Requires.Command("promtool");
        using var node = await NodeProcess.RunAsync(_data["node"], "--listen", "127.0.0.1:0", "--metrics", "0");
        var url = new Uri(node.Ready["metrics"]!.GetValue<string>());
        using var http = new HttpClient { Timeout = Patience };
        var (_, complaints) = await RunAsync(promtool, await http.GetStringAsync(url), "check", "metrics");
        complaints.Split('\n').Where(l => l.StartsWith("meshara_", StringComparison.Ordinal)).ShouldBeEmpty();

        await using var server = Start(prometheus, url, out var api);
        (await QueryAsync(http, api, "up == 1")).ShouldBe("1");
        (await QueryAsync(http, api, "count(meshara_health)")).ShouldBe("5");
        (await QueryAsync(http, api, "meshara_known_peers")).ShouldBe("0");
        var rules = JsonNode.Parse(await http.GetStringAsync(new Uri(api, "/api/v1/rules")))!["data"]!["groups"]!.AsArray().Single()!["rules"]!.AsArray();
        rules.Count.ShouldBeGreaterThan(5);
        rules.ShouldAllBe(r => r!["state"]!.GetValue<string>() != "firing");
    }

    private LanProcess Start(string prometheus, Uri node, out Uri api)
    {
        var config = Path.Combine(_data[""], "prometheus.yml");
        File.WriteAllText(config, $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: ["{{Operations.Alerts}}"]
            scrape_configs:
              - job_name: meshara
                static_configs: [{ targets: ["{{node.Authority}}"] }]
            """);
        api = new Uri($"http://127.0.0.1:{FreePort()}");
        return new LanProcess(new ProcessStartInfo(prometheus,
        [
            $"--config.file={config}", $"--storage.tsdb.path={_data["tsdb"]}", $"--web.listen-address={api.Authority}", "--log.level=warn",
        ]) { WorkingDirectory = _data[""] });
    }

    /// <summary>The first value that is there; what is scraped is there a moment later.</summary>
    private static async Task<string> QueryAsync(HttpClient http, Uri api, string query)
    {
        var address = new Uri(api, $"/api/v1/query?query={Uri.EscapeDataString(query)}");
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(100))
        {
            try
            {
                var answer = JsonNode.Parse(await http.GetStringAsync(address))!["data"]!["result"]!.AsArray();
                if (answer.Count > 0)
                {
                    return answer[0]!["value"]![1]!.GetValue<string>();
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        throw new TimeoutException($"Prometheus had no answer to: {query}");
    }

    private static async Task<(int Exit, string Output)> RunAsync(string program, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var reading = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = string.Concat(await reading);
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
