using System.Diagnostics;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers;

/// <summary>How long dials and handshakes take and what came of them: for the metrics, and as spans for those who trace.</summary>
internal static class Attempts
{
    private const string Connected = "connected", Tested = "tested";

    /// <summary>One begins; null if nobody traces. It is no part of what this thread did before: that was about somebody else.</summary>
    public static Activity? Begin(ConnectionOrigin origin, PeerSource source)
    {
        var before = Activity.Current;
        Activity.Current = null;
        var isDial = origin.Direction == Direction.Outbound;
        var span = MeshTelemetry.Activities.StartActivity(isDial ? "dial" : "handshake", isDial ? ActivityKind.Client : ActivityKind.Server);
        span?.SetTag(Telemetry.Labels.Source, Telemetry.Names.Of(source));
        Activity.Current = before;
        return span;
    }

    /// <summary>The peer is connected.</summary>
    public static void Opened(NodeState state, LiveConnection connection) => End(state, connection, Connected, isFailure: false);

    /// <summary>It ended before that.</summary>
    /// <param name="isKnock">It only looked whether this node is there, as it was asked to.</param>
    public static void Failed(NodeState state, LiveConnection connection, Reason reason, bool isKnock)
    {
        // A feeler was never to come further than this.
        var isTested = isKnock || connection is { IsFeeler: true, Key: not null };
        End(state, connection, isTested ? Tested : reason.Name(), !isTested);
    }

    private static void End(NodeState state, LiveConnection connection, string outcome, bool isFailure)
    {
        state.Node.Figures.Ended(connection.Direction, connection.Source, outcome, state.Node.Clock.Elapsed - connection.Began);
        if (connection.Span is not { } span)
        {
            return;
        }

        // A trace is one story and no series: here the peer has a name.
        span.SetTag("meshara.peer.id", connection.Sought?.ToString());
        span.SetTag(Telemetry.Labels.Outcome, outcome);
        if (isFailure)
        {
            span.SetStatus(ActivityStatusCode.Error, outcome);
            span.SetTag("error.type", outcome);
        }

        // To end it would make that the current one which was so when it began, perhaps on another thread.
        var before = Activity.Current;
        span.Dispose();
        Activity.Current = before;
    }
}
