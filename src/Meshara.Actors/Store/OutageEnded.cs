namespace Meshara.Actors.Store;

/// <summary>
/// The store could not write since then, and can again: it is the write that shows it. Nothing that is known changes by it, but the history
/// says when it has a gap.
/// </summary>
/// <param name="Lost">Changes that could not be kept meanwhile.</param>
internal sealed record OutageEnded(DateTimeOffset At, DateTimeOffset Since, long Lost) : IStoreEvent;
