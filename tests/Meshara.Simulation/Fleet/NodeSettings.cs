using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Meshara.Simulation.Liveness;

namespace Meshara.Simulation.Fleet;

/// <summary>The settings of the nodes: the defaults of the reference, with the ways into this network.</summary>
internal static class NodeSettings
{
    /// <summary>Those of the profile <c>bridge</c>, which is for nodes that others enter by.</summary>
    public const int BridgeTarget = 64;

    public const int BridgeMax = 128;

    public static MesharaSettings Of(Member member, Scenario scenario, IEnumerable<PeerTarget> bootstrap, string dispatcher)
    {
        var defaults = new MesharaSettings();
        return defaults with
        {
            Dispatcher = dispatcher,
            Heartbeat = scenario.IsFast ? LivenessRun.Fast : defaults.Heartbeat,
            Discovery = defaults.Discovery with
            {
                EnabledMethods = [DiscoveryMethod.Manual, DiscoveryMethod.Bootstrap],
                BootstrapNodes = [.. bootstrap],
                TargetPeers = member.IsBootstrap ? BridgeTarget : scenario.TargetPeers,
                MaxPeers = member.IsBootstrap ? BridgeMax : scenario.MaxPeers,
            },

            // These limits count by the wall clock, and a virtual minute may take a millisecond.
            Listener = defaults.Listener with { AcceptsPerSecond = 100_000, AcceptsPerSourcePerMinute = 6_000_000 },
        };
    }
}
