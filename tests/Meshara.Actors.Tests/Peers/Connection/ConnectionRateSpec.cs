using Akka.Actor;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>How fast a peer is read.</summary>
public sealed class ConnectionRateSpec : ConnectionSpec
{
    [Fact]
    public void One_that_sends_too_many_frames_is_read_later_and_neither_blamed_nor_declared_dead()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxFramesPerSecond = 10 } };
        var (_, bob) = Connect();

        bob.Say([.. Enumerable.Repeat(Data("a", 1), 600)]);
        Application.Take().Count.ShouldBe(600);
        bob.Say(Data("late", 1));

        Pass(Seconds(58));
        Application.Take().ShouldBeEmpty();
        Pass(Seconds(3));
        Application.Take().ShouldHaveSingleItem().Channel.ShouldBe("late");
        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
    }

    [Fact]
    public void One_that_sends_too_many_bytes_is_held_back_as_well()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxReceiveRate = 4096, MaxFrameSize = 4096 } };
        var (_, bob) = Connect();
        var (written, read) = (bob.Write(Frames(40, 4000)), 0);

        for (var second = 1; second <= 45; second++)
        {
            Pass(Seconds(1));
            read += Application.Take().Count;

            // One second's worth may come at once, and what arrives in one read is taken whole.
            (read * 4000).ShouldBeLessThanOrEqualTo((second + 1) * 4096 + (16 * 1024));
        }

        written.IsCompletedSuccessfully.ShouldBeTrue();
        read.ShouldBe(40);
        AllOf(Supervisor).ShouldAllBe(m => m is Activity);
    }

    [Fact]
    public void One_that_is_held_back_can_be_let_go()
    {
        Settings = Settings with { Connection = Settings.Connection with { MaxFramesPerSecond = 10 } };
        var (connection, bob) = Connect();
        bob.Say([.. Enumerable.Repeat(new Envelope { Pong = new Pong() }, 600)]);

        connection.Tell(new Close(Reason.Evicted));

        bob.HearGoodbye().ShouldBe(Reason.Evicted);
        Pass(Settings.Connection.GoodbyeTimeout);
        ExpectTerminated(connection);
    }

    private static byte[] Frames(int count, int size)
    {
        var frame = Data("a", size);
        var bytes = new byte[count * FrameCodec.SizeOf(frame)];
        for (var at = 0; at < bytes.Length;)
        {
            at += FrameCodec.Write(bytes.AsSpan(at), frame);
        }

        return bytes;
    }
}
