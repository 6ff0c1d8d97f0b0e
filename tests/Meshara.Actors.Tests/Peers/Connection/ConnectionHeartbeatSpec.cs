using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>The signs of life of a connection.</summary>
public sealed class ConnectionHeartbeatSpec : ConnectionSpec
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_ping_follows_when_the_handshake_is_out_of_the_way_and_the_next_after_a_silence(bool dialled)
    {
        var (connection, bob) = dialled ? Dial() : Accept();
        Action[] handshake = [() => connection.Tell(Admit.Instance), () => bob.Say(FarEnd.HelloOf(Bob))];
        Array.ForEach(dialled ? handshake : [.. handshake.Reverse()], step => step());
        Supervisor.FishForMessage(m => m is Opened);
        bob.Hear<Hello>();

        Pass(Seconds(0.09), Seconds(0.01));
        bob.HearNothing();
        Pass(Seconds(0.01), Seconds(0.01));
        var first = bob.Hear<Ping>();
        Pass(Seconds(0.05), Seconds(0.01));
        bob.Say(new Envelope { Pong = new Pong { Nonce = first.Nonce } });

        connection.Tell(Describe.Instance, TestActor);
        ExpectMsg<Description>().RoundTripTime.ShouldBe(Seconds(0.05));
        Pass(Seconds(29.9));
        bob.HearNothing();
        Pass(Seconds(0.2));
        bob.Hear<Ping>();
    }

    [Fact]
    public void Who_leaves_at_once_is_not_pinged()
    {
        var (connection, bob) = Dial();
        connection.Tell(Admit.Instance);
        bob.Hear<Hello>();
        bob.Say(FarEnd.HelloOf(Bob));

        connection.Tell(new Close(Reason.NoSlot));
        Pass(Seconds(0.2));

        bob.HearNext<Goodbye>();
        bob.HearNothing();
    }

    [Fact]
    public void A_silent_link_is_pinged_and_a_pong_keeps_it()
    {
        var (_, bob) = Connect();

        Pass(Seconds(29.9));
        bob.HearNothing();
        Pass(Seconds(0.2));
        var ping = bob.Hear<Ping>();
        Pass(Seconds(5));
        bob.Say(new Envelope { Pong = new Pong { Nonce = ping.Nonce } });
        Pass(Seconds(20));

        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
    }

    [Fact]
    public void A_peer_that_does_not_answer_is_dead_ten_seconds_later()
    {
        var (connection, _) = Connect();

        Pass(Seconds(39.9));
        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
        Pass(Seconds(0.2));

        ExpectEnded(Reason.HeartbeatTimeout);
        ExpectTerminated(connection);
    }

    [Fact]
    public void Whatever_arrives_counts_as_life_and_puts_the_ping_off()
    {
        var (_, bob) = Connect();

        for (var i = 0; i < 10; i++)
        {
            Pass(Seconds(20));
            bob.Say(new Envelope());
        }

        bob.HearNothing();
    }

    [Fact]
    public void The_round_trip_time_is_measured_and_a_pong_that_nobody_asked_for_is_no_sample()
    {
        var (connection, bob) = Connect();
        connection.Tell(PingNow.Instance, TestActor);
        var ping = bob.Hear<Ping>();
        bob.Say(new Envelope { Pong = new Pong { Nonce = ping.Nonce + 1 } });
        Pass(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(10));

        ExpectNoMsg(TimeSpan.Zero);
        bob.Say(new Envelope { Pong = new Pong { Nonce = ping.Nonce } });

        ExpectMsg<RoundTrip>().Time.ShouldBe(TimeSpan.FromMilliseconds(40));
    }

    [Fact]
    public void Who_waits_for_a_pong_is_told_when_the_connection_ends()
    {
        var (connection, bob) = Connect();
        connection.Tell(PingNow.Instance, TestActor);

        bob.Close();

        ExpectEnded(Reason.ConnectionLost);
        ExpectMsg<MeshProtocol.Failed>().Reason.ShouldBe(Reason.ConnectionLost);
    }

    [Fact]
    public void Pings_are_answered_up_to_a_bound_and_a_flood_of_them_is_a_protocol_error()
    {
        var (_, bob) = Connect();

        for (ulong nonce = 1; nonce <= 600; nonce++)
        {
            bob.Say(new Envelope { Ping = new Ping { Nonce = nonce } });
            bob.Hear<Pong>().Nonce.ShouldBe(nonce);
        }

        bob.Say(new Envelope { Ping = new Ping { Nonce = 601 } });
        bob.HearGoodbye().ShouldBe(Reason.ProtocolError);
        ExpectEnded(Reason.ProtocolError);
    }

    [Fact]
    public void A_peer_that_sends_but_never_reads_is_dead_too()
    {
        var (connection, bob) = Connect();
        Send(new byte[100_000]).ShouldBe(SendResult.Queued);

        // Noticed with the first heartbeat after interval + timeout.
        for (var i = 0; i < 14; i++)
        {
            _ = bob.Write([0, 0, 0, 0]);
            Pass(Seconds(5));
        }

        ExpectEnded(Reason.HeartbeatTimeout);
    }

    [Fact]
    public void A_peer_that_sends_a_frame_byte_by_byte_is_never_silent_and_dead_all_the_same()
    {
        var (_, bob) = Connect();
        bob.SayLength(1000);

        for (var i = 0; i < 14; i++)
        {
            _ = bob.Write([1]);
            Pass(Seconds(5));
        }

        ExpectEnded(Reason.HeartbeatTimeout);
    }

    [Fact]
    public void One_that_ends_each_frame_in_time_is_well_however_many_it_begins()
    {
        var (_, bob) = Connect();

        for (var i = 0; i < 14; i++)
        {
            // The end of a frame, and the beginning of the next: there is always one that is not whole.
            bob.SayBytes(i == 0 ? [0, 0, 0, 0, 0, 0] : [0, 0, 0, 0]);
            Pass(Seconds(10));
        }

        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
    }

    [Fact]
    public void What_waits_within_a_frame_because_the_application_is_slow_is_not_the_peers_fault()
    {
        var (connection, bob) = Connect();
        var frame = new byte[FrameCodec.SizeOf(Data("a", 1))];
        FrameCodec.Write(frame, Data("a", 1));
        Application.IsStuck = true;
        bob.SayBytes([.. frame, 0, 0]);

        Pass(Seconds(120));
        Application.Recover();
        bob.SayBytes([0, 0]);
        Pass(Seconds(20));

        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
    }

    [Fact]
    public void Whatever_a_peer_that_never_reads_asks_for_what_waits_for_it_is_bounded()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxQueuedSize = 200_000, MaxFrameSize = 100_000 } };
        var (connection, bob) = Connect();
        var queued = 0;
        for (var i = 0; i < 100; i++)
        {
            queued += Send(new byte[50_000]) == SendResult.Queued ? 1 : 0;
        }

        for (ulong nonce = 0; nonce < 2_000 && !bob.IsClosed; nonce++)
        {
            _ = bob.Write([0, 0, 0, 11, 0x12, 9, 9, .. BitConverter.GetBytes(nonce)]);
        }

        // One that is being written, and as many as may wait; the pings above their bound are a protocol error, and what waited is given up.
        queued.ShouldBeInRange(3, 6);
        ExpectEnded(Reason.ProtocolError);
        Pass(Settings.Connection.GoodbyeTimeout);
        ExpectTerminated(connection);
    }
}
