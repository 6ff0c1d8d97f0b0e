using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.TestKit;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>What a stranger may cost before it has proven anything.</summary>
public sealed class ListenerSpec : VirtualTimeSpec
{
    private readonly Door _door = new();
    private readonly TestProbe _supervisor;

    public ListenerSpec() => _supervisor = CreateTestProbe("supervisor");

    [Fact]
    public void A_socket_goes_to_the_supervisor_untouched()
    {
        Start(new ListenerSettings());

        var socket = _door.Knock("10.0.0.5");

        _supervisor.ExpectMsg<Listener.Inbound>().Socket.ShouldBe(socket);
        socket.IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public void One_source_that_comes_too_often_is_turned_away_and_another_is_not()
    {
        // One a second, and two at once.
        Start(new ListenerSettings { AcceptsPerSourcePerMinute = 60 });
        _door.Knock("10.0.0.5");
        _door.Knock("10.0.0.5");
        _supervisor.ExpectMsg<Listener.Inbound>();
        _supervisor.ExpectMsg<Listener.Inbound>();

        var third = _door.Knock("10.0.0.5");
        var other = _door.Knock("10.0.0.6");

        var away = _supervisor.ExpectMsg<Listener.TurnedAway>();
        away.Reason.ShouldBe(Reason.RateLimited);
        third.IsDisposed.ShouldBeTrue();
        _supervisor.ExpectMsg<Listener.Inbound>().Socket.ShouldBe(other);
    }

    [Fact]
    public void An_IPv6_source_is_its_whole_subnet()
    {
        Start(new ListenerSettings { AcceptsPerSourcePerMinute = 60 });
        _door.Knock("2001:db8::1");
        _door.Knock("2001:db8::2");
        _supervisor.ReceiveN(2);

        _door.Knock("2001:db8::3").IsDisposed.ShouldBeTrue();
        _door.Knock("2001:db8:0:1::1").IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public void All_sources_together_have_a_limit_too()
    {
        Start(new ListenerSettings { AcceptsPerSecond = 5 });

        var sockets = Enumerable.Range(1, 50).Select(i => _door.Knock($"10.0.{i}.1")).ToList();

        // Ten at once; on a slow machine a few more have come in by the clock's rate.
        sockets.Count(s => s.IsDisposed).ShouldBeInRange(25, 40);
    }

    [Theory]
    [InlineData(500, 10)]
    [InlineData(51, 2)]
    [InlineData(5, 1)]
    [InlineData(1, 1)]
    public void The_sockets_of_a_second_are_let_in_evenly_and_not_in_one_moment(int perSecond, int atOnce)
    {
        var bucket = Listener.Evenly(perSecond);

        bucket.TokensPerPeriod.ShouldBe(atOnce);
        (bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds).ShouldBe(perSecond, tolerance: 0.01);
        bucket.TokenLimit.ShouldBe(2 * perSecond);
        bucket.AutoReplenishment.ShouldBeFalse("a timer that fires fifty times a second costs an idle node more than all else");
    }

    [Fact]
    public async Task After_a_flood_others_are_let_in_again_as_time_passes()
    {
        Start(new ListenerSettings { AcceptsPerSecond = 10 });
        var flood = Enumerable.Range(1, 40).Select(i => _door.Knock($"10.0.{i}.1")).ToList();
        flood.Count(s => !s.IsDisposed).ShouldBeInRange(20, 30);
        flood[^1].IsDisposed.ShouldBeTrue();

        await AwaitConditionAsync(() => Task.FromResult(!_door.Knock("10.1.0.1").IsDisposed), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_banned_range_is_turned_away_before_it_uses_up_what_is_there_for_the_others()
    {
        var listener = Start(new ListenerSettings { AcceptsPerSecond = 5 });
        listener.Tell(new Listener.Banned(RangeBans.Of(
            [new RangeBan(AddressRange.Parse("10.0.0.0/16"), Scheduler.Now, Scheduler.Now + TimeSpan.FromHours(1))])));

        var banned = Enumerable.Range(1, 50).Select(i => _door.Knock($"10.0.{i}.1")).ToList();
        var other = _door.Knock("10.1.0.1");

        banned.ShouldAllBe(s => s.IsDisposed);
        _supervisor.ReceiveN(50).ShouldAllBe(m => ((Listener.TurnedAway)m).Reason == Reason.Banned);
        _supervisor.ExpectMsg<Listener.Inbound>().Socket.ShouldBe(other);
        Scheduler.Advance(TimeSpan.FromHours(1));
        _door.Knock("10.0.1.1").IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public void The_oldest_handshake_of_a_greedy_source_gives_way_to_its_newest()
    {
        Start(new ListenerSettings { MaxHandshakesPerSource = 2 });
        _door.Knock("10.0.0.5");
        _door.Knock("10.0.0.5");
        var first = _supervisor.ExpectMsg<Listener.Inbound>();
        _supervisor.ExpectMsg<Listener.Inbound>();

        _door.Knock("10.0.0.5");

        _supervisor.ExpectMsg<Listener.Inbound>();
        _supervisor.ExpectMsg<Listener.GiveWay>().Handshake.ShouldBe(first.Handshake);
    }

    [Fact]
    public void While_too_many_that_gave_way_have_not_ended_nobody_is_let_in()
    {
        var listener = Start(new ListenerSettings { MaxHandshakes = 2 });
        for (var i = 1; i <= 4; i++)
        {
            _door.Knock($"10.0.{i}.1");
        }

        var inbound = AllOf(_supervisor).OfType<Listener.Inbound>().ToList();
        inbound.Count.ShouldBe(4);
        _door.Knock("10.0.5.1").IsDisposed.ShouldBeTrue();
        _supervisor.ExpectMsg<Listener.TurnedAway>().Reason.ShouldBe(Reason.RateLimited);

        listener.Tell(new Listener.HandshakeOver(inbound[0].Source, inbound[0].Handshake));
        _door.Knock("10.0.6.1").IsDisposed.ShouldBeFalse();
    }

    [Fact]
    public void A_handshake_that_is_over_leaves_its_place_to_another()
    {
        var listener = Start(new ListenerSettings { MaxHandshakesPerSource = 1 });
        _door.Knock("10.0.0.5");
        var first = _supervisor.ExpectMsg<Listener.Inbound>();

        listener.Tell(new Listener.HandshakeOver(first.Source, first.Handshake));
        _door.Knock("10.0.0.5");

        _supervisor.ExpectMsg<Listener.Inbound>();
        _supervisor.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Other_limits_hold_from_now_on()
    {
        var listener = Start(new ListenerSettings { AcceptsPerSourcePerMinute = 60 });
        _door.Knock("10.0.0.5");
        _door.Knock("10.0.0.5");
        _door.Knock("10.0.0.5");
        _supervisor.ReceiveN(2);
        _supervisor.ExpectMsg<Listener.TurnedAway>();

        listener.Tell(new Listener.Limits(new ListenerSettings { MaxHandshakesPerSource = 2 }));
        _door.Knock("10.0.0.5");

        var third = _supervisor.ExpectMsg<Listener.Inbound>();
        _supervisor.ExpectMsg<Listener.GiveWay>().Handshake.ShouldBeLessThan(third.Handshake);
    }

    [Fact]
    public void A_failed_accept_is_told_and_tried_again_after_a_moment()
    {
        Start(new ListenerSettings());

        EventFilter.Warning(contains: "Accepting failed").ExpectOne(() => _door.Fail());
        _supervisor.ExpectMsg<Listener.CannotAccept>();
        _door.Knock("10.0.0.5");
        _supervisor.ExpectNoMsg(TimeSpan.Zero);
        Pass(Seconds(0.1));

        _supervisor.ExpectMsg<Listener.Inbound>();
    }

    private IActorRef Start(ListenerSettings settings)
    {
        var dispatcher = Settings.Dispatcher;
        var props = Props.Create(() => new Listener(_door, settings)).WithDispatcher(dispatcher);
        var parent = Launch(Props.Create(() => new Parent(props, _supervisor)).WithDispatcher(dispatcher));
        parent.Tell("listener", TestActor);
        return ExpectMsg<IActorRef>();
    }

    /// <summary>Passes on to the probe what the listener tells its parent.</summary>
    private sealed class Parent : ReceiveActor
    {
        public Parent(Props child, IActorRef to)
        {
            var listener = Context.ActorOf(child);
            Receive<string>(_ => Sender.Tell(listener));
            ReceiveAny(to.Forward);
        }
    }

    private sealed class Door : IPeerListener
    {
        private readonly Channel<Socket?> _arrivals = Channel.CreateUnbounded<Socket?>(new UnboundedChannelOptions { AllowSynchronousContinuations = true });

        public IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 1);

        public Socket Knock(string address)
        {
            var socket = new Socket(new IPEndPoint(IPAddress.Parse(address), 4321));
            Inline.Run(() => _arrivals.Writer.TryWrite(socket));
            return socket;
        }

        public void Fail() => Inline.Run(() => _arrivals.Writer.TryWrite(null));

        public async Task<IInboundSocket> AcceptAsync(CancellationToken cancellation) =>
            await _arrivals.Reader.ReadAsync(cancellation).ConfigureAwait(false) ?? throw new SocketException((int)SocketError.TooManyOpenSockets);

        public void Dispose() => _arrivals.Writer.TryComplete();
    }

    private sealed class Socket(IPEndPoint remote) : IInboundSocket
    {
        public IPEndPoint Remote => remote;

        public bool IsDisposed { get; private set; }

        public Task<IPeerLink> SecureAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;
    }
}
