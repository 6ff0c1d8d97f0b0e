using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Meshara.Mdns.Dns;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>Nodes among responders that nobody here wrote: Avahi and python-zeroconf, in both directions.</summary>
[Collection(Lan.Collection)]
public sealed class InteroperationTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Avahi_resolves_a_node_and_notices_its_goodbye()
    {
        Lan.Require();
        Avahi.Require();
        await using var lan = await Lan.CreateAsync(2);
        await using var avahi = await Avahi.StartAsync(lan[2]);
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);

        var service = (await avahi.BrowseAsync(LanNodes.Type, services => !services.IsEmpty))[0];
        (service.Name, service.Port).ShouldBe((LanNodes.NameOf(node), LanNodes.PortOf(node)));
        service.Host.ShouldBe($"{LanNodes.NameOf(node)}.local");
        (service.Address == "10.78.0.1" || service.Address.StartsWith("fe80:", StringComparison.Ordinal)).ShouldBeTrue(service.Address);
        service.Txt.ShouldBe(LanNodes.TxtOf(node), ignoreOrder: true);

        node.Terminate();
        await avahi.BrowseAsync(LanNodes.Type, services => services.IsEmpty);
    }

    [SkippableFact]
    public async Task Python_zeroconf_resolves_a_node_and_notices_its_goodbye()
    {
        Lan.Require();
        await PythonZeroconf.RequireAsync();
        await using var lan = await Lan.CreateAsync(2);
        await using var browser = await PythonZeroconf.BrowseAsync(lan[2], LanNodes.Type);
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);

        var seen = await browser.NextAsync(s => s is { Event: "ADD" or "UPDATE", Port: > 0 });
        (seen.Name, seen.Port).ShouldBe((LanNodes.NameOf(node), LanNodes.PortOf(node)));
        seen.Addresses.ShouldContain("10.78.0.1");
        seen.Txt.Select(t => $"{t.Key}={t.Value}").ShouldBe(LanNodes.TxtOf(node), ignoreOrder: true);

        node.Terminate();
        await browser.NextAsync(s => s.Event == "REMOVE");
    }

    [SkippableFact]
    public async Task What_avahi_and_python_publish_with_the_right_TXT_is_found_and_its_goodbye_noticed()
    {
        Lan.Require();
        Avahi.Require();
        await PythonZeroconf.RequireAsync();
        await using var lan = await Lan.CreateAsync(3);
        await using var avahi = await Avahi.StartAsync(lan[2]);
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);
        using var stranger = LanNodes.Stranger();

        await using (await avahi.PublishAsync("Zoë's node", LanNodes.Type, 4321, LanNodes.TxtOf(stranger)))
        {
            var found = await node.NextAsync("peer-discovered");
            ($"{found["peerId"]}", $"{found["source"]}").ShouldBe(($"{stranger.Id}", "mdns"));
            IsAt(found, "10.78.0.2", 4321);
            (await node.NextAsync("dial-failed"))["reason"]!.ToString().ShouldBe("refused");
            (await LanNodes.DiscoverAsync(lan[1], _data["one"])).ShouldHaveSingleItem()!["name"]!.ToString().ShouldStartWith("Zo");
        }

        await GoneAsync(lan[1]);
        await using (await PythonZeroconf.PublishAsync(lan[3], "python", LanNodes.Type, 4322, LanNodes.TxtOf(stranger)))
        {
            IsAt(await node.NextAsync("peer-discovered"), "10.78.0.3", 4322);
        }

        await GoneAsync(lan[1]);
    }

    [SkippableFact]
    public async Task A_TXT_whose_node_id_is_not_the_hash_of_its_key_is_dropped_with_a_reason()
    {
        Lan.Require();
        Avahi.Require();
        await using var lan = await Lan.CreateAsync(2);
        await using var avahi = await Avahi.StartAsync(lan[2]);
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);
        using var stranger = LanNodes.Stranger();

        await using var forged = await avahi.PublishAsync(
            "forged", LanNodes.Type, 4321, "version=1", $"pubkey={stranger.PublicKey}", $"node_id={node.Id}");

        var rejected = await node.NextAsync("peer-rejected");
        $"{rejected["reason"]}".ShouldBe("protocol-error");

        // Whichever of its addresses Avahi has told first.
        $"{rejected["address"]}".ShouldMatch(@"^(10\.78\.0\.2|\[fe80:[^]]+\]|\[fd[^]]+\]):4321$");
        (await LanNodes.DiscoverAsync(lan[1], _data["one"])).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_name_that_avahi_has_already_is_left_to_it()
    {
        Lan.Require();
        Avahi.Require();
        await using var lan = await Lan.CreateAsync(2);
        string name;
        using (var before = await NodeProcess.RunAsync(lan[1], _data["one"]))
        {
            name = LanNodes.NameOf(before);
            before.Terminate();
            await before.ExitAsync();
        }

        await using var avahi = await Avahi.StartAsync(lan[2]);
        await using var published = await avahi.PublishAsync(name, LanNodes.Type, 1, "version=1");
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);

        var services = await avahi.BrowseAsync(LanNodes.Type, s => s.Any(r => r.Port == LanNodes.PortOf(node)));
        services.Where(s => s.Port == 1).ShouldAllBe(s => s.Name == name);
        services.Where(s => s.Port != 1).ShouldAllBe(s => s.Name == $"{name} (2)");
    }

    [SkippableFact]
    public async Task What_a_browser_says_that_it_knows_is_not_repeated_to_it()
    {
        Lan.Require();
        await PythonZeroconf.RequireAsync();
        await using var lan = await Lan.CreateAsync(3);
        await using var ear = await MulticastEar.OnAsync(lan[3]);
        using var node = await NodeProcess.RunAsync(lan[1], _data["one"]);

        // Both announcements are over: what the node says from now on are answers.
        (await ear.NextAsync(h => h.Source.ToString() == "10.78.0.1" && h.Message.IsResponse, TimeSpan.FromSeconds(30))).ShouldNotBeNull();
        (await ear.NextAsync(h => h.Source.ToString() == "10.78.0.1" && h.Message.IsResponse, TimeSpan.FromSeconds(30))).ShouldNotBeNull();
        await using var browser = await PythonZeroconf.BrowseAsync(lan[2], LanNodes.Type);

        // The browser asks a few times, more seldom each time, and lists the node among its known answers from the second time on. The
        // answer to its first question may wait for the second that has to be between two of a kind, and come as late as that.
        var isRepeated = true;
        for (var question = 0; isRepeated && question < 2; question++)
        {
            var asked = await ear.NextAsync(
                h => h.Source.ToString() == "10.78.0.2" && !h.Message.IsResponse && h.Message.Answers.Any(r => r.Type == RecordType.Ptr),
                TimeSpan.FromSeconds(30));
            asked.ShouldNotBeNull();
            isRepeated = await ear.NextAsync(
                h => h.Source.ToString() == "10.78.0.1" && h.Message.IsResponse && h.Message.Answers.Any(r => r.Type == RecordType.Ptr),
                TimeSpan.FromSeconds(1)) is not null;
        }

        isRepeated.ShouldBeFalse();
    }

    [SkippableFact]
    public async Task A_node_and_avahi_share_one_host()
    {
        Lan.Require();
        Avahi.Require();
        await using var lan = await Lan.CreateAsync(2);
        await using var avahi = await Avahi.StartAsync(lan[1]);
        using var one = await NodeProcess.RunAsync(lan[1], _data["one"]);
        using var two = await NodeProcess.RunAsync(lan[2], _data["two"]);

        await one.NextAsync("peer-connected");
        var services = await avahi.BrowseAsync(LanNodes.Type, s => s.Select(r => r.Name).Distinct().Count() == 2);
        services.Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(new[] { LanNodes.NameOf(one), LanNodes.NameOf(two) }.Order(StringComparer.Ordinal));
    }

    /// <summary>Whichever of its addresses came first: a responder sends the one of each family in packets of their own.</summary>
    private static void IsAt(JsonObject found, string host, int port) =>
        $"{found["address"]}".ShouldMatch($@"^({Regex.Escape(host)}|\[fe80:.*\]):{port}$");

    private async Task GoneAsync(LanHost host)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while ((await LanNodes.DiscoverAsync(host, _data["one"])).Count > 0)
        {
            clock.Elapsed.ShouldBeLessThan(Lan.Patience, clock.Elapsed.ToString("c", CultureInfo.InvariantCulture));
        }
    }
}
