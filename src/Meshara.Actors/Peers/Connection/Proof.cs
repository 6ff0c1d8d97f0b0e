using Meshara.Actors.Transport;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Connection;

/// <summary>What came of opening a link to a peer: the far end has proven its key, or not.</summary>
internal abstract record Proof
{
    private Proof()
    {
    }

    public sealed record Given(IPeerLink Link) : Proof;

    public sealed record Missing(Reason Reason, string? Detail) : Proof;

    /// <summary>Opens the link, from either side. Only what a network or a stranger can cause becomes an answer.</summary>
    public static async Task<Proof> AskAsync(ConnectionOrigin origin, IPeerTransport transport, CancellationToken cancellation)
    {
        try
        {
            return new Given(origin switch
            {
                ConnectionOrigin.Dial dial => await transport.DialAsync(dial.Address, dial.Expected, dial.IsBanned, cancellation).ConfigureAwait(false),
                ConnectionOrigin.Accept accept => await accept.Socket.SecureAsync(cancellation).ConfigureAwait(false),
                _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, null),
            });
        }
        catch (TransportException e)
        {
            return new Missing(e.Reason, e.Message);
        }
        catch (OperationCanceledException)
        {
            return new Missing(Reason.HandshakeTimeout, null);
        }
    }
}
