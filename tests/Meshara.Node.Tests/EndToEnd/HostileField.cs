using System.Text.Json.Nodes;
using Meshara.Core.Peers;
using Meshara.Hostile;
using Meshara.Node.Tests.Lan;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>A node that wants peers, and an honest peer of it that dialled in; somebody is about to attack the node.</summary>
public class HostileField : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private NodeProcess _victim = null!;
    private NodeProcess _honest = null!;

    /// <summary>Where the victim is, and where the others are; null if all are on this host.</summary>
    internal (LanHost Victim, LanHost Others)? Hosts { get; init; }

    public async Task InitializeAsync()
    {
        _victim = await RunAsync(Hosts?.Victim, "victim", "--set", "discovery.enabled-methods=[manual,bootstrap]");
        _honest = await RunAsync(Hosts?.Others, "honest", "--peer", _victim.Address);
        await _victim.UntilAsync(() => _victim.Peers.Contains(_honest.Id));
    }

    public Task DisposeAsync()
    {
        _honest.Dispose();
        _victim.Dispose();
        _data.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Runs an attack to its end, as a program where it comes from another host; what the attacker has met.</summary>
    internal async Task<JsonObject> AttackAsync(string attack, int seed, int count)
    {
        if (Hosts is null)
        {
            return await AttackRun.RunAsync(attack, PeerAddress.Parse(_victim.Address), "meshara", seed, count);
        }

        var (exit, report, error) = await NodeProcess.AttackAsync(Hosts.Value.Others, attack, _victim.Address, "--seed", $"{seed}", "--count", $"{count}");
        exit.ShouldBe(0, error);
        return JsonNode.Parse(report)!.AsObject();
    }

    /// <summary>What a command says of the victim.</summary>
    internal async Task<JsonObject> AskAsync(params string[] command)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync([.. command, "--json", "--data", _data["victim"]]);
        exit.ShouldBe(0, error);
        return JsonNode.Parse(output)!.AsObject();
    }

    /// <summary>For what the victim has judged the attacker, once it has the cause.</summary>
    internal async Task<IReadOnlyList<string>> CausesAsync(string peer, string cause)
    {
        for (var tries = 0; ; tries++)
        {
            var history = (await AskAsync("peer", "show", peer, "--history"))["history"]!.AsArray();
            var causes = history.Select(e => $"{e!["cause"]}").ToList();
            if (cause.Length == 0 || causes.Contains(cause) || tries == 20)
            {
                return causes;
            }
        }
    }

    /// <summary>The honest peer was never let go, the memory is bounded, and the log did not run over.</summary>
    internal void HasHeld()
    {
        _victim.Peers.ShouldContain(_honest.Id);
        _honest.Lost.ShouldBeEmpty();
        _victim.PeakMemory.ShouldBeLessThan(400L * 1024 * 1024);
        _victim.Errors.Count.ShouldBeLessThan(10, string.Join('\n', _victim.Errors));
    }

    private Task<NodeProcess> RunAsync(LanHost? host, string name, params string[] options) => host is null
        ? NodeProcess.RunAsync(_data[name], ["--listen", "127.0.0.1:0", .. options])
        : NodeProcess.RunAsync(host, _data[name], ["--no-mdns", "--listen", $"{host.Address}:0", .. options]);
}
