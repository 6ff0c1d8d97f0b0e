using System.Net;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Transport;

/// <summary>What only a network with conditions knows: waiting, lost processes, and hosts that move.</summary>
internal sealed partial class InMemoryNetwork
{
    /// <summary>The process at the host is gone, with all its links and its listener.</summary>
    /// <param name="isKnown">As after kill -9: its system closes its connections. False as after a power cut: others are left without a word.</param>
    public void Lose(IPAddress host, bool isKnown)
    {
        var (links, listeners) = Locked(() => (
            _links.Where(l => l.Touch(host)).ToList(),
            _listeners.Values.Where(l => l.LocalEndPoint.Address.Equals(host)).ToList()));
        listeners.ForEach(l => l.Dispose());
        links.ForEach(l => l.Lose(host, isKnown));
    }

    /// <summary>
    /// The host has another address from now on: its old connections are lost, on its side at once, and it is dialled at the new one.
    /// </summary>
    /// <param name="transport">What <see cref="TransportOf"/> gave it.</param>
    public void Move(IPeerTransport transport, IPAddress to)
    {
        var host = (Host)transport;
        var from = host.Address;
        var links = Locked(() =>
        {
            host.Address = to;
            foreach (var listening in _listeners.Values.Where(l => l.Owner == host).ToList())
            {
                _listeners.Remove(listening.LocalEndPoint);
                listening.LocalEndPoint = new IPEndPoint(to, listening.LocalEndPoint.Port);
                _listeners.Add(listening.LocalEndPoint, listening);
            }

            return _links.Where(l => l.Touch(from)).ToList();
        });
        links.ForEach(l => l.Lose(from, isKnown: false));
    }

    /// <summary>
    /// The same on a network that takes its time: three packets open a TCP connection, one more round trip proves the keys. Who cannot be
    /// reached does not answer.
    /// </summary>
    private async Task<IPeerLink> DialAsync(NetworkConditions ways, Host dialler, IPEndPoint to, NodeId? expected, CancellationToken cancellation)
    {
        var number = ++_dials;
        var chance = new Chance(ways.Seed, ulong.MaxValue - number);
        await Wait(ways.Transit(chance, NetworkConditions.ResendOpening)).ConfigureAwait(false);
        if (!ways.Reaches(dialler.Address, to.Address) || !ways.Reaches(to.Address, dialler.Address) || !ways.IsDiallable(to.Address))
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellation).ConfigureAwait(false);
        }

        if (!_listeners.TryGetValue(to, out var listening))
        {
            await Wait(ways.Transit(chance, NetworkConditions.Resend)).ConfigureAwait(false);
            throw new TransportException(Reason.Refused, $"Nobody listens at {to}.");
        }

        var from = new IPEndPoint(dialler.Address, _nextPort = _nextPort == ushort.MaxValue ? 40_000 : _nextPort + 1);
        var links = new InMemoryLinks(from, dialler.Identity.PublicKey, to, listening.Owner.Identity.PublicKey, Forget, ways, number);
        var handshake = ways.Transit(chance, NetworkConditions.Resend) + ways.Transit(chance, NetworkConditions.Resend);
        _links.Add(links);
        var refusal = IdentityJudge.Judge(listening.Owner.Identity.Id, dialler.Identity.Id, expected);
        listening.Arrive(links, refusal is null ? Wait(handshake) : Refused(handshake));
        try
        {
            await Wait(handshake + ways.Transit(chance, NetworkConditions.Resend)).ConfigureAwait(false);
            return refusal is null ? links.Dialled : throw refusal;
        }
        catch (Exception e) when (e is OperationCanceledException or TransportException)
        {
            links.Dialled.Stream.Dispose();
            throw;
        }

        Task Wait(TimeSpan time)
        {
            var over = new TaskCompletionSource();
            ways.After(time, () => Inline.Run(() => over.TrySetResult()));
            return over.Task.WaitAsync(cancellation);
        }

        async Task Refused(TimeSpan time)
        {
            await Wait(time).ConfigureAwait(false);
            throw new TransportException(Reason.HandshakeRejected, "The other side closed the connection during the handshake.");
        }
    }
}
