using System.Net;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Messages;
using Meshara.Actors.Tests.Transport;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>A connection until both sides have said hello.</summary>
public sealed class ConnectionHandshakeSpec : ConnectionSpec
{
    [Fact]
    public void A_dialler_says_hello_when_it_is_admitted_and_is_open_when_it_hears_one()
    {
        var (connection, bob) = Dial();
        Supervisor.ExpectMsg<AskAdmission>().Key.ShouldBe(Bob.PublicKey);
        bob.HearNothing();

        connection.Tell(Admit.Instance);
        var hello = bob.Hear<Hello>();
        bob.HearNothing();
        bob.Say(FarEnd.HelloOf(Bob, port: 4321));

        hello.Network.ShouldBe("meshara");
        hello.ListenPort.ShouldBe(7373u);
        var opened = Supervisor.ExpectMsg<Opened>();
        opened.Introduction.Agent.ShouldBe("test");
        opened.Introduction.ListenPort.ShouldBe(4321);
        bob.HearNothing();
    }

    [Fact]
    public void An_acceptor_says_hello_only_to_whom_it_has_heard_and_admitted()
    {
        var (connection, bob) = Accept();
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        bob.Say(FarEnd.HelloOf(Bob));
        Supervisor.ExpectMsg<AskAdmission>().Key.ShouldBe(Bob.PublicKey);
        bob.HearNothing();

        connection.Tell(Admit.Instance);

        bob.Hear<Hello>();
        Supervisor.ExpectMsg<Opened>();
    }

    [Fact]
    public void What_follows_a_hello_at_once_waits_for_the_admission()
    {
        var (connection, bob) = Accept();

        bob.Say(FarEnd.HelloOf(Bob), Data("chat", 3));
        Application.Take().ShouldBeEmpty();
        connection.Tell(Admit.Instance);

        Application.Take().ShouldHaveSingleItem().Channel.ShouldBe("chat");
    }

    [Fact]
    public void What_follows_a_hello_at_once_can_be_answered_at_once()
    {
        var (connection, bob) = Dial();
        var outbox = Supervisor.ExpectMsg<AskAdmission>().Outbox!;
        Application.OnTaken = () => outbox.Send(Outbound.Of("chat", "welcome"u8.ToArray())).ShouldBe(SendResult.Queued);
        connection.Tell(Admit.Instance);
        bob.Hear<Hello>();

        bob.Say(FarEnd.HelloOf(Bob), Data("chat", 3));

        bob.HearNext<Data>().Payload.ToStringUtf8().ShouldBe("welcome");
    }

    [Fact]
    public void Who_is_refused_is_told_why_and_the_connection_stops_when_the_other_side_has_closed()
    {
        var (connection, bob) = Dial();

        connection.Tell(new Refuse(Reason.NoSlot));

        bob.HearGoodbye().ShouldBe(Reason.NoSlot);
        ExpectEnded(Reason.NoSlot);
        ExpectNoMsg(TimeSpan.Zero);
        bob.Close();
        ExpectTerminated(connection);
    }

    [Fact]
    public void A_goodbye_instead_of_a_hello_is_the_peers_reason()
    {
        var (connection, bob) = Dial();
        connection.Tell(Admit.Instance);

        bob.Say(new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.RemovedByOperator } });

        ExpectEnded(Reason.RemovedByOperator, byPeer: true);
        ExpectTerminated(connection);
    }

    [Fact]
    public void Another_version_another_network_and_another_first_message_each_have_their_reason()
    {
        var newer = FarEnd.HelloOf(Bob);
        newer.Hello.ProtocolVersion = 2;
        GreetedWith(newer).ShouldBe(Reason.VersionMismatch);
        GreetedWith(FarEnd.HelloOf(Bob, network: "elsewhere")).ShouldBe(Reason.WrongNetwork);
        GreetedWith(new Envelope { Ping = new Ping { Nonce = 1 } }).ShouldBe(Reason.ProtocolError);

        // A record that somebody else has signed.
        GreetedWith(FarEnd.HelloOf(Identities.Carol())).ShouldBe(Reason.BadSignature);
    }

    [Fact]
    public void Unknown_kinds_of_messages_before_the_hello_are_skipped()
    {
        var (_, bob) = Accept();

        bob.Say(new Envelope(), new Envelope(), FarEnd.HelloOf(Bob));

        Supervisor.ExpectMsg<AskAdmission>();
    }

    [Theory]
    [InlineData((4 * 1024) + 1)]
    [InlineData(0x8000_0000)]
    [InlineData(uint.MaxValue)]
    public void A_stranger_may_not_announce_a_large_frame(uint length)
    {
        var (_, bob) = Accept();

        bob.SayLength(length);

        bob.HearGoodbye().ShouldBe(Reason.FrameTooLarge);
        ExpectEnded(Reason.FrameTooLarge);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_a_protocol_error()
    {
        var (_, bob) = Accept();

        bob.SayBytes([0, 0, 0, 3, 0xff, 0xff, 0xff]);

        bob.HearGoodbye().ShouldBe(Reason.ProtocolError);
        ExpectEnded(Reason.ProtocolError);
    }

    [Fact]
    public void A_peer_that_never_speaks_is_given_up_after_the_deadline()
    {
        var (connection, bob) = Accept();

        Pass(Seconds(9.9));
        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        Pass(Seconds(0.1));

        ExpectEnded(Reason.HandshakeTimeout);
        bob.HearGoodbye().ShouldBe(Reason.HandshakeTimeout);
        Pass(Settings.Connection.GoodbyeTimeout);
        ExpectTerminated(connection);
        Network.LinkCount.ShouldBe(1, "only Bob still holds his end");
    }

    [Fact]
    public void A_frame_that_comes_a_byte_at_a_time_does_not_stretch_the_deadline()
    {
        var (_, bob) = Accept();

        for (var i = 0; i < 100; i++)
        {
            bob.SayBytes([0]);
            Pass(Seconds(0.1));
            if (i == 3)
            {
                // The length is read: 0 bytes, which is a message of no known kind.
                Supervisor.ExpectNoMsg(TimeSpan.Zero);
            }
        }

        ExpectEnded(Reason.HandshakeTimeout);
    }

    [Fact]
    public void A_peer_that_dies_mid_handshake_is_a_rejected_handshake()
    {
        var (connection, bob) = Accept();
        bob.SayBytes([0, 0, 1]);

        bob.Close();

        ExpectEnded(Reason.HandshakeRejected);
        ExpectTerminated(connection);
        Network.LinkCount.ShouldBe(0);
    }

    [Fact]
    public void A_dial_that_fails_ends_with_its_reason()
    {
        var connection = Start(new ConnectionOrigin.Dial(PeerAddress.Parse("10.0.0.9:1"), null));

        ExpectEnded(Reason.Refused).Detail.ShouldBe("Nobody listens at 10.0.0.9:1.");
        ExpectTerminated(connection);
    }

    [Fact]
    public async Task A_link_that_comes_about_after_the_deadline_is_closed()
    {
        var transport = new SlowTransport();
        var connection = Start(new ConnectionOrigin.Dial(PeerAddress.Parse("10.0.0.2:7373"), null), transport);
        Pass(Seconds(10));
        ExpectEnded(Reason.HandshakeTimeout);
        transport.WasCancelled.ShouldBeTrue();

        using var listener = Network.TransportOf(Bob, BobsHost).Listen(new(new IPEndPoint(BobsHost, 7373)));
        transport.Complete(await Network.TransportOf(Alice, AlicesHost).DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, default));

        await ExpectTerminatedAsync(connection);
        listener.Dispose();
        await AwaitConditionAsync(() => Task.FromResult(Network.LinkCount == 0));
    }

    [Fact]
    public void To_close_during_the_handshake_says_goodbye_at_once()
    {
        var (connection, bob) = Accept();

        connection.Tell(new Close(Reason.ShuttingDown));

        bob.HearGoodbye().ShouldBe(Reason.ShuttingDown);
        ExpectEnded(Reason.ShuttingDown);
    }

    [Fact]
    public void Nobody_can_be_pinged_before_the_hello()
    {
        var (connection, _) = Accept();

        connection.Tell(PingNow.Instance, TestActor);
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.NotConnected);
    }

    private Reason GreetedWith(Envelope first)
    {
        var (_, bob) = Accept();
        bob.Say(first);
        var told = bob.HearGoodbye();
        ExpectEnded(told);
        return told;
    }
}
