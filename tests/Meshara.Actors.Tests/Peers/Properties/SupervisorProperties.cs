using CsCheck;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Properties;

/// <summary>
/// Whatever happens to a node, in whatever order: it keeps its limits and its bans, loses nobody that a person asked for, and says of
/// itself what is so. The message of a failure names the seed and the shortest sequence found; with the seed the same comes again.
/// </summary>
public sealed class SupervisorProperties
{
    [Fact]
    public void No_sequence_of_events_exceeds_a_limit_loses_a_protected_peer_dials_a_banned_one_or_moves_a_score_out_of_its_range() =>
        Play.Any(longest: 40).Sample(SupervisorWorld.Run, iter: 25, threads: 1);
}
