using System.Diagnostics;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>Nodes that are told nothing of each other find each other on a LAN of network namespaces.</summary>
[Collection(Lan.Collection)]
public sealed class NodesOnLanTests : IDisposable
{
    private static readonly string[] QuickHeartbeat = ["--set", "heartbeat.interval=500ms", "--set", "heartbeat.timeout=1s"];

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Two_nodes_without_configuration_connect_by_themselves_and_say_goodbye()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(3);
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"]);
        var clock = Stopwatch.StartNew();
        using var two = await NodeProcess.RunAsync(lan[2], _data["two"]);

        (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(two.Id);
        (await two.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(one.Id);
        await LanNodes.EventuallyAsync(async () => (await LanNodes.PeersAsync(_data["one"])).Any(p => $"{p!["source"]}" == "mdns"));
        (await LanNodes.PeersAsync(_data["two"])).ShouldHaveSingleItem()!["source"]!.ToString().ShouldBe("mdns");

        var seen = await LanNodes.DiscoverAsync(lan[3], _data["none"]);
        seen.Select(n => $"{n!["peerId"]}").ShouldBe(new[] { one.Id, two.Id }.Order(StringComparer.Ordinal));
        var asked = (await LanNodes.DiscoverAsync(lan[1], _data["one"])).ShouldHaveSingleItem()!;
        ($"{asked["peerId"]}", $"{asked["addresses"]![0]}", asked["connected"]!.GetValue<bool>()).ShouldBe((two.Id, $"10.78.0.2:{LanNodes.PortOf(two)}", true));

        two.Terminate();
        (await one.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("shutting-down");
        (await two.ExitAsync()).ShouldBe(0);
        (await LanNodes.DiscoverAsync(lan[1], _data["one"])).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Two_nodes_on_one_host_find_each_other_with_loopback_alone()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(1);
        await lan[1].LinkDownAsync();
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"]);
        using var two = await NodeProcess.RunAsync(lan[1], _data["two"]);

        (await one.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(two.Id);
        (await two.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(one.Id);
    }

    [SkippableFact]
    public async Task Nodes_of_different_networks_do_not_connect_though_they_see_each_other()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(2);
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"]);
        using var two = await NodeProcess.RunAsync(lan[2], _data["two"], "--network", "other");

        (await two.NextAsync("dial-failed"))["reason"]!.ToString().ShouldBe("wrong-network");
        (await LanNodes.PeersAsync(_data["two"])).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task An_interface_that_goes_down_and_up_brings_the_peer_back()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(2);
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"], QuickHeartbeat);
        using var two = await NodeProcess.RunAsync(lan[2], _data["two"], QuickHeartbeat);
        await one.NextAsync("peer-connected");
        await two.NextAsync("peer-connected");

        await lan[2].LinkDownAsync();
        await one.NextAsync("peer-disconnected");
        await two.NextAsync("peer-disconnected");
        await lan[2].LinkUpAsync();

        await one.NextAsync("peer-connected");
        await two.NextAsync("peer-connected");
    }

    [SkippableFact]
    public async Task A_new_address_is_announced_and_the_old_one_forgotten()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(2);
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"], QuickHeartbeat);
        using var two = await NodeProcess.RunAsync(lan[2], _data["two"], QuickHeartbeat);
        await one.NextAsync("peer-connected");

        await lan[2].ChangeAddressAsync("10.78.0.99");

        await LanNodes.EventuallyAsync(async () => (await LanNodes.DiscoverAsync(lan[1], _data["one"]))
            .Any(n => n!["addresses"]!.AsArray().Select(a => $"{a}").Where(a => a.StartsWith("10.", StringComparison.Ordinal))
                .SequenceEqual([$"10.78.0.99:{LanNodes.PortOf(two)}"])));
        await LanNodes.EventuallyAsync(async () => (await LanNodes.PeersAsync(_data["two"])).Count == 1);
    }
}
