using System.Collections.Immutable;

namespace Meshara.Actors.Configuration;

/// <summary>Which settings a node takes on while it runs, and which only when it starts. Pure.</summary>
internal static class LiveSettings
{
    /// <summary>What a node that runs by <paramref name="running"/> runs by when it has taken on what it can of <paramref name="wanted"/>.</summary>
    public static MesharaSettings Over(MesharaSettings running, MesharaSettings wanted) => running with
    {
        Profile = wanted.Profile,
        Peers = wanted.Peers,
        RemovedFor = wanted.RemovedFor,
        Heartbeat = wanted.Heartbeat,
        Backoff = wanted.Backoff,
        Connection = wanted.Connection,
        Listener = wanted.Listener,
        Discovery = running.Discovery with
        {
            BootstrapNodes = wanted.Discovery.BootstrapNodes,
            BootstrapRetry = wanted.Discovery.BootstrapRetry,
            Exchange = wanted.Discovery.Exchange,
            MaxPeers = wanted.Discovery.MaxPeers,
            TargetPeers = wanted.Discovery.TargetPeers,
            MdnsInterval = wanted.Discovery.MdnsInterval,
            Mdns = running.Discovery.Mdns with { MaxSightingsPerMinute = wanted.Discovery.Mdns.MaxSightingsPerMinute },
        },
    };

    /// <summary>What came of taking on <paramref name="wanted"/>.</summary>
    public static MeshReload Report(MesharaSettings before, MesharaSettings after, MesharaSettings wanted)
    {
        var (old, held, asked) = (SettingKeys.Of(before), SettingKeys.Of(after), SettingKeys.Of(wanted));
        var changed = asked.Where(k => old[k.Key] != k.Value)
            .ToLookup(k => held[k.Key] == k.Value, k => new ChangedSetting(k.Key, EffectiveConfiguration.Mask(k.Key, old[k.Key]), EffectiveConfiguration.Mask(k.Key, k.Value)));
        return new MeshReload([.. changed[true]], [.. changed[false]]);
    }
}
