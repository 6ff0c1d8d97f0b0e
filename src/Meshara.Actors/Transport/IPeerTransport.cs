using System.Collections.Immutable;
using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>
/// How bytes reach a peer whose identity is proven. Two implementations: TLS over TCP, and an in-memory network for tests and
/// the simulation. Failures that a network can cause are <see cref="TransportException"/>; anything else is a bug.
/// </summary>
internal interface IPeerTransport
{
    /// <summary>Connects and proves the far end's identity.</summary>
    /// <exception cref="TransportException">With the reason: unreachable, refused, bad-certificate, key-mismatch, ...</exception>
    Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation);

    /// <summary>The same, but for the addresses of a name that are banned: these are not dialled.</summary>
    /// <param name="isBanned">Called from any thread.</param>
    /// <exception cref="TransportException">As above; banned, if all are.</exception>
    Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, Predicate<IPAddress> isBanned, CancellationToken cancellation) =>
        DialAsync(address, expected, cancellation);

    /// <summary>The hosts that an address leads to: a name may have several, others are their own.</summary>
    /// <exception cref="TransportException">name-not-found.</exception>
    Task<ImmutableArray<IPAddress>> LookUpAsync(PeerAddress address, CancellationToken cancellation) => address is PeerAddress.Ip ip
        ? Task.FromResult<ImmutableArray<IPAddress>>([ip.EndPoint.Address])
        : Task.FromException<ImmutableArray<IPAddress>>(new TransportException(Reason.NameNotFound, $"{address} has no address."));

    /// <summary>Binds.</summary>
    /// <exception cref="TransportException">The endpoint cannot be bound; the message says why.</exception>
    IPeerListener Listen(Configuration.ListenAddress address);
}

/// <summary>A bound endpoint.</summary>
internal interface IPeerListener : IDisposable
{
    /// <summary>What was bound, with the real port.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The next socket. It has cost nothing but itself so far: no byte was read.</summary>
    Task<IInboundSocket> AcceptAsync(CancellationToken cancellation);
}

/// <summary>A socket that somebody opened to this node, before any handshake. Disposing it closes it at once.</summary>
internal interface IInboundSocket : IDisposable
{
    IPEndPoint Remote { get; }

    /// <summary>Proves the far end's identity. The link owns the socket from then on.</summary>
    /// <exception cref="TransportException">With the reason.</exception>
    Task<IPeerLink> SecureAsync(CancellationToken cancellation);
}

/// <summary>An authenticated stream of bytes to a peer. Disposing it closes it at once.</summary>
internal interface IPeerLink : IAsyncDisposable
{
    /// <summary>The key that the far end has proven to hold.</summary>
    PublicKey RemoteKey { get; }

    /// <summary>The far end's address as this side sees it.</summary>
    PeerAddress Remote { get; }

    /// <summary>What of the handshake is left to be sent goes out with what is written first, or when something is read or flushed.</summary>
    Stream Stream { get; }
}

/// <summary>A failure that a network or a stranger can cause.</summary>
internal sealed class TransportException(Reason reason, string message, Exception? inner = null) : IOException(message, inner)
{
    public Reason Reason { get; } = reason;
}
