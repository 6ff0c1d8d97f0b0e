using System.Net;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Reachability;
using Meshara.Actors.Tests.Transport;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Actors.Tests.Peers.Reachability;

/// <summary>A node dials back for others, within bounds.</summary>
public sealed class DialBackDeskSpec : VirtualTimeSpec
{
    private static readonly PeerAddress.Ip At = (PeerAddress.Ip)PeerAddress.Parse("10.0.0.2:7373");

    private readonly PatientTransport _transport = new();
    private readonly IActorRef _desk;

    public DialBackDeskSpec() => _desk = Launch(DialBackDesk.Props(ContextOf(Identities.Alice(), AlicesHost, _transport)));

    [Fact]
    public void It_dials_where_the_peer_is_and_expects_its_key()
    {
        Ask(1);

        var dial = _transport.Dials.ShouldHaveSingleItem();
        (dial.Address, dial.Expected).ShouldBe((At, Peer(1)));
        ExpectNoMsg(TimeSpan.Zero);
        var link = new Link();
        dial.Outcome.SetResult(link);

        ExpectMsg<TellReach>().ShouldBe(new TellReach(1, null, At));
        link.IsClosed.ShouldBeTrue("it says no hello, and makes no second connection");
    }

    [Theory]
    [InlineData(Reason.KeyMismatch)]
    [InlineData(Reason.Refused)]
    public void What_the_dial_finds_is_what_the_peer_is_told(Reason reason)
    {
        Ask(1);

        _transport.Dials[0].Outcome.SetException(new TransportException(reason, "Expected 11111111, found 22222222."));

        ExpectMsg<TellReach>().ShouldBe(new TellReach(1, reason, At));
    }

    [Fact]
    public void A_dial_that_takes_long_is_given_up_after_ten_seconds()
    {
        Ask(1);
        Pass(Seconds(9.9));
        ExpectNoMsg(TimeSpan.Zero);

        Pass(Seconds(0.2));

        ExpectMsg<TellReach>().Failure.ShouldBe(Reason.HandshakeTimeout);
        _transport.Dials[0].Cancellation.IsCancellationRequested.ShouldBeTrue();

        var late = new Link();
        _transport.Dials[0].Outcome.SetResult(late);
        AwaitCondition(() => late.IsClosed);
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Two_are_under_way_at_most_and_a_third_is_told_to_come_again()
    {
        Ask(1);
        Ask(2);
        Ask(3);

        ExpectMsg<TellReach>().ShouldBe(new TellReach(3, Reason.RateLimited, null));
        _transport.Dials.Count.ShouldBe(2);
        _transport.Dials[0].Outcome.SetResult(new Link());
        ExpectMsg<TellReach>().Nonce.ShouldBe(1ul);

        Ask(4);
        DialNumber(3);
    }

    [Fact]
    public void Who_comes_again_on_another_connection_within_the_minute_is_not_dialled()
    {
        Ask(1);
        _transport.Dials[0].Outcome.SetResult(new Link());
        ExpectMsg<TellReach>();

        Ask(1);

        ExpectMsg<TellReach>().Failure.ShouldBe(Reason.RateLimited);
        _transport.Dials.Count.ShouldBe(1);
    }

    [Fact]
    public void However_many_ask_twelve_are_dialled_in_a_minute()
    {
        for (var n = 1; n <= 30; n++)
        {
            Ask(n);
            if (n <= DialBackBudget.MaxPerMinute)
            {
                DialNumber(n).Outcome.SetResult(new Link());
            }

            ExpectMsg<TellReach>().Failure.ShouldBe(n <= DialBackBudget.MaxPerMinute ? null : Reason.RateLimited);
        }

        Pass(Seconds(60));
        Ask(31);
        DialNumber(DialBackBudget.MaxPerMinute + 1);
    }

    private static NodeId Peer(int n) => NodeId.Parse($"{n:x64}");

    /// <summary>That one, the last so far. It is begun on another thread when the desk is still busy there with what came of the one before.</summary>
    private (PeerAddress Address, NodeId? Expected, TaskCompletionSource<IPeerLink> Outcome, CancellationToken Cancellation) DialNumber(int n)
    {
        AwaitCondition(() => _transport.Dials.Count >= n);
        return _transport.Dials.Count == n ? _transport.Dials[^1] : throw new ShouldAssertException($"There are {_transport.Dials.Count} dials, not {n}.");
    }

    private void Ask(int peer) => _desk.Tell(new NetcheckProtocol.DialBack(Peer(peer), At, (ulong)peer, TestActor));

    /// <summary>Notes each dial, and lets the test say what comes of it.</summary>
    private sealed class PatientTransport : IPeerTransport
    {
        public List<(PeerAddress Address, NodeId? Expected, TaskCompletionSource<IPeerLink> Outcome, CancellationToken Cancellation)> Dials { get; } = [];

        public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation)
        {
            var outcome = new TaskCompletionSource<IPeerLink>();
            Dials.Add((address, expected, outcome, cancellation));
            return outcome.Task;
        }

        public IPeerListener Listen(ListenAddress address) => throw new NotSupportedException();
    }

    private sealed class Link : IPeerLink
    {
        public bool IsClosed { get; private set; }

        public PublicKey RemoteKey => Identities.Bob().PublicKey;

        public PeerAddress Remote => At;

        public Stream Stream => Stream.Null;

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }
}
