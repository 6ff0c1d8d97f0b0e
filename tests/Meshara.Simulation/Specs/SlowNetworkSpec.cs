#pragma warning disable CA2012, xUnit1031 // Everything runs on this thread: what is looked at has happened when the call returns, and nothing waits.
using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Simulation.Time;
using Shouldly;
using Xunit;

namespace Meshara.Simulation.Specs;

/// <summary>The in-memory network with conditions: everything takes its time, and comes, or is lost, as with TCP.</summary>
public sealed class SlowNetworkSpec
{
    private static readonly IPAddress Left = IPAddress.Parse("11.0.0.1"), Right = IPAddress.Parse("12.0.0.1"), Elsewhere = IPAddress.Parse("13.0.0.1");

    private readonly VirtualTime _time = new();
    private readonly HashSet<(IPAddress, IPAddress)> _lost = [];
    private readonly HashSet<IPAddress> _hidden = [];
    private readonly NodeIdentity _left = NodeIdentity.FromSeed(new byte[32]), _right = NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);

    [Fact]
    public void A_dial_takes_four_ways_and_a_message_one()
    {
        var (dialled, accepted) = Connect(Network());
        _time.Elapsed.ShouldBe(Ms(400));

        dialled.WriteAsync(new byte[] { 7 }, default).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        var reading = Read(accepted);

        Pass(Ms(99));
        reading.IsCompleted.ShouldBeFalse();
        Pass(Ms(1));
        reading.Result.ShouldBe([7]);
    }

    [Fact]
    public void What_was_said_during_a_short_cut_arrives_after_it_in_order()
    {
        var (dialled, accepted) = Connect(Network());
        _lost.Add((Left, Right));
        dialled.WriteAsync(new byte[] { 1 }, default);
        dialled.WriteAsync(new byte[] { 2 }, default);
        var reading = Read(accepted);
        Pass(TimeSpan.FromSeconds(20));
        reading.IsCompleted.ShouldBeFalse();

        _lost.Clear();
        Pass(TimeSpan.FromSeconds(30));

        reading.Result.Concat(Read(accepted).Result).ShouldBe([1, 2]);
    }

    [Fact]
    public void A_way_that_is_lost_in_one_direction_still_carries_the_other()
    {
        var (dialled, accepted) = Connect(Network());
        _lost.Add((Left, Right));

        accepted.WriteAsync(new byte[] { 3 }, default);
        Pass(Ms(100));

        Read(dialled).Result.ShouldBe([3]);
    }

    [Fact]
    public void Losses_cost_time_and_nothing_else()
    {
        var (dialled, accepted) = Connect(Network(loss: 0.3));
        var before = _time.Elapsed;
        for (byte n = 0; n < 100; n++)
        {
            dialled.WriteAsync(new[] { n }, default);
        }

        Pass(TimeSpan.FromMinutes(1));

        var all = new List<byte>();
        while (Read(accepted) is { IsCompletedSuccessfully: true } more)
        {
            all.AddRange(more.Result);
        }

        all.ShouldBe(Enumerable.Range(0, 100).Select(n => (byte)n));
        (_time.Elapsed - before).ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Who_is_hidden_or_cut_off_does_not_answer_and_who_does_not_listen_refuses()
    {
        var network = Network();
        _hidden.Add(Right);
        using var patience = new CancellationTokenSource();
        var hidden = network.TransportOf(_left, Left).DialAsync(PeerAddress.Of(Right, 7373), null, patience.Token);
        var refused = network.TransportOf(_left, Left).DialAsync(PeerAddress.Of(Elsewhere, 7373), null, patience.Token);

        Pass(TimeSpan.FromMinutes(1));

        refused.Exception!.InnerException.ShouldBeOfType<TransportException>().Reason.ShouldBe(Reason.Refused);
        hidden.IsCompleted.ShouldBeFalse();
        patience.Cancel();
        Eventually(() => hidden.IsCanceled);
    }

    [Fact]
    public void A_killed_process_is_noticed_at_once_and_a_power_cut_only_when_something_is_sent()
    {
        var network = Network();
        var (killed, _) = Connect(network);
        network.Lose(Right, isKnown: true);
        var end = Read(killed);
        Pass(Ms(100));
        end.Result.ShouldBeEmpty();

        var (left, _) = Connect(network);
        network.Lose(Right, isKnown: false);
        var reading = Read(left);
        Pass(TimeSpan.FromMinutes(5));
        reading.IsCompleted.ShouldBeFalse();
        left.WriteAsync(new byte[] { 1 }, default);
        Pass(Ms(200));
        Eventually(() => reading.IsFaulted);
    }

    [Fact]
    public void A_host_that_moves_loses_its_connections_and_is_dialled_where_it_is_now()
    {
        var network = Network();
        var transport = network.TransportOf(_right, Right);
        using var listener = transport.Listen(new ListenAddress(new IPEndPoint(Right, 7373)));

        network.Move(transport, Elsewhere);

        var dial = network.TransportOf(_left, Left).DialAsync(PeerAddress.Of(Elsewhere, 7373), _right.Id, default);
        Pass(Ms(400));
        dial.Result.RemoteKey.ShouldBe(_right.PublicKey);
        listener.LocalEndPoint.Address.ShouldBe(Elsewhere);
    }

    /// <summary>What waited has gone on, on a thread of the test runner's.</summary>
    private static void Eventually(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)).ShouldBeTrue();

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    private static async Task<byte[]> Read(Stream stream)
    {
        var buffer = new byte[256];
        return buffer[..await stream.ReadAsync(buffer, default)];
    }

    private InMemoryNetwork Network(double loss = 0) => new(new NetworkConditions(_time.After, () => _time.Elapsed, 5)
    {
        Latency = Ms(100), Loss = loss, Reaches = (from, to) => !_lost.Contains((from, to)), IsDiallable = host => !_hidden.Contains(host),
    });

    private (Stream Dialled, Stream Accepted) Connect(InMemoryNetwork network)
    {
        var listener = network.TransportOf(_right, Right).Listen(new ListenAddress(new IPEndPoint(Right, 7373)));
        var accepting = listener.AcceptAsync(default);
        var dial = network.TransportOf(_left, Left).DialAsync(PeerAddress.Of(Right, 7373), null, default);
        while (!dial.IsCompleted)
        {
            _time.Step(TimeSpan.MaxValue).ShouldBeTrue();
        }

        return (dial.Result.Stream, accepting.Result.SecureAsync(default).Result.Stream);
    }

    private void Pass(TimeSpan time)
    {
        var end = _time.Elapsed + time;
        while (_time.Step(end))
        {
        }
    }
}
