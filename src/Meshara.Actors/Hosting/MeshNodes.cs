using System.Collections.Concurrent;
using Akka.Actor;

namespace Meshara.Actors.Hosting;

/// <summary>The nodes of one actor system, by name, whether they have started already or not.</summary>
internal sealed class MeshNodes : IExtension
{
    private readonly ConcurrentDictionary<string, Mesh> _nodes = new();
    private readonly ExtendedActorSystem _system;

    private MeshNodes(ExtendedActorSystem system) => _system = system;

    public static MeshNodes Of(ActorSystem system) => system.WithExtension<MeshNodes, Provider>();

    public Mesh this[string name] => _nodes.GetOrAdd(name, n => new Mesh(_system, n));

    /// <summary>The node has stopped: the name is free again.</summary>
    public void Forget(string name, Mesh mesh) => _nodes.TryRemove(KeyValuePair.Create(name, mesh));

    private sealed class Provider : ExtensionIdProvider<MeshNodes>
    {
        public override MeshNodes CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
