using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>A node finds out whether others can reach it: real processes, real sockets, real TLS.</summary>
public sealed class NetcheckTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Who_can_be_dialled_back_is_told_where_and_who_cannot_is_told_that()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux has all of 127.0.0.0/8 on loopback");
        using var open = await NodeProcess.RunAsync(_data["open"], "--listen", "127.0.0.1:0");

        // It dials from 127.0.0.1, where it does not listen: as behind a router that forwards no port.
        using var hidden = await NodeProcess.RunAsync(
            _data["hidden"], "--listen", "127.0.0.2:0", "--peer", open.Address, "--bootstrap", $"{open.Address}@{open.Id}", "--bootstrap", "nowhere.invalid:7373");
        await hidden.NextAsync("peer-connected");
        await open.NextAsync("peer-connected");

        var (exit, output, error) = await NodeProcess.CommandAsync("netcheck", "--data", _data["open"]);
        (exit, error).ShouldBe((0, ""));
        output.ShouldStartWith($"Nodes on this machine can reach this one at {open.Address}; nobody elsewhere has tried.\n");
        output.ShouldContain("The local network is not searched: mDNS is off.");
        output.ShouldContain($"{open.Address}  ok, ");

        var port = hidden.Address.Split(':')[1];
        (exit, output, error) = await NodeProcess.CommandAsync("netcheck", "--data", _data["hidden"]);
        (exit, error).ShouldBe((2, ""));
        output.ShouldStartWith($"No peer could dial back: the port is closed at 127.0.0.1:{port} (refused). Worth a look: bootstrap.\n");
        output.ShouldContain($"{hidden.Address}  ok, ");
        output.ShouldContain($"{open.Id[..8]} {open.Address} (local)  could not reach 127.0.0.1:{port}: refused");
        output.ShouldContain("nowhere.invalid:7373  name-not-found");
        output.ShouldContain($"{open.Address}@{open.Id}  127.0.0.1  connected");

        foreach (var (data, other) in new[] { ("open", hidden), ("hidden", open) })
        {
            Ask("status", data)["rejections"]!.AsObject().Count.ShouldBe(0, "a knock that was asked for is no stranger's");
            var peer = Ask("peers", data)["peers"]!.AsArray().ShouldHaveSingleItem()!;
            ($"{peer["peerId"]}", (double)peer["reputation"]!).ShouldBe((other.Id, 0));
        }

        JsonObject Ask(string command, string data) =>
            JsonNode.Parse(NodeProcess.CommandAsync(command, "--json", "--data", _data[data]).GetAwaiter().GetResult().Out)!.AsObject();
    }
}
