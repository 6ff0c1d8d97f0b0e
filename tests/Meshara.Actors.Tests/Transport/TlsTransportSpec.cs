using System.Net;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;

namespace Meshara.Actors.Tests.Transport;

public sealed class TlsTransportSpec : TransportSpec
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private protected override IPAddress AlicesHost => IPAddress.Loopback;

    private protected override IPAddress BobsHost => IPAddress.Loopback;

    private protected override IPeerTransport TransportOf(NodeIdentity identity, IPAddress host) =>
        new TlsTransport(identity, new NodeClock(() => Now, () => TimeSpan.Zero));
}
