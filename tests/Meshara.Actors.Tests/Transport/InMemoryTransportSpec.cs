using System.Net;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;

namespace Meshara.Actors.Tests.Transport;

public sealed class InMemoryTransportSpec : TransportSpec
{
    private readonly InMemoryNetwork _network = new();

    private protected override IPAddress AlicesHost => IPAddress.Parse("10.0.0.1");

    private protected override IPAddress BobsHost => IPAddress.Parse("10.0.0.2");

    private protected override IPeerTransport TransportOf(NodeIdentity identity, IPAddress host) => _network.TransportOf(identity, host);
}
