using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Tests.Transport;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>One connection of Alice's to Bob, who is played by the test. Its supervisor is a probe.</summary>
public abstract class ConnectionSpec : VirtualTimeSpec
{
    private protected ConnectionSpec() => Supervisor = CreateTestProbe("supervisor");

    private protected TestProbe Supervisor { get; }

    /// <summary>Who takes what Bob says.</summary>
    private protected Application Application { get; } = new();

    /// <summary>Where messages to Bob go, once <see cref="Connect"/> is done.</summary>
    private protected Outbox? Outbox { get; private set; }

    private protected NodeIdentity Alice { get; } = Identities.Alice();

    private protected NodeIdentity Bob { get; } = Identities.Bob();

    private protected IActorRef Start(ConnectionOrigin origin, IPeerTransport? transport = null)
    {
        var node = ContextOf(Alice, AlicesHost, transport);
        Application.SubscribeTo(node.Subscriptions);
        var connection = Launch(PeerConnection.Props(7, origin, node, Supervisor, seed: 1));
        Watch(connection);
        return connection;
    }

    /// <summary>Alice dials Bob, and has proven his key.</summary>
    private protected (IActorRef Connection, FarEnd Bob) Dial()
    {
        using var listener = Network.TransportOf(Bob, BobsHost).Listen(new(new IPEndPoint(BobsHost, 7373)));
        var accepting = listener.AcceptAsync(default);
        var connection = Start(new ConnectionOrigin.Dial(PeerAddress.Of(listener.LocalEndPoint), null));
        return (connection, new FarEnd(accepting.Result.SecureAsync(default).Result));
    }

    /// <summary>Bob dials Alice.</summary>
    private protected (IActorRef Connection, FarEnd Bob) Accept()
    {
        using var listener = Network.TransportOf(Alice, AlicesHost).Listen(new(new IPEndPoint(AlicesHost, 7373)));
        var dialled = Network.TransportOf(Bob, BobsHost).DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, default).Result;
        return (Start(new ConnectionOrigin.Accept(listener.AcceptAsync(default).Result)), new FarEnd(dialled));
    }

    /// <summary>A connection that both sides have said hello on, and whose first ping is answered.</summary>
    private protected (IActorRef Connection, FarEnd Bob) Connect()
    {
        var (connection, bob) = Dial();
        Outbox = Supervisor.ExpectMsg<AskAdmission>().Outbox;
        connection.Tell(Admit.Instance);
        bob.Hear<Hello>();
        Send("too soon"u8.ToArray()).ShouldBe(SendResult.NotConnected);
        bob.Say(FarEnd.HelloOf(Bob));
        Supervisor.ExpectMsg<Opened>();
        Pass(Seconds(0.1));
        bob.Say(new Envelope { Pong = new Pong { Nonce = bob.Hear<Ping>().Nonce } });
        return (connection, bob);
    }

    /// <summary>The next thing that the supervisor is told, reports of traffic aside.</summary>
    private protected Ended ExpectEnded(Reason reason, bool byPeer = false)
    {
        var ended = (Ended)Supervisor.FishForMessage(m => m is Ended);
        ended.Reason.ShouldBe(reason);
        ended.ByPeer.ShouldBe(byPeer);
        ended.Connection.ShouldBe(7);
        return ended;
    }

    private protected SendResult Send(params IReadOnlyList<ReadOnlyMemory<byte>> payloads) => Outbox!.Send(Outbound.Of("chat", payloads));

    private protected static Envelope Data(string channel, int size) =>
        new() { Data = new Data { Channel = channel, Payload = Google.Protobuf.ByteString.CopyFrom(new byte[size]) } };
}
