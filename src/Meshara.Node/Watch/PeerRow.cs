using System.Globalization;
using System.Text.Json.Nodes;
using Meshara.Node.Output;

namespace Meshara.Node.Watch;

/// <summary>A connected peer, as the table has it. What the peer chose of it cannot move the cursor.</summary>
/// <param name="Since">When it was connected.</param>
/// <param name="In">Bytes a second that came from it since the last look; null at the first one.</param>
/// <param name="Out">The same to it.</param>
internal sealed record PeerRow(
    string Id, string Address, string Direction, string Source, double? RoundTrip, long Received, long Sent, double Score, DateTimeOffset? Since, string Agent,
    double? In = null, double? Out = null)
{
    public static PeerRow Of(JsonObject peer) => new(
        Text.Get(peer, "peerId"),
        Text.Clean(Text.Get(peer, "address")),
        Text.Clean(Text.Get(peer, "direction")),
        Text.Clean(Text.Get(peer, "source")),
        peer["rttMs"]?.GetValue<double>(),
        peer["bytesReceived"]!.GetValue<long>(),
        peer["bytesSent"]!.GetValue<long>(),
        peer["reputation"]!.GetValue<double>(),
        peer["connectedSince"] is { } since ? DateTimeOffset.Parse($"{since}", CultureInfo.InvariantCulture) : null,
        Text.Clean(Text.Get(peer, "agent")));

    /// <summary>With the rates since an earlier look; a connection that began since then has none yet.</summary>
    public PeerRow After(PeerRow? earlier, TimeSpan time) =>
        earlier is null || earlier.Since != Since || time <= TimeSpan.Zero || Received < earlier.Received || Sent < earlier.Sent
            ? this
            : this with { In = (Received - earlier.Received) / time.TotalSeconds, Out = (Sent - earlier.Sent) / time.TotalSeconds };
}
