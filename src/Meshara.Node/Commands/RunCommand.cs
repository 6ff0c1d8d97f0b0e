using System.CommandLine;
using System.Net;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Meshara.Node.Metrics;
using Meshara.Node.Run;

namespace Meshara.Node.Commands;

/// <summary><c>meshara run</c>: its options are layers of configuration; files before flags before <c>--set</c>.</summary>
internal static class RunCommand
{
    public static Command Make()
    {
        var config = Layers.Files();
        var data = CommandLine.Data();
        var listen = Listen();
        var peer = Targets("--peer", "Peers that are kept connected for ever.");
        var bootstrap = Targets("--bootstrap", "Nodes by which to enter a network.");
        var network = new Option<string?>("--network") { Description = "Nodes of different networks refuse each other.", HelpName = "NAME" };
        var profile = new Option<string?>("--profile") { Description = "How many peers to strive for.", HelpName = "minimal|standard|bridge" };
        profile.AcceptOnlyFromAmong("minimal", "standard", "bridge");
        var noMdns = new Option<bool>("--no-mdns") { Description = "Do not look for peers on the local network." };
        var metrics = Metrics();
        var page = PageRun.Option();
        var set = Layers.Set();
        var json = CommandLine.AsJson();
        var command = new Command("run", "Run a node in the foreground.\n\nExample: meshara run --data ./b --listen 127.0.0.1:0 --peer 192.0.2.1:7373")
        {
            config, data, listen, peer, bootstrap, network, profile, noMdns, metrics, page, set, json,
        };
        command.SetAction(async parsed =>
        {
            Config Read()
            {
                var layers = Layers.Of(parsed.GetValue(config));
                foreach (var (key, option, value) in new[]
                {
                    ("data", "--data", parsed.GetValue(data)), ("listen", "--listen", parsed.GetValue(listen)),
                    ("network", "--network", parsed.GetValue(network)), ("profile", "--profile", parsed.GetValue(profile)),
                })
                {
                    layers = value is null ? layers : Overrides.Value(key, value, option).WithFallback(layers);
                }

                layers = Append(layers, "peers", parsed.GetValue(peer), "--peer");
                layers = Append(layers, "discovery.bootstrap-nodes", parsed.GetValue(bootstrap), "--bootstrap");
                string[] add = parsed.GetValue(bootstrap) is { Length: > 0 } ? [DiscoveryMethod.Bootstrap] : [];
                string[] remove = parsed.GetValue(noMdns) ? [DiscoveryMethod.LocalMdns] : [];
                layers = add.Length + remove.Length == 0 ? layers
                    : Overrides.Methods(layers, add, remove, "--bootstrap, --no-mdns").WithFallback(layers);
                return Layers.With(layers, parsed.GetValue(set));
            }

            try
            {
                return await NodeRun.RunAsync(
                    new Configured(parsed.GetValue(config) ?? [], Read),
                    parsed.GetValue(json), MetricsAt(parsed.GetValue(metrics)), PageRun.Of(parsed.GetValue(page), parsed.GetValue(json)));
            }
            catch (MesharaStartException e)
            {
                Console.Error.WriteLine(e.Message);
                return CommandLine.Failed;
            }
        });
        return command;
    }

    internal static Option<string?> Listen() => new("--listen") { Description = "Where to listen; port 0 picks a free one.", HelpName = "HOST:PORT" };

    internal static Config Append(Config layers, string key, string[]? more, string option)
    {
        var path = $"{Mesh.DefaultName}.{key}";
        return more is not { Length: > 0 } ? layers
            : Overrides.List(key, (layers.HasPath(path) ? layers.GetStringList(path) : []).Concat(more), option).WithFallback(layers);
    }

    private static Option<string?> Metrics()
    {
        var option = new Option<string?>("--metrics") { Description = "Serve metrics to Prometheus there; a port alone is on loopback.", HelpName = "[ADDR:]PORT" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !MetricsServer.TryParse(text, out _, out var error))
            {
                result.AddError($"--metrics: {error}");
            }
        });
        return option;
    }

    private static IPEndPoint? MetricsAt(string? text) => text is not null && MetricsServer.TryParse(text, out var at, out _) ? at : null;

    private static Option<string[]> Targets(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "HOST:PORT[@NODE-ID]" };
        option.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!PeerTarget.TryParse(text, out _, out var error))
                {
                    result.AddError($"{name}: {error}");
                }
            }
        });
        return option;
    }
}
