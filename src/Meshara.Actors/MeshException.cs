using Meshara.Core.Peers;

namespace Meshara.Actors;

/// <summary>Something that was asked of the node did not come about, for a reason of the one vocabulary.</summary>
/// <param name="reason">Why. The message is its sentence.</param>
/// <param name="detail">A sentence that says more; it follows in the message.</param>
public sealed class MeshException(Reason reason, string? detail = null)
    : Exception(detail is null ? reason.Sentence() : $"{reason.Sentence()} {detail}")
{
    /// <summary>Why.</summary>
    public Reason Reason { get; } = reason;
}
