namespace Meshara.Core.Peers;

/// <summary>A ban.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Cause">Why.</param>
/// <param name="Count">Which in the peer's history, from 1: each lasts twice as long as the one before, unless a person says how long.</param>
/// <param name="Note">What the person said who banned the peer.</param>
internal sealed record Ban(DateTimeOffset Until, ReputationCause Cause, int Count, string? Note = null);
