using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>A dial that comes to what the test gives it.</summary>
internal sealed class SlowTransport : IPeerTransport
{
    private readonly TaskCompletionSource<IPeerLink> _dialling = new();

    public bool WasCancelled { get; private set; }

    public void Complete(IPeerLink link) => _dialling.SetResult(link);

    public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation)
    {
        cancellation.Register(() => WasCancelled = true);
        return _dialling.Task;
    }

    public IPeerListener Listen(ListenAddress address) => throw new NotSupportedException();
}
