using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Core.Peers;
using Meshara.Hostile.Attacks;

namespace Meshara.Hostile;

/// <summary>One attack from its beginning to its end: what the program does, for tests that need no process of its own.</summary>
public static class AttackRun
{
    /// <summary>Attacks a node; what the attacker has met, as the program prints it.</summary>
    /// <param name="attack">The attack's name, as on the command line.</param>
    /// <param name="victim">Where the node listens.</param>
    /// <param name="network">The name of its network.</param>
    /// <param name="seed">The attacker's identities follow from it.</param>
    /// <param name="count">How many of what the attack takes many of.</param>
    public static async Task<JsonObject> RunAsync(string attack, PeerAddress victim, string network, int seed, int count)
    {
        var report = await Attack.All.Single(a => a.Name == attack).RunAsync(new Field(victim, network, seed, count));
        return JsonSerializer.SerializeToNode(report, JsonSerializerOptions.Web)!.AsObject();
    }
}
