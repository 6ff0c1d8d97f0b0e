using System.Text;
using Meshara.Actors.Transport;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>The end of a handshake goes out with what follows it.</summary>
public sealed class LastFlightStreamSpec
{
    private readonly Wire _wire = new();
    private readonly LastFlightStream _stream;

    public LastFlightStreamSpec() => _stream = new LastFlightStream(_wire);

    [Fact]
    public async Task What_the_handshake_writes_goes_out_when_it_waits_for_the_other_side()
    {
        await _stream.WriteAsync("client "u8.ToArray());
        await _stream.WriteAsync("hello"u8.ToArray());
        await _stream.FlushAsync();
        _wire.Calls.ShouldBeEmpty();

        await Read();
        await Read();

        _wire.Calls.ShouldBe(["client hello", "?", "?"]);
    }

    [Fact]
    public async Task What_nothing_is_awaited_for_goes_out_with_the_first_message()
    {
        await _stream.WriteAsync("finished "u8.ToArray());
        _stream.EndHandshake();
        _wire.Calls.ShouldBeEmpty();

        await _stream.WriteAsync("message"u8.ToArray());
        await _stream.WriteAsync("another"u8.ToArray());
        await Read();

        _wire.Calls.ShouldBe(["finished message", "another", "?"]);
    }

    [Fact]
    public async Task Whatever_its_length_it_goes_out_whole()
    {
        var (flight, message) = (new string('f', 3000), new string('m', 9000));
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(flight));
        _stream.EndHandshake();

        await _stream.WriteAsync(Encoding.ASCII.GetBytes(message));

        _wire.Calls.ShouldBe([flight + message]);
    }

    [Theory]
    [InlineData("read", "finished", "?")]
    [InlineData("flush", "finished")]
    [InlineData("dispose", "finished", "end")]
    public async Task Where_no_message_follows_it_goes_out_alone(string what, params string[] calls)
    {
        await _stream.WriteAsync("finished"u8.ToArray());
        _stream.EndHandshake();

        await (what switch
        {
            "read" => Read(),
            "flush" => _stream.FlushAsync(),
            _ => _stream.DisposeAsync().AsTask(),
        });

        _wire.Calls.ShouldBe(calls);
    }

    [Fact]
    public async Task Why_a_handshake_has_failed_is_told_before_it_is_closed()
    {
        await _stream.WriteAsync("alert"u8.ToArray());

        await _stream.DisposeAsync();

        _wire.Calls.ShouldBe(["alert", "end"]);
    }

    [Fact]
    public async Task It_is_closed_though_nobody_takes_the_rest()
    {
        _wire.Fails = true;
        await _stream.WriteAsync("finished"u8.ToArray());

        await _stream.DisposeAsync();

        _wire.Calls.ShouldBe(["end"]);
    }

    [Fact]
    public async Task A_message_does_not_overtake_the_handshake_that_a_read_is_sending()
    {
        await _stream.WriteAsync("finished"u8.ToArray());
        _stream.EndHandshake();
        using var goesOn = _wire.Hold();
        var read = new Thread(() => Read());
        read.Start();
        _wire.Writing.Wait();

        var write = new Thread(() => _stream.WriteAsync("message"u8.ToArray()).AsTask());
        write.Start();

        // Either it waits, or it has overtaken.
        SpinWait.SpinUntil(() => write.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped);
        goesOn.Set();
        read.Join();
        write.Join();
        _wire.Calls.Where(c => c != "?").ShouldBe(["finished", "message"]);
    }

    private Task<int> Read() => _stream.ReadAsync(Memory<byte>.Empty).AsTask();

    /// <summary>Notes what is written, "?" for a read and "end" for its end.</summary>
    private sealed class Wire : AsyncStream
    {
        private ManualResetEventSlim? _goesOn;

        public List<string> Calls { get; } = [];

        public bool Fails { get; set; }

        public ManualResetEventSlim Writing { get; } = new();

        /// <summary>The next write is on its way until this is set.</summary>
        public ManualResetEventSlim Hold() => _goesOn = new ManualResetEventSlim();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Note("?");
            return new ValueTask<int>(0);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Fails)
            {
                return ValueTask.FromException(new IOException("gone"));
            }

            var goesOn = Interlocked.Exchange(ref _goesOn, null);
            Writing.Set();
            goesOn?.Wait(CancellationToken.None);
            Note(Encoding.ASCII.GetString(buffer.Span));
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            if (!Calls.Contains("end"))
            {
                Note("end");
            }

            base.Dispose(disposing);
        }

        private void Note(string call)
        {
            lock (Calls)
            {
                Calls.Add(call);
            }
        }
    }
}
