using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class TwoNodesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("meshara-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_nodes_list_each_other_and_find_back_after_a_kill()
    {
        using var one = await NodeProcess.RunAsync(Data("one"), "--listen", "127.0.0.1:0");
        var two = await NodeProcess.RunAsync(Data("two"), "--listen", "127.0.0.1:0", "--peer", one.Address);
        try
        {
            (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(two.Id);
            var (exit, output, _) = await NodeProcess.CommandAsync("peers", "--json", "--data", Data("one"));
            exit.ShouldBe(0);
            output.ShouldContain(two.Id);

            two.Kill();
            (await one.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("connection-lost");
            var id = two.Id;
            two.Dispose();
            two = await NodeProcess.RunAsync(Data("two"), "--listen", "127.0.0.1:0");
            two.Id.ShouldBe(id);
            (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(id);
        }
        finally
        {
            two.Dispose();
        }
    }

    [Fact]
    public async Task A_peer_of_another_network_is_refused_by_name()
    {
        using var one = await NodeProcess.RunAsync(Data("one"), "--listen", "127.0.0.1:0");
        using var two = await NodeProcess.RunAsync(Data("two"), "--listen", "127.0.0.1:0", "--network", "other");

        var (exit, _, error) = await NodeProcess.CommandAsync("peer", "add", one.Address, "--data", Data("two"));

        exit.ShouldBe(1);
        error.ShouldStartWith("wrong-network:");
    }

    [Fact]
    public async Task Without_a_node_a_command_says_so_and_exits_with_3() =>
        (await NodeProcess.CommandAsync("peers", "--data", Data("none"))).Exit.ShouldBe(3);

    private string Data(string name) => Path.Combine(_folder, name);
}
