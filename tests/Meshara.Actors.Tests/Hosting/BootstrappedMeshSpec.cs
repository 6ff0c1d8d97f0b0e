using System.Diagnostics;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Tests.Store;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>Twenty real nodes on one bootstrap node: real TLS, real sockets, real stores. The times are printed.</summary>
public sealed class BootstrappedMeshSpec(ITestOutputHelper output) : TestKit("akka.loglevel = ERROR"), IAsyncLifetime
{
    private const int Count = 20;
    private const int Target = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly SortedDictionary<int, Mesh> _up = [];
    private readonly Channel<MeshEvent> _told = Channel.CreateUnbounded<MeshEvent>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Sys.Terminate();
        _folder.Dispose();
    }

    [Fact]
    public async Task Twenty_nodes_find_their_peers_by_one_and_heal_when_half_of_them_are_killed_and_it_with_them()
    {
        var clock = Stopwatch.StartNew();
        var hub = (await StartAsync(0, null)).Listen[0];
        await Task.WhenAll(Enumerable.Range(1, Count - 1).Select(n => StartAsync(n, hub)));
        output.WriteLine($"{Count} nodes were started after {clock.Elapsed.TotalSeconds:0.0} s");
        await EverybodyHasAsync(Target);
        output.WriteLine($"and had {Target} peers each after {clock.Elapsed.TotalSeconds:0.0} s");

        clock.Restart();
        foreach (var n in Enumerable.Range(0, Count / 2))
        {
            await KillAsync(n);
        }

        await EverybodyHasAsync(Target);
        output.WriteLine($"half of them killed, the bootstrap node too: the rest had {Target} peers each after {clock.Elapsed.TotalSeconds:0.0} s");
        (await Task.WhenAll(_up.Values.Select(m => m.BansAsync()))).ShouldAllBe(b => b.IsEmpty);

        clock.Restart();
        await StartAsync(3, hub, "again");
        await EverybodyHasAsync(Target);
        output.WriteLine($"a restarted node came back from its store alone after {clock.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>Looks again whenever a node has told something.</summary>
    private async Task EverybodyHasAsync(int peers)
    {
        using var patience = new CancellationTokenSource(Patience);
        while ((await Task.WhenAll(_up.Values.Select(async m => (await m.StatusAsync(patience.Token)).Connected))) is var connected && connected.Min() < peers)
        {
            (await _told.Reader.WaitToReadAsync(patience.Token)).ShouldBeTrue(string.Join(" ", connected));
            while (_told.Reader.TryRead(out _))
            {
            }
        }
    }

    private async Task ForwardAsync(Mesh mesh)
    {
        await foreach (var e in mesh.EventsAsync(history: true))
        {
            _told.Writer.TryWrite(e);
        }
    }

    /// <summary>Where it stands, without a word to anybody.</summary>
    private async Task KillAsync(int n)
    {
        var supervisor = await Sys.ActorSelection($"/user/n{n}").ResolveOne(Patience);
        await WatchAsync(supervisor);
        supervisor.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(supervisor, Patience);
        _up.Remove(n);
    }

    private async Task<NodeDescription> StartAsync(int n, PeerAddress? bootstrap, string? name = null)
    {
        name ??= $"n{n}";
        var mesh = await Mesh.StartAsync(Sys, name, ConfigurationFactory.ParseString($$"""
            {{name}} {
              listen = "127.0.0.1:0"
              data = "{{Path.Combine(_folder.Path, $"n{n}")}}"
              discovery { enabled-methods = [manual, bootstrap], bootstrap-nodes = [{{(bootstrap is null ? "" : $"\"{bootstrap}\"")}}], target-peers = {{Target}}, max-peers = 32 }
            }
            """));
        lock (_up)
        {
            _up[n] = mesh;
        }

        _ = ForwardAsync(mesh);
        return await mesh.ReadyAsync();
    }
}
