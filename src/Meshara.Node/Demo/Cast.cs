using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Node.Demo;

/// <summary>The nodes of the demo, real ones, under a name each in one actor system; and the one who misbehaves.</summary>
/// <param name="folder">Where each has its data folder.</param>
/// <param name="network">A network of their own, so that no other node of this machine gets among them.</param>
internal sealed class Cast(ActorSystem system, string folder, string network, int target, bool useMdns) : IAsyncDisposable
{
    /// <summary>Places beside those that a node strives for: for whoever starts late, and for the one who misbehaves.</summary>
    private const int SparePlaces = Script.MostNodes + 2;

    /// <summary>A start that hangs must not keep the demo from ending.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly Channel<Told> _events = Channel.CreateUnbounded<Told>();
    private readonly ConcurrentDictionary<string, Mesh> _meshes = new();
    private readonly List<Task> _starting = [];
    private Mallory? _mallory;

    /// <summary>What the nodes tell, from their first event on.</summary>
    public ChannelReader<Told> Events => _events.Reader;

    /// <summary>Does what an act begins with; the scene afterwards.</summary>
    public async Task<Scene> DoAsync(Deed deed, Scene scene, CancellationToken cancellation)
    {
        switch (deed)
        {
            case Deed.Start start:
                return await StartAsync(start.Names, scene, cancellation);
            case Deed.Kill kill:
                // Its supervisor and all beneath it are stopped where they stand.
                _meshes.TryRemove(kill.Name, out _);
                system.ActorSelection($"/user/{BlockOf(kill.Name)}").Tell(PoisonPill.Instance);
                return scene.Kill(kill.Name);
            case Deed.Infiltrate infiltrate:
                _mallory = new Mallory(network, NodeClock.Of(system.Scheduler));
                await _mallory.JoinAsync(AddressesOf(scene), cancellation);
                return scene.Enter(new DemoNode(infiltrate.Name, _mallory.Id, null, DemoState.Hostile));
            case Deed.Violate:
                await _mallory!.ViolateAsync(cancellation);
                return scene;
            case Deed.Return:
                await _mallory!.ReturnAsync(AddressesOf(scene), cancellation);
                return scene;
            default:
                return scene;
        }
    }

    /// <summary>What each node says of its peers now.</summary>
    public async Task<Scene> LookAsync(Scene scene, CancellationToken cancellation)
    {
        var views = await Task.WhenAll(scene.Up.Select(async node =>
            (node.Id, Peers: await _meshes[node.Name].ListKnownPeersAsync(cancellation))));
        return views.Aggregate(scene, (seen, view) => seen.See(view.Id, view.Peers));
    }

    /// <summary>Everybody says goodbye and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        // A node that is being put together holds its folder: it has to be there, or to have failed, before it can be stopped.
        await Task.WhenAll(_starting).WaitAsync(StartPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_mallory is not null)
        {
            await _mallory.DisposeAsync();
        }

        await Task.WhenAll(_meshes.Values.Select(m => m.StopAsync()));
    }

    /// <summary>The first is the one by whom all others enter.</summary>
    private async Task<Scene> StartAsync(ImmutableArray<string> names, Scene scene, CancellationToken cancellation)
    {
        if (scene.Up.FirstOrDefault() is null)
        {
            scene = scene.Enter(await StartAsync(names[0], null, cancellation));
            names = names.RemoveAt(0);
        }

        var entry = scene.Up.First();
        var nodes = await Task.WhenAll(names.Select(n => StartAsync(n, entry, cancellation)));
        return nodes.Aggregate(scene, (all, node) => all.Enter(node));
    }

    private async Task<DemoNode> StartAsync(string name, DemoNode? entry, CancellationToken cancellation)
    {
        var starting = Task.Run(() => Mesh.StartAsync(system, BlockOf(name), ConfigurationOf(name, entry)), CancellationToken.None);
        _starting.Add(starting);
        var mesh = await starting.WaitAsync(cancellation);
        var node = await mesh.ReadyAsync(cancellation);
        _meshes[name] = mesh;
        _ = ForwardAsync(node.Id, mesh);
        return new DemoNode(name, node.Id, node.Listen[0]);
    }

    /// <summary>Ends with the node.</summary>
    private async Task ForwardAsync(NodeId node, Mesh mesh)
    {
        await foreach (var e in mesh.EventsAsync(history: true))
        {
            _events.Writer.TryWrite(new Told(node, e));
        }
    }

    // On loopback alone, and heard there alone: the demo sends nothing to the network. Silence is short, so that round trips move.
    private Config ConfigurationOf(string name, DemoNode? entry) => ConfigurationFactory.ParseString($$"""
        {{BlockOf(name)}} {
          network = "{{network}}"
          listen = "127.0.0.1:0"
          data = {{JsonSerializer.Serialize(Path.Combine(folder, name))}}
          heartbeat.interval = 2s
          discovery {
            enabled-methods = [manual, bootstrap{{(useMdns ? ", local-mdns" : "")}}]
            mdns.include-interfaces = ["127.0.0.1"]
            bootstrap-nodes = [{{(entry is null ? "" : $"\"{entry.Address}@{entry.Id}\"")}}]
            target-peers = {{target}}
            max-peers = {{target + SparePlaces}}
          }
        }
        """);

    private static string BlockOf(string name) => $"node-{name.ToLowerInvariant()}";

    private static ImmutableArray<PeerAddress> AddressesOf(Scene scene) => [.. scene.Up.Select(n => n.Address!)];
}
