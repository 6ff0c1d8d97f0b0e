using System.Collections.Immutable;
using Meshara.Actors;
using Meshara.Core.Peers;
using Shouldly;

namespace Meshara.Page.Tests.World;

/// <summary>Who is there when the page is looked at.</summary>
internal static class Populace
{
    /// <summary>A mesh with a bit of everything.</summary>
    public static async Task<ImmutableArray<LightPeer>> PopulateAsync(this TestWorld world, Mesh mesh)
    {
        string[] hosts =
        [
            "20.1.0.1", "20.1.7.2", "20.1.9.3", "31.13.8.1", "31.13.9.2", "45.76.1.1", "45.76.3.2", "45.76.4.9", "45.76.8.4", "78.46.2.1", "78.46.3.1",
            "84.200.1.1", "95.217.4.4", "95.217.8.1", "2a01:4f8::1", "2a01:4f8::2", "10.0.0.11", "10.0.0.12", "10.0.0.13", "192.168.1.5", "192.168.1.9",
        ];
        var peers = ImmutableArray.CreateBuilder<LightPeer>();
        foreach (var host in hosts)
        {
            peers.Add(await world.JoinAsync(mesh, host, agent: "meshara/0.1.0"));
        }

        // Some have broken off, and came back; some bring a lot.
        foreach (var (index, times) in new[] { (0, 2), (3, 3), (8, 1) })
        {
            for (var i = 0; i < times; i++)
            {
                await peers[index].DisposeAsync();
                await UntilAsync(async () => (await mesh.ListPeersAsync()).All(p => p.PeerId != peers[index].Id));
                peers[index] = await world.JoinAsync(mesh, hosts[index], peers[index].Identity, "meshara/0.1.0");
            }
        }

        await Should.ThrowAsync<MeshException>(() => mesh.AddPeerAsync(PeerAddress.Parse("10.0.0.99:7373")));
        await mesh.BanAsync(AddressRange.Parse("203.0.113.0/24"), TimeSpan.FromDays(7), "scanners");
        await mesh.BanAsync(peers[13].Id);
        return peers.ToImmutable();
    }

    /// <summary>Dials are under way, and some peers bring a lot.</summary>
    public static async Task StirAsync(this TestWorld world, Mesh mesh, ImmutableArray<LightPeer> peers)
    {
        foreach (var (index, kibibytes) in new[] { (1, 900), (5, 80), (9, 300), (12, 20), (16, 1500), (18, 60) })
        {
            await peers[index].SendAsync(kibibytes);
        }

        world.Hang("52.10.0.1");
        world.Hang("10.0.0.77");
        _ = mesh.AddPeerAsync(TestWorld.AddressOf("52.10.0.1")).ContinueWith(t => t.Exception, TaskScheduler.Default);
        _ = mesh.AddPeerAsync(TestWorld.AddressOf("10.0.0.77")).ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        // Asked once each time: what held a moment ago may hold no longer, when a peer is back already.
        var held = await holds();
        for (var i = 0; i < 200 && !held; i++)
        {
            await Task.Delay(25);
            held = await holds();
        }

        held.ShouldBeTrue();
    }
}
