using Akka.Actor;
using Akka.Configuration;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

public sealed class TwoNodesSpec : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("meshara-").FullName;
    private readonly ActorSystem _system = ActorSystem.Create("host");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_nodes_in_one_actor_system_connect_and_talk()
    {
        var one = await Start("one");
        var two = await Start("two");
        var address = (await one.ReadyAsync()).Listen[0];

        var added = await two.AddPeerAsync(address);

        added.WasConnected.ShouldBeFalse();
        added.Peer.PeerId.ShouldBe((await one.ReadyAsync()).Id);
        var other = (await one.ListPeersAsync()).ShouldHaveSingleItem();
        other.PeerId.ShouldBe((await two.ReadyAsync()).Id);
        other.Direction.ShouldBe(Direction.Inbound);
        other.Source.ShouldBe(PeerSource.Inbound);
        (await two.PingAsync(added.Peer.PeerId)).ShouldBeGreaterThan(TimeSpan.Zero);
        (await two.AddPeerAsync(address)).WasConnected.ShouldBeTrue();
    }

    private Task<Mesh> Start(string name) => Mesh.StartAsync(_system, name, ConfigurationFactory.ParseString(
        $"{name} {{ listen = \"127.0.0.1:0\", data = \"{Path.Combine(_folder, name)}\", discovery.enabled-methods = [manual] }}"));
}
