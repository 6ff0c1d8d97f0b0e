using Akka.Actor;

namespace Meshara.Simulation.Policies;

/// <summary>Stands where the decisions expect an actor to tell something to.</summary>
internal sealed class ShellRef(Action<object> told) : MinimalActorRef
{
    private static readonly ActorPath Somewhere = new RootActorPath(Address.AllSystems) / "shell";

    private static long _last;

    /// <summary>With a number of its own: references are compared by their paths too.</summary>
    public override ActorPath Path { get; } = Somewhere.WithUid(Interlocked.Increment(ref _last));

    public override IActorRefProvider Provider => throw new NotSupportedException("There is no actor system here.");

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    protected override void TellInternal(object message, IActorRef sender) => told(message);
}
