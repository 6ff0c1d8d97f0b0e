using Akka.Actor;
using Akka.Configuration;

namespace Meshara.Actors.Store;

/// <summary>
/// What the stores of all nodes of one actor system share: the numbers of their plugins, and one turn after the other in adding to the
/// system's configuration. Akka makes an extension exactly once, however many nodes start at the same moment.
/// </summary>
internal sealed class StoreExtension : IExtension
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _numbers = [];

    public static StoreExtension In(ActorSystem system) => system.WithExtension<StoreExtension, Provider>();

    public int NextNumber(string name)
    {
        lock (_lock)
        {
            return _numbers[name] = _numbers.GetValueOrDefault(name) + 1;
        }
    }

    /// <summary>
    /// Adds what nobody else configures, behind all that the host configures. Akka's own method is a read and a write: two nodes at
    /// once would lose one.
    /// </summary>
    public void Inject(ActorSystem system, Config config)
    {
        lock (_lock)
        {
            system.Settings.InjectTopLevelFallback(config);
        }
    }

    private sealed class Provider : ExtensionIdProvider<StoreExtension>
    {
        public override StoreExtension CreateExtension(ExtendedActorSystem system) => new();
    }
}
