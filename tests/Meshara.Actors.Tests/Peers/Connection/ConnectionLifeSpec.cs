using Akka.Actor;
using Meshara.Actors.Peers;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>What a connection carries from hello to goodbye.</summary>
public sealed class ConnectionLifeSpec : ConnectionSpec
{
    [Fact]
    public void A_message_goes_to_the_peer_whole_and_one_that_is_too_large_does_not()
    {
        var (_, bob) = Connect();

        Send("hello"u8.ToArray()).ShouldBe(SendResult.Queued);
        Send(new byte[Settings.Connection.MaxFrameSize]).ShouldBe(SendResult.TooLarge);

        bob.Hear<Data>().Payload.ToStringUtf8().ShouldBe("hello");
        bob.HearNothing();
    }

    [Fact]
    public void Messages_that_are_given_together_go_in_order_all_or_none()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxQueuedMessages = 3 } };
        var (_, bob) = Connect();

        Send("one"u8.ToArray(), "two"u8.ToArray(), "three"u8.ToArray()).ShouldBe(SendResult.Queued);
        Send(new byte[1], new byte[1], new byte[1], new byte[1]).ShouldBe(SendResult.TooLarge);

        new[] { bob.HearNext<Data>(), bob.HearNext<Data>(), bob.HearNext<Data>() }.Select(d => d.Payload.ToStringUtf8()).ShouldBe(["one", "two", "three"]);
        bob.HearNothing();
    }

    [Fact]
    public void A_peer_that_does_not_read_fills_its_queue_and_drains_it_when_it_reads_again()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxQueuedMessages = 3 } };
        var (_, bob) = Connect();

        // The first is being written, which the connection takes only in part; three more wait.
        for (var i = 0; i < 4; i++)
        {
            Send(new byte[100_000]).ShouldBe(SendResult.Queued);
        }

        Send(new byte[100_000]).ShouldBe(SendResult.QueueFull);
        var room = Outbox!.WhenRoomAsync();
        room.IsCompleted.ShouldBeFalse();
        for (var i = 0; i < 4; i++)
        {
            bob.HearNext<Data>().Payload.Length.ShouldBe(100_000);
        }

        room.IsCompletedSuccessfully.ShouldBeTrue();
        Send(new byte[100_000]).ShouldBe(SendResult.Queued);
    }

    [Fact]
    public void A_queue_is_bounded_in_bytes_as_well()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxQueuedSize = 250_000 } };
        Connect();

        var answers = Enumerable.Range(0, 4).Select(_ => Send(new byte[100_000]));

        answers.ShouldBe([SendResult.Queued, SendResult.Queued, SendResult.Queued, SendResult.QueueFull]);
    }

    [Fact]
    public void Messages_are_delivered_in_order_and_the_next_are_read_when_these_are_taken()
    {
        var (_, bob) = Connect();

        bob.Say(Data("a", 1), Data("b", 2));
        Application.Take().Select(m => (m.From, m.Channel)).ShouldBe([(Bob.Id, "a"), (Bob.Id, "b")]);
        Application.IsStuck = true;
        bob.Say(Data("c", 3), Data("b", 4));
        bob.Say(Data("a", 5));
        Application.Take().ShouldBeEmpty();

        Application.Recover();
        Application.Take().Select(m => m.Channel).ShouldBe(["c", "b", "a"]);
    }

    [Fact]
    public void An_application_that_does_not_take_its_messages_holds_the_sender_back_and_nobody_is_declared_dead()
    {
        var (_, bob) = Connect();
        Application.IsStuck = true;
        bob.Say(Data("chat", 1));
        var stuck = bob.Write(new byte[200_000]);

        Pass(TimeSpan.FromMinutes(5));

        stuck.IsCompleted.ShouldBeFalse();
        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
        Application.Recover();
        AwaitCondition(() => stuck.IsCompleted);
    }

    [Fact]
    public void A_channel_without_a_name_or_with_too_long_a_one_is_a_protocol_error()
    {
        Connect().Bob.Say(Data("", 1));
        ExpectEnded(Reason.ProtocolError);
        Connect().Bob.Say(Data(new string('x', Mesh.MaxChannelLength + 1), 1));
        ExpectEnded(Reason.ProtocolError);
    }

    [Fact]
    public void A_second_hello_is_a_protocol_error()
    {
        var (_, bob) = Connect();

        bob.Say(FarEnd.HelloOf(Bob));

        bob.HearGoodbye().ShouldBe(Reason.ProtocolError);
    }

    [Fact]
    public void What_is_unknown_is_skipped()
    {
        var (_, bob) = Connect();

        // Field 99 of a later version, in an envelope and alone.
        bob.SayBytes([0, 0, 0, 3, 0x98, 0x06, 0x01]);
        bob.Say(new Envelope { GetPeers = new GetPeers() }, Data("chat", 1));

        Application.Take().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData((1024 * 1024) + 1)]
    [InlineData(0x8000_0000)]
    public void A_frame_over_the_limit_is_refused_before_it_arrives(uint length)
    {
        var (_, bob) = Connect();

        bob.SayLength(length);

        bob.HearGoodbye().ShouldBe(Reason.FrameTooLarge);
        ExpectEnded(Reason.FrameTooLarge);
    }

    [Fact]
    public void A_frame_that_is_cut_off_is_a_lost_connection()
    {
        var (connection, bob) = Connect();
        bob.SayBytes([0, 0, 1, 0, 42]);

        bob.Close();

        ExpectEnded(Reason.ConnectionLost);
        ExpectTerminated(connection);
    }

    [Fact]
    public void The_peers_goodbye_is_its_reason_and_what_came_before_it_is_delivered()
    {
        var (connection, bob) = Connect();

        bob.Say(Data("chat", 1), new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } });

        Application.Take().ShouldHaveSingleItem();
        ExpectEnded(Reason.ShuttingDown, byPeer: true);
        ExpectTerminated(connection);
    }

    [Fact]
    public void Messages_and_what_the_protocol_says_are_taken_in_their_order_though_they_come_together()
    {
        var (_, bob) = Connect();

        bob.Say(
            Data("a", 1), Data("b", 2), new Envelope { Ping = new Ping { Nonce = 5 } }, Data("a", 3),
            new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } }, Data("b", 4));

        ExpectEnded(Reason.ShuttingDown, byPeer: true);
        Application.Take().Select(m => (m.Channel, m.Payload.Length)).ShouldBe([("a", 1), ("b", 2), ("a", 3)]);
    }

    [Fact]
    public void What_a_peer_said_before_its_goodbye_has_a_moment_to_be_taken()
    {
        var (connection, bob) = Connect();
        Application.IsStuck = true;
        bob.Say(Data("chat", 1), Data("a", 2), new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } });

        // Its place is free at once.
        ExpectEnded(Reason.ShuttingDown, byPeer: true);
        Send("gone"u8.ToArray()).ShouldBe(SendResult.NotConnected);
        ExpectNoMsg(TimeSpan.Zero);
        Application.Recover();

        Application.Take().Select(m => m.Channel).ShouldBe(["chat", "a"]);
        ExpectTerminated(connection);
    }

    [Fact]
    public void What_nobody_takes_is_not_kept_for_a_peer_that_is_gone()
    {
        var (connection, bob) = Connect();
        Application.IsStuck = true;
        bob.Say(Data("chat", 1), new Envelope { Goodbye = new Goodbye { Reason = (uint)Reason.ShuttingDown } });
        ExpectEnded(Reason.ShuttingDown, byPeer: true);
        Application.Waiting.ShouldBe(1);

        Pass(Settings.Connection.GoodbyeTimeout);

        ExpectTerminated(connection);
        Application.Waiting.ShouldBe(0);
    }

    [Fact]
    public void A_connection_that_is_stopped_lets_those_go_who_wait_for_room()
    {
        var (connection, _) = Connect();
        while (Send(new byte[100_000]) == SendResult.Queued)
        {
        }

        var room = Outbox!.WhenRoomAsync();
        room.IsCompleted.ShouldBeFalse();
        Sys.Stop(connection);

        ExpectTerminated(connection);
        room.IsCompletedSuccessfully.ShouldBeTrue();
        Send(new byte[1]).ShouldBe(SendResult.NotConnected);
    }

    [Fact]
    public void A_goodbye_goes_before_what_was_queued_and_waits_for_the_other_side_to_close()
    {
        var (connection, bob) = Connect();

        connection.Tell(new Close(Reason.RemovedByOperator));

        ExpectEnded(Reason.RemovedByOperator);
        bob.Hear<Goodbye>().Reason.ShouldBe((uint)Reason.RemovedByOperator);
        ExpectNoMsg(TimeSpan.Zero);
        bob.Close();
        ExpectTerminated(connection);
    }

    [Fact]
    public void A_peer_that_ignores_a_goodbye_is_cut_off()
    {
        var (connection, bob) = Connect();
        connection.Tell(new Close(Reason.Evicted));

        bob.Say(Data("chat", 1));
        Pass(Settings.Connection.GoodbyeTimeout);

        ExpectTerminated(connection);
        Application.Take().ShouldBeEmpty();
    }

    [Fact]
    public void Traffic_is_reported_at_most_once_a_second_and_adds_up()
    {
        var (connection, bob) = Connect();
        Pass(Seconds(1));
        var first = Supervisor.ExpectMsg<Activity>();
        var before = Scheduler.Now;

        for (var i = 0; i < 5; i++)
        {
            bob.Say(Data("chat", 1));
            Application.Take().ShouldHaveSingleItem();
        }

        Supervisor.ExpectNoMsg(TimeSpan.Zero);
        connection.Tell(Describe.Instance, TestActor);
        var unreported = ExpectMsg<Description>();
        Pass(Seconds(1));
        var second = Supervisor.ExpectMsg<Activity>();

        first.Sent.ShouldBeGreaterThan(0);
        second.Received.ShouldBe(5 * FrameCodec.SizeOf(Data("chat", 1)));
        unreported.Received.ShouldBe(second.Received);
        second.Delivered.ShouldBe(5);
        second.Sent.ShouldBe(0);
        second.LastSeen.ShouldBe(before);
    }
}
