using System.Collections.Concurrent;
using Akka.Configuration;
using Akka.Dispatch;

namespace Meshara.Simulation.Time;

/// <summary>
/// A dispatcher on which actors run one after the other, when and where <see cref="Drain"/> is called. So the order is one, and no
/// conversation, however long, makes the stack grow.
/// </summary>
internal sealed class OneThread(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
{
    public const string Name = "simulation.one-thread";

    // The very first actor is handed over by a thread of the actor system's own.
    private readonly ConcurrentQueue<IRunnable> _ready = new();

    /// <summary>Runs what is ready, and what becomes so by that, until nothing is.</summary>
    public void Drain()
    {
        while (_ready.TryDequeue(out var next))
        {
            next.Run();
        }
    }

    protected override void ExecuteTask(IRunnable run) => _ready.Enqueue(run);

    protected override void Shutdown()
    {
    }
}

/// <summary>Named in the configuration of the actor system.</summary>
internal sealed class OneThreadConfigurator : MessageDispatcherConfigurator
{
    private readonly OneThread _only;

    public OneThreadConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _only = new OneThread(this);

    public override MessageDispatcher Dispatcher() => _only;
}
