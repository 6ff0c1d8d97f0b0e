using System.Threading.Channels;
using Meshara.Actors;
using Meshara.Page.Live;
using Meshara.Page.Tests.World;
using Meshara.Page.Views;
using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Live;

public sealed class MeshWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestWorld _world = new();
    private readonly Channel<Snapshot> _looks = Channel.CreateUnbounded<Snapshot>();
    private MeshWatch _watch = null!;
    private Mesh _mesh = null!;

    public async Task InitializeAsync()
    {
        _mesh = await _world.StartAsync();
        _watch = new MeshWatch(_mesh, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _watch.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_who_watches_is_no_look_and_who_leaves_is_told_nothing_more()
    {
        _watch.Last.ShouldBeNull();
        var watching = Watch();
        (await NextAsync(_ => true)).Status.Connected.ShouldBe(0);

        watching.Dispose();
        watching.Dispose();

        _watch.Watchers.ShouldBe(0);
    }

    [Fact]
    public async Task A_peer_that_comes_and_goes_and_a_dial_under_way_are_seen()
    {
        using var watching = Watch();
        var near = await _world.JoinAsync(_mesh, "10.0.0.9");
        var far = await _world.JoinAsync(_mesh, "45.76.1.1");
        _world.Hang("52.10.0.1");
        _ = _mesh.AddPeerAsync(TestWorld.AddressOf("52.10.0.1")).ContinueWith(t => t.Exception, TaskScheduler.Default);

        var look = await NextAsync(l => l.Peers.Length == 2 && l.Dials.Length == 1);

        look.Dials[0].Address.ShouldBe(TestWorld.AddressOf("52.10.0.1"));
        var picture = Picture.Of(look, -20);
        picture.Dots.Select(d => d.IsDial).Order().ShouldBe([false, false, true]);
        double At(Meshara.Core.Identity.NodeId peer) => picture.Dots.Where(d => d.Peer == peer).Select(d => Math.Sqrt((d.X * d.X) + (d.Y * d.Y))).Single();
        At(near.Id).ShouldBeLessThan(picture.Near!.Outer);
        At(far.Id).ShouldBeGreaterThan(picture.Far!.Inner);
        picture.Labels.Select(l => l.Name).ShouldBe(["45.76.0.0/16", "52.10.0.0/16"]);

        await near.DisposeAsync();
        await NextAsync(l => l.Peers.Length == 1);
        _watch.Events.Select(e => e.Kind).ShouldContain(MeshEventKind.PeerDisconnected);
    }

    [Fact]
    public async Task Traffic_is_a_rate_that_falls_off()
    {
        using var watching = Watch();
        var peer = await _world.JoinAsync(_mesh, "45.76.1.1");
        await NextAsync(l => l.Peers.Length == 1);
        await peer.SendAsync(200);

        var fast = (await NextAsync(l => l.Rates.GetValueOrDefault(peer.Id) > 10_000)).Rates[peer.Id];
        await NextAsync(l => l.Rates[peer.Id] < fast);
    }

    private IDisposable Watch() => _watch.Watch(() => _looks.Writer.TryWrite(_watch.Last!));

    private async Task<Snapshot> NextAsync(Func<Snapshot, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var look in _looks.Reader.ReadAllAsync(patience.Token))
        {
            if (holds(look))
            {
                return look;
            }
        }

        throw new InvalidOperationException("The channel is never completed.");
    }
}
