using System.Net;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>What a connection says first goes out with the end of the handshake, if nothing is read before.</summary>
public sealed class ConnectionFirstWordSpec : ConnectionSpec
{
    private readonly List<string> _calls = [];

    [Fact]
    public async Task A_dialler_says_hello_before_it_waits_for_the_other_side()
    {
        using var listener = Network.TransportOf(Bob, BobsHost).Listen(new(new IPEndPoint(BobsHost, 7373)));
        var address = PeerAddress.Of(listener.LocalEndPoint);
        var transport = new SlowTransport();
        var connection = Start(new ConnectionOrigin.Dial(address, null), transport);
        transport.Complete(new Link(await Network.TransportOf(Alice, AlicesHost).DialAsync(address, null, default), _calls));
        Supervisor.ExpectMsg<AskAdmission>();
        _calls.ShouldBeEmpty();

        connection.Tell(Admit.Instance, TestActor);

        await AwaitAssertAsync(() => _calls.ShouldBe(["write", "read"]));
    }

    private sealed class Link(IPeerLink link, List<string> calls) : IPeerLink
    {
        public PublicKey RemoteKey => link.RemoteKey;

        public PeerAddress Remote => link.Remote;

        public Stream Stream { get; } = new Noting(link.Stream, calls);

        public ValueTask DisposeAsync() => link.DisposeAsync();
    }

    private sealed class Noting(Stream inner, List<string> calls) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            calls.Add("read");
            return inner.ReadAsync(buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            calls.Add("write");
            return inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
