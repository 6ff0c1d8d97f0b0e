using System.IO.Pipelines;
using System.Threading.RateLimiting;
using Meshara.Actors.Transport;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Handshakes of strangers compute in turns.</summary>
public sealed class TurnTakingStreamSpec : IDisposable
{
    private readonly RateLimiter _turns = TurnTakingStream.TurnsOf(cores: 2);
    private readonly byte[] _buffer = new byte[1];

    public void Dispose() => _turns.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(8, 4)]
    public void Half_of_the_cores_are_left_to_the_others(int cores, int atOnce)
    {
        using var turns = TurnTakingStream.TurnsOf(cores);

        turns.GetStatistics()!.CurrentAvailablePermits.ShouldBe(atOnce);
    }

    [Fact]
    public async Task Who_has_read_computes_and_the_next_waits_until_it_writes()
    {
        var (first, second) = (Handshake(), Handshake());
        await first.ReadExactlyAsync(_buffer);

        var waiting = second.ReadAsync(_buffer).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        await first.WriteAsync(_buffer);
        (await waiting).ShouldBe(1);
    }

    [Fact]
    public async Task Who_waits_for_the_other_side_has_no_turn()
    {
        var (slow, next) = (new TurnTakingStream(new Pipe().Reader.AsStream(), _turns), Handshake());
        var waiting = slow.ReadAsync(_buffer).AsTask();

        (await next.ReadAsync(_buffer)).ShouldBe(1);

        waiting.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Who_only_asks_whether_something_is_there_needs_no_turn_and_gives_up_the_one_it_has()
    {
        var (first, second) = (Handshake(), Handshake());
        await first.ReadExactlyAsync(_buffer);

        (await first.ReadAsync(Memory<byte>.Empty)).ShouldBe(0);
        (await second.ReadAsync(Memory<byte>.Empty)).ShouldBe(0);

        _turns.GetStatistics()!.CurrentAvailablePermits.ShouldBe(1);
        _turns.GetStatistics()!.TotalSuccessfulLeases.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_ends_with_the_handshake_well_or_not(bool well)
    {
        var first = Handshake();
        await first.ReadExactlyAsync(_buffer);
        var next = Handshake().ReadAsync(_buffer).AsTask();
        next.IsCompleted.ShouldBeFalse();

        if (well)
        {
            first.EndTurns();
        }
        else
        {
            await first.DisposeAsync();
        }

        (await next).ShouldBe(1);
    }

    [Fact]
    public async Task Whose_handshake_ends_while_it_waits_gives_its_turn_on()
    {
        var first = Handshake();
        await first.ReadExactlyAsync(_buffer);
        var ended = Handshake();
        var waiting = ended.ReadAsync(_buffer).AsTask();
        var next = Handshake().ReadAsync(_buffer).AsTask();

        ended.EndTurns();
        await first.WriteAsync(_buffer);

        (await waiting).ShouldBe(1);
        (await next).ShouldBe(1);
    }

    [Fact]
    public async Task Who_gives_up_while_it_waits_takes_no_turn()
    {
        var first = Handshake();
        await first.ReadExactlyAsync(_buffer);
        using var patience = new CancellationTokenSource();
        var givesUp = Handshake().ReadAsync(_buffer, patience.Token).AsTask();
        var next = Handshake().ReadAsync(_buffer).AsTask();

        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(givesUp);
        await first.WriteAsync(_buffer);

        (await next).ShouldBe(1);
    }

    [Fact]
    public async Task After_the_handshake_nobody_waits()
    {
        var (connected, handshake) = (Handshake(), Handshake());
        connected.EndTurns();
        await handshake.ReadExactlyAsync(_buffer);

        connected.ReadAsync(_buffer).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    /// <summary>One whose other side has said something already.</summary>
    private TurnTakingStream Handshake() => new(new MemoryStream([1, 2, 3]), _turns);
}
