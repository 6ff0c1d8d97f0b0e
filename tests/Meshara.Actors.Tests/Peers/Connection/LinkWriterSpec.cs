using Akka.TestKit;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>What a connection writes, and what it is told of that.</summary>
public sealed class LinkWriterSpec : VirtualTimeSpec
{
    private readonly TestProbe _connection;
    private readonly Wire _wire = new();
    private readonly Outbox _outbox = new(new ConnectionSettings(), wake: () => { });
    private readonly LinkWriter _writer;

    public LinkWriterSpec()
    {
        _connection = CreateTestProbe();
        var vitality = new Vitality(new MesharaSettings(), new NodeClock(() => default, () => TimeSpan.Zero), new Random(1));
        _writer = new LinkWriter(_wire, _outbox, vitality, _connection, default);
        _outbox.Open();
    }

    [Fact]
    public void What_is_said_while_a_message_is_handled_goes_out_in_one_write()
    {
        _writer.Say(Ping(1));
        _writer.Say(Ping(2));
        _wire.Writes.ShouldBeEmpty();

        _writer.Flush().ShouldBeTrue();

        _wire.Writes.ShouldBe([2 * Size]);
        _writer.Sent.ShouldBe(2 * Size);
        _writer.Flush().ShouldBeFalse("it was said already");
        _wire.Writes.Count.ShouldBe(1);
    }

    [Fact]
    public void A_write_that_is_over_at_once_needs_no_message()
    {
        _writer.Say(Ping(1));
        _writer.Flush();
        _writer.Say(Ping(2));
        _writer.Flush();

        _wire.Writes.Count.ShouldBe(2);
        _connection.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void While_a_write_is_under_way_what_comes_waits_and_goes_out_together()
    {
        _wire.Block();
        _writer.Say(Ping(1));
        _writer.Flush();
        _writer.Say(Ping(2));
        _writer.Flush();
        _writer.Say(Ping(3));
        _writer.Flush();
        _wire.Writes.ShouldBe([Size]);
        _connection.ExpectNoMsg(TimeSpan.Zero);

        _wire.Unblock();
        _connection.ExpectMsg<Link.Wrote>();
        _writer.OnWrote().ShouldBeFalse("all is written");

        _wire.Writes.ShouldBe([Size, 2 * Size]);
        _writer.Sent.ShouldBe(3 * Size);
    }

    [Fact]
    public void However_much_waits_the_connection_gets_its_turn_between()
    {
        var message = new byte[200_000];
        for (var i = 0; i < 20; i++)
        {
            _outbox.Send(Outbound.Of("chat", message)).ShouldBe(SendResult.Queued);
        }

        _writer.Write().ShouldBeTrue();

        _wire.Writes.Count.ShouldBeInRange(2, 8);
        var before = 0;
        while (before != _wire.Writes.Count)
        {
            before = _wire.Writes.Count;
            _connection.ExpectMsg<Link.Wrote>();
            if (!_writer.OnWrote())
            {
                break;
            }
        }

        _wire.Writes.Count.ShouldBe(20);
        _writer.SentMessages.ShouldBe(20);
        _connection.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void The_last_word_goes_out_instead_of_all_that_waits()
    {
        _wire.Block();
        _writer.Say(Ping(1));
        _writer.Flush();
        _writer.Say(Ping(2));

        _writer.SayLast(new Envelope { Goodbye = new Goodbye { Reason = 1 } }).ShouldBeTrue();
        _wire.Unblock();
        _connection.ExpectMsg<Link.Wrote>();
        _writer.OnWrote().ShouldBeFalse();

        _wire.Writes.ShouldBe([Size, FrameCodec.SizeOf(new Envelope { Goodbye = new Goodbye { Reason = 1 } })]);
    }

    [Fact]
    public void A_wire_that_is_cut_ends_the_connection()
    {
        _wire.Fails = new IOException("cut");
        _writer.Say(Ping(1));

        _writer.Flush();

        _connection.ExpectMsg<Link.Broke>();
        _writer.Sent.ShouldBe(0);
    }

    private static int Size => FrameCodec.SizeOf(Ping(1));

    private static Envelope Ping(ulong nonce) => new() { Ping = new Ping { Nonce = nonce } };

    private sealed class Wire : MemoryStream
    {
        private TaskCompletionSource? _blocked;

        public List<int> Writes { get; } = [];

        public Exception? Fails { get; set; }

        public void Block() => _blocked = new TaskCompletionSource();

        public void Unblock()
        {
            var blocked = _blocked!;
            _blocked = null;
            blocked.SetResult();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Fails is { } failure)
            {
                return ValueTask.FromException(failure);
            }

            Writes.Add(buffer.Length);
            return _blocked is { } blocked ? new ValueTask(blocked.Task) : ValueTask.CompletedTask;
        }
    }
}
