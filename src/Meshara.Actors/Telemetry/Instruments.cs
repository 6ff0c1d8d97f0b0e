using System.Diagnostics.Metrics;
using Meshara.Core.Peers;

namespace Meshara.Actors.Telemetry;

/// <summary>
/// The instruments of the one meter: made once in a process, whatever number of nodes lives in it. What counts is read from the figures of
/// the live nodes when somebody collects; only durations are recorded one by one, and none of them is of a message.
/// </summary>
/// <remarks>
/// Names and units after the OpenTelemetry semantic conventions (opentelemetry.io/docs/specs/semconv/general/metrics): UCUM units, durations
/// in seconds, counted things in braces.
/// </remarks>
internal static class Instruments
{
    private static readonly Meter Meter = new(MeshTelemetry.Name, MeshTelemetry.Version);
    private static readonly List<(Instrument Instrument, string[] Labels)> Made = [];

    /// <summary>From a LAN's handshake to the timeout of one.</summary>
    private static readonly double[] Seconds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private static readonly double[] Milliseconds = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    public static readonly Histogram<double> Dial = Duration(
        "meshara.dial.duration", "Dials: from the first packet to the other side's hello, or to the failure.", Seconds, Labels.Outcome, Labels.Source);

    public static readonly Histogram<double> Handshake = Duration(
        "meshara.handshake.duration", "Inbound handshakes: from the accepted socket to the hello, or to the failure.", Seconds, Labels.Outcome);

    public static readonly Histogram<double> RoundTrip = Duration("meshara.heartbeat.rtt", "Answered heartbeats.", Milliseconds);

    public static readonly Histogram<double> StoreWrite = Duration(
        "meshara.store.write.duration", "Transactions of the peer store, until they are durable.", Milliseconds);

    static Instruments()
    {
        UpDown("meshara.peers", "{peer}", "Connections.", n => n.Peers.All().Select(p => Of(
            n, p.Count, (Labels.State, Names.Of(p.State)), (Labels.Direction, Names.Of(p.Direction)), (Labels.Source, Names.Of(p.Source)))),
            Labels.State, Labels.Direction, Labels.Source);
        UpDown("meshara.known_peers", "{peer}", "Peers that are known, connected or not.", n => [Of(n, n.Known)]);
        Counter("meshara.disconnections", "{connection}", "Connections that ended.", n => ByReason(n, n.Disconnections), Labels.Reason);
        Counter("meshara.rejections", "{connection}", "Inbound connections and sightings that were refused.", n => ByReason(n, n.Rejections), Labels.Reason);
        Counter("meshara.io", "By", "Frames with their headers, before TLS, of connected peers.", n => Ways(n, n.Sent, n.Received), Labels.IoDirection);
        Counter("meshara.messages", "{message}", "Messages of the application.", n => Ways(n, n.MessagesSent, n.MessagesReceived), Labels.IoDirection);
        Counter("meshara.reputation.changes", "{change}", "What moved a peer's score.",
            n => n.ReputationChanges.Counted().Select(c => Of(n, c.Count, (Labels.Cause, Names.Of(c.Kind)))), Labels.Cause);
        Counter("meshara.bans", "{ban}", "Bans that were laid on peers and ranges.", n => ByReason(n, n.Bans), Labels.Reason);
        UpDown("meshara.banned", "{ban}", "Bans that hold now.",
            n => [Of(n, n.BannedPeers, (Labels.Target, "peer")), Of(n, n.BannedRanges, (Labels.Target, "range"))], Labels.Target);
        Counter("meshara.mdns.packets", "{packet}", "mDNS packets that were sent and heard.",
            n => n.Mdns is { } mdns ? Ways(n, mdns.Sent, mdns.Heard) : [], Labels.IoDirection);
        Counter("meshara.mdns.dropped", "{packet}", "mDNS packets that were not sent or not heeded.", Dropped, Labels.Cause);
        UpDown("meshara.store.queue", "{command}", "Commands that the peer store has not dealt with.", n => [Of(n, n.Store.Queued)]);
        Gauge("meshara.store.last_write.timestamp", "s", "When the peer store last wrote, in seconds since 1970.",
            n => n.Store.LastWrite is { } at ? [new((at - DateTimeOffset.UnixEpoch).TotalSeconds, n.Tag)] : []);
        Gauge("meshara.health", "{level}", "What each check of the health found: 0 healthy, 1 degraded, 2 failing.",
            n => n.Checked().Select(c => new Measurement<double>(c.Level, n.Tag, new(Labels.Check, c.Check))), Labels.Check);
        UpDown("meshara.supervisor.mailbox", "{message}", "Messages that wait for the node's supervisor.",
            n => n.Mailbox is { } mailbox ? [Of(n, mailbox())] : []);
    }

    /// <summary>All of them, with the labels that they have beside the node's.</summary>
    public static IReadOnlyList<(Instrument Instrument, string[] Labels)> All => Made;

    private static IEnumerable<Measurement<long>> Dropped(NodeFigures node) => node.Mdns is not { } mdns ? [] :
    [
        .. mdns.Refused.Select(r => Of(node, r.Value, (Labels.Cause, Names.Of(r.Key)))),
        Of(node, mdns.Overflowed, (Labels.Cause, "overflow")),
        Of(node, mdns.SendErrors.Values.Sum(), (Labels.Cause, "send-error")),
    ];

    private static IEnumerable<Measurement<long>> ByReason(NodeFigures node, Tally<Reason> tally) =>
        tally.Counted().Select(c => Of(node, c.Count, (Labels.Reason, c.Kind.Name())));

    private static Measurement<long>[] Ways(NodeFigures node, long sent, long received) =>
        [Of(node, sent, (Labels.IoDirection, "transmit")), Of(node, received, (Labels.IoDirection, "receive"))];

    private static Measurement<long> Of(NodeFigures node, long value, params (string Name, string Value)[] labels) =>
        new(value, labels.Select(l => KeyValuePair.Create(l.Name, (object?)l.Value)).Prepend(node.Tag));

    private static Histogram<double> Duration(string name, string description, double[] buckets, params string[] labels) => Keep(
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets }), labels);

    private static void Counter(string name, string unit, string description, Func<NodeFigures, IEnumerable<Measurement<long>>> of, params string[] labels) =>
        Keep(Meter.CreateObservableCounter(name, () => NodeFigures.Live.SelectMany(of), unit, description), labels);

    private static void UpDown(string name, string unit, string description, Func<NodeFigures, IEnumerable<Measurement<long>>> of, params string[] labels) =>
        Keep(Meter.CreateObservableUpDownCounter(name, () => NodeFigures.Live.SelectMany(of), unit, description), labels);

    private static void Gauge(string name, string unit, string description, Func<NodeFigures, IEnumerable<Measurement<double>>> of, params string[] labels) =>
        Keep(Meter.CreateObservableGauge(name, () => NodeFigures.Live.SelectMany(of), unit, description), labels);

    private static T Keep<T>(T instrument, string[] labels)
        where T : Instrument
    {
        Made.Add((instrument, labels));
        return instrument;
    }
}
