using System.Net;

namespace Meshara.Hostile.Load;

/// <summary>What is tried on one node.</summary>
/// <param name="Honest">Peers that are connected, answer pings and send one a second.</param>
/// <param name="Hostile">Sockets that the attackers hold open, or try to.</param>
/// <param name="Rate">Sockets that they open in a second, at most.</param>
/// <param name="Time">How long each attack is measured.</param>
/// <param name="Attacks">Each is measured alone; the name of <see cref="Swarm.Together"/> is all of them at once.</param>
/// <param name="Rounds">So often each attack is measured, and right before each the node in peace; the medians are compared.</param>
/// <param name="IsEqual">
/// Whether the attackers take as much of the processor as the others. Otherwise they take what is left: attackers have machines of their
/// own, and what they compute here must not be taken from the node and the honest.
/// </param>
internal sealed record LoadPlan(int Honest, int Hostile, int Rate, TimeSpan Time, IReadOnlyList<string> Attacks, int Rounds, bool IsEqual)
{
    /// <summary>How much worse the service of honest peers may become.</summary>
    public const double MaxFactor = 2;

    /// <summary>
    /// A ping that takes no longer is well served whatever the factor: on an idle machine it takes half a millisecond, and one turn of
    /// another process on the same core ten times that.
    /// </summary>
    public static readonly TimeSpan GoodEnough = TimeSpan.FromMilliseconds(10);

    /// <summary>Before an attack is measured: as long as it takes to build up.</summary>
    public static readonly TimeSpan BuildUp = TimeSpan.FromSeconds(3);

    /// <summary>Honest peers come from many hosts, attackers from others.</summary>
    public static IPAddress HonestHost(int n) => new([127, 1, (byte)(n / 250), (byte)(1 + (n % 250))]);

    /// <summary>An attacker has so many hosts; limits per host do not stop him.</summary>
    public static IPAddress HostileHost(int n) => new([127, 2, 0, (byte)(1 + (n % 250))]);
}
