using System.Diagnostics;
using System.Text.Json.Nodes;
using Meshara.Core.Identity;
using Meshara.Node.Tests.EndToEnd;
using Shouldly;

namespace Meshara.Node.Tests.Lan;

/// <summary>Nodes on the hosts of a LAN, and what they say of themselves.</summary>
internal static class LanNodes
{
    public const string Type = "_meshara._tcp";

    /// <summary>An identity that no node has; for what others publish.</summary>
    public static NodeIdentity Stranger() => NodeIdentity.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray());

    /// <summary>The TXT of a node.</summary>
    public static string[] TxtOf(NodeIdentity identity) =>
        ["version=1", $"pubkey={identity.PublicKey}", $"node_id={identity.Id}"];

    public static string[] TxtOf(NodeProcess node) => ["version=1", $"pubkey={node.Ready["publicKey"]}", $"node_id={node.Id}"];

    public static string NameOf(NodeProcess node) => $"meshara-{node.Id[..16]}";

    public static int PortOf(NodeProcess node)
    {
        var address = node.Address;
        return int.Parse(address[(address.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public static async Task<JsonArray> PeersAsync(string data)
    {
        var (exit, output, error) = await NodeProcess.CommandAsync("peers", "--json", "--data", data);
        exit.ShouldBe(0, error);
        return JsonNode.Parse(output)!["peers"]!.AsArray();
    }

    /// <summary>Who is seen on the LAN by the node of a folder, or where none runs, by looking from a host for a while.</summary>
    public static async Task<JsonArray> DiscoverAsync(LanHost host, string data, string length = "2s")
    {
        var (exit, output, error) = await NodeProcess.CommandAsync(host, "discover", "--json", "--for", length, "--data", data);
        exit.ShouldBe(0, error);
        return JsonNode.Parse(output)!["nodes"]!.AsArray();
    }

    /// <summary>Asks until it holds.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            clock.Elapsed.ShouldBeLessThan(Lan.Patience);
        }
    }
}
