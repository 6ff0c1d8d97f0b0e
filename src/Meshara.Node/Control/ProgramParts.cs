using Meshara.Actors;

namespace Meshara.Node.Control;

/// <summary>What the program has beside the node, as far as it can be asked for through the control socket.</summary>
/// <param name="PageLink">Makes a link to the page; null if there is none.</param>
/// <param name="Reload">Reads the configuration anew.</param>
internal sealed record ProgramParts(Func<string>? PageLink, Func<Task<MeshReload>> Reload);
