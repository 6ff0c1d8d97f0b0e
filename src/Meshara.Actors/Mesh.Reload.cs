using Akka.Configuration;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers;

namespace Meshara.Actors;

/// <content>Configuration while the node runs.</content>
public sealed partial class Mesh
{
    /// <summary>
    /// Takes on what has changed in the configuration, as far as that can be done while the node runs: limits, intervals, waits, bootstrap nodes,
    /// further peers. The limits of a connection hold for those that begin from now on, a new heartbeat for all. Where there are more peers than
    /// <c>max-peers</c> allows now, those that dialled this node with the lowest score, and the youngest of them, have to go.
    /// </summary>
    /// <param name="overrides">In the place of the overrides that the node was started with; its top key is the node's name.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>What was taken on, and what needs a restart.</returns>
    /// <exception cref="MesharaStartException">The configuration is refused, and nothing has changed; the lines say why.</exception>
    public async Task<MeshReload> ReloadAsync(Config? overrides = null, CancellationToken cancellation = default)
    {
        var started = await StartedAsync(cancellation).ConfigureAwait(false);
        var wanted = MesharaConfiguration.Load(_system.Settings.Config, _name, overrides);
        var reloaded = await AskAsync<MeshProtocol.Reloaded>(new MeshProtocol.Reload(wanted), cancellation).ConfigureAwait(false);
        started.Settings = reloaded.After;
        return LiveSettings.Report(reloaded.Before, reloaded.After, wanted);
    }
}
