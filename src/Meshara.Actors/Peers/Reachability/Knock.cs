using System.Collections.Immutable;
using System.Net;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>Dials that only look who is there: the key is proven, and the connection closed without a hello.</summary>
internal static class Knock
{
    /// <summary>What came of one. Null reason: the right key has answered.</summary>
    public sealed record Outcome(Reason? Failure, string? Detail)
    {
        /// <summary>What a name led to.</summary>
        public ImmutableArray<IPAddress> Addresses { get; init; } = [];
    }

    /// <summary>Dials that address. Only what a network or a stranger can cause becomes an answer.</summary>
    /// <param name="expected">Who must be there; null for whoever is.</param>
    public static async Task<Outcome> DialAsync(
        IPeerTransport transport, PeerAddress address, NodeId? expected, Predicate<IPAddress> isBanned, CancellationToken cancellation)
    {
        try
        {
            var link = await transport.DialAsync(address, expected, isBanned, cancellation).ConfigureAwait(false);
            await link.DisposeAsync().ConfigureAwait(false);
            return new Outcome(null, null);
        }
        catch (TransportException e)
        {
            return new Outcome(e.Reason, e.Message);
        }
        catch (OperationCanceledException)
        {
            return new Outcome(Reason.HandshakeTimeout, null);
        }
    }

    /// <summary>Looks up a name, and dials where it leads, unless that peer is connected.</summary>
    public static async Task<Outcome> ReachAsync(
        IPeerTransport transport, PeerTarget node, bool isConnected, Predicate<IPAddress> isBanned, CancellationToken cancellation)
    {
        var (addresses, failure) = await LookUpAsync(transport, node.Address, cancellation).ConfigureAwait(false);
        var outcome = isConnected ? new Outcome(null, null)
            : failure ?? await DialAsync(transport, node.Address, node.Expected, isBanned, cancellation).ConfigureAwait(false);
        return outcome with { Addresses = addresses };
    }

    private static async Task<(ImmutableArray<IPAddress> Addresses, Outcome? Failure)> LookUpAsync(
        IPeerTransport transport, PeerAddress address, CancellationToken cancellation)
    {
        try
        {
            return (await transport.LookUpAsync(address, cancellation).ConfigureAwait(false), null);
        }
        catch (TransportException e)
        {
            return ([], new Outcome(e.Reason, e.Message));
        }
        catch (OperationCanceledException)
        {
            return ([], new Outcome(Reason.NameNotFound, "The name was not looked up in time."));
        }
    }
}
