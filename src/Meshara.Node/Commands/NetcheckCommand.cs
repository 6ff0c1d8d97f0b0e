using System.CommandLine;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary><c>meshara netcheck</c>: whether the node can be reached, and if not, what stands in the way.</summary>
internal static class NetcheckCommand
{
    public static Command Make() => SteeringCommands.Steer(
        "netcheck",
        "Whether others can reach the running node, and what stands in the way: interfaces and multicast, its port as itself and up to 3 peers "
        + "see it (they dial back), bootstrap nodes, clock. Takes up to 15 s. Exit code 0 all well, 1 something is worth a look or nobody was there "
        + "to try, 2 the node cannot be reached or is cut off, 3 no node is running.",
        "meshara netcheck", [], NetcheckText.Print, exit: HealthCommand.ExitOf);
}
