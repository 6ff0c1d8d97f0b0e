namespace Meshara.Actors.Telemetry;

/// <summary>
/// The labels of the instruments. The values of each come from a closed set, and none is a peer's id or address: a stranger could otherwise
/// make as many series as he has keys.
/// </summary>
internal static class Labels
{
    /// <summary>The name by which the host started the node; a second one of that name in the process gets a number.</summary>
    public const string Node = "meshara.node";

    public const string State = "meshara.state";

    public const string Direction = "meshara.direction";

    public const string Source = "meshara.source";

    /// <summary><c>connected</c>, <c>tested</c>, or the name of a reason.</summary>
    public const string Outcome = "meshara.outcome";

    public const string Check = "meshara.check";

    public const string Reason = "meshara.reason";

    public const string Cause = "meshara.cause";

    public const string Target = "meshara.target";

    /// <summary>OpenTelemetry's own: <c>transmit</c> or <c>receive</c>.</summary>
    public const string IoDirection = "network.io.direction";
}
