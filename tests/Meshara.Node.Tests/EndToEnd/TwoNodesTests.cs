using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class TwoNodesTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Two_nodes_list_each_other_and_the_one_that_was_killed_comes_back_by_itself()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(two.Id);
        (await NodeProcess.CommandAsync("peers", "--json", "--data", _data["one"])).Out.ShouldContain(two.Id);
        (await NodeProcess.CommandAsync("peers", "--json", "--data", _data["two"])).Out.ShouldContain(one.Id);

        two.Kill();
        (await one.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("connection-lost");

        // Nobody tells it whom to dial: it remembers.
        using var back = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort);
        back.Id.ShouldBe(two.Id);
        (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(back.Id);
    }

    [Fact]
    public async Task A_node_that_was_dialled_and_killed_is_dialled_again_when_it_is_back()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await two.NextAsync("peer-connected");

        one.Kill();
        await two.NextAsync("peer-disconnected");
        using var back = await NodeProcess.RunAsync(_data["one"], "--listen", one.Address);

        (await two.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(back.Id);
    }

    [Fact]
    public async Task Two_that_know_only_the_bootstrap_node_are_connected_with_each_other()
    {
        using var hub = await NodeProcess.RunAsync(_data["hub"], "--listen", AnyPort, "--profile", "bridge");
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort, "--bootstrap", hub.Address);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--bootstrap", $"{hub.Address}@{hub.Id}");

        string[] ones = [(await one.NextAsync("peer-connected"))["peerId"]!.ToString(), (await one.NextAsync("peer-connected"))["peerId"]!.ToString()];
        ones.ShouldBe([hub.Id, two.Id], ignoreOrder: true);
        string[] twos = [(await two.NextAsync("peer-connected"))["peerId"]!.ToString(), (await two.NextAsync("peer-connected"))["peerId"]!.ToString()];
        twos.ShouldBe([hub.Id, one.Id], ignoreOrder: true);
    }

    [Fact]
    public async Task A_removed_peer_is_told_and_kept_out_until_it_is_added_again()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await one.NextAsync("peer-connected");

        (await NodeProcess.CommandAsync("peer", "remove", two.Id[..6], "--data", _data["one"])).Exit.ShouldBe(0);

        (await two.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("removed-by-operator");
        var refused = await NodeProcess.CommandAsync("peer", "add", one.Address, "--data", _data["two"]);
        refused.Exit.ShouldBe(1);
        refused.Error.ShouldStartWith("removed-by-operator:");
        var added = await NodeProcess.CommandAsync("peer", "add", two.Address, "--data", _data["one"]);
        added.Exit.ShouldBe(0, added.Error);
        added.Out.Trim().ShouldBe(two.Id);
    }

    [Fact]
    public async Task Another_key_than_the_expected_one_is_a_key_mismatch()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        var wrong = $"{one.Address}@{new string('a', 64)}";
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", wrong);

        (await two.NextAsync("key-mismatch"))["address"]!.ToString().ShouldBe(one.Address);
        var (exit, _, error) = await NodeProcess.CommandAsync("peer", "add", wrong, "--data", _data["two"]);
        exit.ShouldBe(1);
        error.ShouldStartWith("key-mismatch:");
    }

    [Fact]
    public async Task A_peer_of_another_network_is_refused_by_name()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--network", "other");

        var (exit, _, error) = await NodeProcess.CommandAsync("peer", "add", one.Address, "--data", _data["two"]);

        exit.ShouldBe(1);
        error.ShouldStartWith("wrong-network:");
        (await one.NextAsync("peer-rejected"))["reason"]!.ToString().ShouldBe("wrong-network");
    }

    [Fact]
    public async Task A_node_does_not_connect_to_itself()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);

        (await NodeProcess.CommandAsync("peer", "add", one.Address, "--data", _data["one"])).Error.ShouldStartWith("self-connection:");
    }
}
