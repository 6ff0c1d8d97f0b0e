using Meshara.Node.Tests.EndToEnd;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>What only somebody on another host can try.</summary>
[Collection(Lan.Collection)]
public sealed class HostileOnLanTests
{
    [SkippableFact]
    public async Task Nobody_on_another_host_has_a_node_dial_into_its_own_machine()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(2);
        var field = new HostileField { Hosts = (lan[1], lan[2]) };
        try
        {
            await field.InitializeAsync();
            var met = await field.AttackAsync("loopback-records", 1, 0);

            (await field.CausesAsync($"{met["peerId"]}", "useless-records")).ShouldContain("useless-records");
            (await field.AskAsync("known"))["peers"]!.AsArray().Count.ShouldBe(2);
            field.HasHeld();
        }
        finally
        {
            await field.DisposeAsync();
        }
    }
}
