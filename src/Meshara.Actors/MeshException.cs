using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <summary>Something that was asked of the node did not come about, for a reason of the one vocabulary.</summary>
/// <param name="reason">Why. The message is its sentence.</param>
public sealed class MeshException(Reason reason) : Exception(reason.Sentence())
{
    /// <summary>Why.</summary>
    public Reason Reason { get; } = reason;
}
