using System.Net;
using System.Net.Sockets;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>
/// Opens a TCP connection to a peer's address. Of a name with several addresses the next is tried when the one before has failed or
/// was silent for a moment; the first to answer wins (RFC 8305, "Happy Eyeballs", without its sorting).
/// </summary>
internal static class TcpDial
{
    /// <summary>A host name may have many addresses; more than this are not tried.</summary>
    private const int MaxAddresses = 8;

    /// <summary>RFC 8305 section 5, "Connection Attempt Delay".</summary>
    private static readonly TimeSpan Head = TimeSpan.FromMilliseconds(250);

    /// <param name="isBanned">Where it leads to is known only when a name is looked up, and whoever owns the name decides it.</param>
    public static async Task<Socket> ConnectAsync(PeerAddress address, Predicate<IPAddress> isBanned, CancellationToken cancellation)
    {
        var found = await EndPointsOf(address, cancellation).ConfigureAwait(false);
        var endPoints = found.Where(e => !isBanned(e.Address)).ToList();
        return endPoints.Count switch
        {
            0 when found.Count > 0 => throw new TransportException(Reason.Banned, $"{address} leads only to banned addresses."),
            0 => throw new TransportException(Reason.NameNotFound, $"{address} has no address."),
            1 => await ConnectAsync(endPoints[0], cancellation).ConfigureAwait(false),
            _ => await RaceAsync(endPoints, cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>The first of several to answer. When none does, the failure that tells most: somebody who refuses is at least there.</summary>
    public static async Task<Socket> RaceAsync(IReadOnlyList<IPEndPoint> endPoints, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<Socket>>();
        var failures = new List<TransportException>();
        var next = 0;
        try
        {
            while (next < endPoints.Count || running.Count > 0)
            {
                if (next < endPoints.Count)
                {
                    running.Add(ConnectAsync(endPoints[next++], over.Token));
                }

                IEnumerable<Task> turns = next < endPoints.Count ? [.. running, Task.Delay(Head, over.Token)] : running;
                if (await Task.WhenAny(turns).ConfigureAwait(false) is not Task<Socket> attempt)
                {
                    continue;
                }

                running.Remove(attempt);
                try
                {
                    return await attempt.ConfigureAwait(false);
                }
                catch (TransportException e)
                {
                    failures.Add(e);
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            running.ForEach(late => _ = DiscardAsync(late));
        }

        throw failures.Find(f => f.Reason == Reason.Refused) ?? failures[0];
    }

    private static async Task DiscardAsync(Task<Socket> late)
    {
        try
        {
            (await late.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is TransportException or OperationCanceledException)
        {
            // Another address was faster: how this one would have ended matters to nobody.
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
            if (!Equals(socket.LocalEndPoint, socket.RemoteEndPoint))
            {
                return socket;
            }

            // TCP can connect a port to itself when nobody listens there and the system happens to pick it as the source (RFC 9293
            // section 3.5, simultaneous open). It would also keep the node that lived there from coming back; hence the reset.
            socket.LingerState = new LingerOption(true, 0);
            throw new TransportException(Reason.Refused, $"Nobody listens at {endPoint}.");
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new TransportException(ReasonOf(e.SocketErrorCode), $"{endPoint}: {e.Message}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Where an address leads.</summary>
    /// <exception cref="TransportException">name-not-found.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> EndPointsOf(PeerAddress address, CancellationToken cancellation)
    {
        switch (address)
        {
            case PeerAddress.Ip ip:
                return [ip.EndPoint];
            case PeerAddress.Dns dns:
                try
                {
                    var found = await Dns.GetHostAddressesAsync(dns.Host, cancellation).ConfigureAwait(false);
                    return [.. found.Take(MaxAddresses).Select(a => new IPEndPoint(a, dns.Port))];
                }
                catch (SocketException e)
                {
                    throw new TransportException(Reason.NameNotFound, $"{dns.Host}: {e.Message}", e);
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(address), address, null);
        }
    }

    private static Reason ReasonOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => Reason.Refused,
        SocketError.NetworkDown => Reason.NetworkDown,
        _ => Reason.Unreachable,
    };
}
