using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Peers;

/// <summary>
/// What every actor of one node may read. Time, chance and the network are handed in here. Nothing of it changes but the figures, the
/// subscriptions, the outboxes and what of the records is known already, which are thread-safe.
/// </summary>
/// <param name="Record">What the node says of itself; it travels in every hello.</param>
/// <param name="Seed">The one seed that all randomness of the node's policies comes from.</param>
internal sealed record NodeContext(
    NodeDescription Node,
    NodeIdentity Identity,
    MesharaSettings Settings,
    IPeerTransport Transport,
    NodeClock Clock,
    OwnRecord Record,
    int Seed)
{
    /// <summary>What the node says it runs.</summary>
    public string Agent { get; } = $"meshara/{typeof(NodeContext).Assembly.GetName().Version?.ToString(3)}";

    public int ListenPort { get; init; }

    /// <summary>Where the actors of the node write what can be measured of it.</summary>
    public NodeFigures Figures { get; init; } = new();

    /// <summary>Who wants which messages of the peers.</summary>
    public Subscriptions Subscriptions { get; } = new();

    /// <summary>Verifies the records of peers.</summary>
    public RecordVerifier Records { get; } = new();

    /// <summary>Where messages for the peers go.</summary>
    public Outboxes Outboxes { get; } = new();

    public Envelope Hello(PeerAddress observed) =>
        Handshake.Hello(Settings.Network, Agent, ListenPort, observed, Record.For(AddressReach.Of(observed)), Handshake.CheckReach);
}
