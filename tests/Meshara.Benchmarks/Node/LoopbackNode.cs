using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Benchmarks.Store;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Node;

/// <summary>A full node on loopback, with store and all, in a folder of its own; without mDNS.</summary>
internal sealed class LoopbackNode : IAsyncDisposable
{
    /// <summary>What a stranger may cost is not what is measured.</summary>
    private const string Limits = """
        meshara.listen = "127.0.0.1:0"
        meshara.discovery { enabled-methods = [manual], max-peers = 10000, target-peers = 0 }
        meshara.connection { max-pings-per-minute = 100000, handshake-timeout = 1m, max-frames-per-second = 10000000, max-receive-rate = 1GiB }
        meshara.listener { max-handshakes = 65536, max-handshakes-per-source = 65536, accepts-per-second = 100000, accepts-per-source-per-minute = 6000000 }
        """;

    private readonly BenchFolder _folder = new();
    private readonly ActorSystem _system;
    private ActorRefWithCell _supervisor = null!;

    private LoopbackNode(ActorSystem system) => _system = system;

    public Mesh Mesh { get; private set; } = null!;

    public NodeDescription Node { get; private set; } = null!;

    public PeerAddress Address => Node.Listen[0];

    public ActorSystem System => _system;

    /// <summary>The actors of the connections; found by hand, for a selection with a pattern costs more than a connection's actor itself.</summary>
    public IEnumerable<IActorRef> Connections => _supervisor.Children.Where(c => c.Path.Name.StartsWith("peer-", StringComparison.Ordinal));

    public static async Task<LoopbackNode> StartAsync()
    {
        var node = new LoopbackNode(ActorSystem.Create("bench", RunningStore.Quiet));
        var data = ConfigurationFactory.ParseString($"meshara.data = {JsonSerializer.Serialize(node._folder.Path)}");
        node.Mesh = await Mesh.StartAsync(node._system, Mesh.DefaultName, data.WithFallback(ConfigurationFactory.ParseString(Limits)));
        node.Node = await node.Mesh.ReadyAsync();
        node._supervisor = (ActorRefWithCell)await node._system.ActorSelection($"/user/{Mesh.DefaultName}").ResolveOne(TimeSpan.FromSeconds(10));
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.StopAsync();
        await _system.Terminate();
        _folder.Dispose();
    }
}
