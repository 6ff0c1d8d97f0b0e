using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;

namespace Meshara.Actors.Tests.Transport;

/// <summary>A node's TLS, and somebody else who has an identity.</summary>
public abstract class TlsSpec : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    private protected TlsSpec() => Transport = TransportOf(Node);

    private protected static DateTimeOffset Now { get; } = TimeProvider.System.GetUtcNow();

    private protected NodeIdentity Node { get; } = Identities.Alice();

    private protected NodeIdentity Other { get; } = Identities.Bob();

    private protected TlsTransport Transport { get; }

    private protected CancellationToken Soon => _patience.Token;

    public virtual void Dispose()
    {
        Transport.Dispose();
        Node.Dispose();
        Other.Dispose();
        _patience.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static TlsTransport TransportOf(NodeIdentity identity) => new(identity, new NodeClock(() => Now, () => TimeSpan.Zero));
}
