using Meshara.Actors.Diagnostics;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What has moved on one connection, and how much of it was reported already.</summary>
internal sealed class Traffic(NodeClock clock)
{
    /// <summary>What moves within this goes to the supervisor in one report.</summary>
    public static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private long _reportedSent;
    private long _reportedReceived;
    private long _reportedMessages;
    private int _delivered;
    private bool _due;
    private DateTimeOffset? _lastSeen;

    public void Heard() => _lastSeen = clock.Now;

    public void Delivered(int messages) => _delivered += messages;

    /// <summary>Something has moved; true if a report is not due already.</summary>
    public bool NeedsReport()
    {
        var wasDue = _due;
        _due = true;
        return !wasDue;
    }

    public PeerConnectionProtocol.Description Describe(long connection, Link link, TimeSpan? roundTripTime) =>
        new(connection, link.Sent - _reportedSent, link.Received - _reportedReceived, _lastSeen, roundTripTime);

    public PeerConnectionProtocol.Activity TakeReport(long connection, Link link, TimeSpan? roundTripTime)
    {
        var report = new PeerConnectionProtocol.Activity(
            connection, link.Sent - _reportedSent, link.Received - _reportedReceived, _delivered, _lastSeen, roundTripTime)
        {
            SentMessages = (int)(link.SentMessages - _reportedMessages),
        };
        (_reportedSent, _reportedReceived, _delivered, _due) = (_reportedSent + report.Sent, link.Received, 0, false);
        _reportedMessages += report.SentMessages;
        return report;
    }
}
