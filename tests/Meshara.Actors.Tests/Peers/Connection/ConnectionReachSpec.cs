using Akka.Actor;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Connection;

/// <summary>What is said on one connection about whether either side can be dialled.</summary>
public sealed class ConnectionReachSpec : ConnectionSpec
{
    private static readonly PeerAddress Where = PeerAddress.Parse("10.0.0.2:7373");

    [Fact]
    public void Who_asks_to_be_dialled_back_is_answered_with_what_came_of_it()
    {
        var (connection, bob) = Connect();

        bob.Say(Check(5, 7373));
        Told<AskedToDialBack>().ShouldBe(new AskedToDialBack(7, 5, 7373));
        connection.Tell(new TellReach(5, Reason.Refused, Where));

        bob.Hear<ReachChecked>().ShouldBe(new ReachChecked { Nonce = 5, Outcome = (uint)Reason.Refused, Dialled = Where.ToWire() });
        connection.Tell(new TellReach(6, null, Where));
        bob.Hear<ReachChecked>().Outcome.ShouldBe(0u);
    }

    [Fact]
    public void Who_asks_twice_in_a_minute_is_told_so_and_it_costs_reputation()
    {
        var (_, bob) = Connect();
        bob.Say(Check(1, 7373));
        Told<AskedToDialBack>();

        Live(bob, 30);
        bob.Say(Check(2, 7373));

        bob.HearNext<ReachChecked>().ShouldBe(new ReachChecked { Nonce = 2, Outcome = (uint)Reason.RateLimited });
        Told<Misbehaved>().Cause.ShouldBe(ReputationCause.RateExceeded);

        Live(bob, 25);
        bob.Say(Check(3, 7373));
        Told<AskedToDialBack>().Nonce.ShouldBe(3ul);
    }

    [Fact]
    public void Who_asks_without_a_pause_is_sent_away()
    {
        var (_, bob) = Connect();

        bob.Say([.. Enumerable.Range(0, 12).Select(n => Check((ulong)n, 7373))]);

        ExpectEnded(Reason.RateLimited);
        bob.HearGoodbye().ShouldBe(Reason.RateLimited);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(65_536u)]
    [InlineData(uint.MaxValue)]
    public void A_port_that_is_none_breaks_the_protocol(uint port)
    {
        var (_, bob) = Connect();

        bob.Say(Check(1, port));

        ExpectEnded(Reason.ProtocolError);
    }

    [Fact]
    public void An_answer_that_nobody_asked_for_and_one_that_comes_twice_cost_reputation()
    {
        var (connection, bob) = Connect();
        bob.Say(Checked(9, null));
        Told<Misbehaved>().Cause.ShouldBe(ReputationCause.Unsolicited);

        connection.Tell(new AskToDialBack(9, 7373), TestActor);
        bob.Hear<CheckReach>().ShouldBe(new CheckReach { Nonce = 9, Port = 7373 });
        bob.Say(Checked(9, Reason.Unreachable), Checked(9, null));

        ExpectMsg<ReachAnswer>().Failure.ShouldBe(Reason.Unreachable);
        Told<Misbehaved>().Cause.ShouldBe(ReputationCause.Unsolicited);
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_the_peer_says_is_believed_as_far_as_it_can_be()
    {
        var (connection, bob) = Connect();

        connection.Tell(new AskToDialBack(1, 7373), TestActor);
        bob.Say(Checked(1, null, PeerAddress.Parse("10.0.0.1:7373")));
        ExpectMsg<ReachAnswer>().ShouldBe(new ReachAnswer(7, null, PeerAddress.Parse("10.0.0.1:7373"), TimeSpan.Zero));

        foreach (var nonsense in new[] { PeerAddress.Parse("10.0.0.1:22"), PeerAddress.Parse("evil.example:7373") })
        {
            Live(bob, 60);
            bob.HearNext<CheckReach>();
            connection.Tell(new AskToDialBack(2, 7373), TestActor);
            bob.Say(Checked(2, (Reason)999, nonsense));
            ExpectMsg<ReachAnswer>().ShouldBe(new ReachAnswer(7, Reason.ClosedByPeer, null, TimeSpan.Zero));
        }
    }

    [Fact]
    public void The_peer_is_asked_once_a_minute_and_its_last_answer_is_told_until_then()
    {
        var (connection, bob) = Connect();
        connection.Tell(new AskToDialBack(1, 7373), TestActor);
        connection.Tell(new AskToDialBack(2, 7373), TestActor);
        ExpectMsg<ReachAnswer>().Failure.ShouldBe(Reason.RateLimited, "it has not answered yet");
        bob.Hear<CheckReach>().Nonce.ShouldBe(1ul);
        bob.HearNothing();
        bob.Say(Checked(1, Reason.Refused));
        ExpectMsg<ReachAnswer>().Age.ShouldBe(TimeSpan.Zero);

        Pass(Seconds(20));
        connection.Tell(new AskToDialBack(3, 7373), TestActor);

        ExpectMsg<ReachAnswer>().ShouldBe(new ReachAnswer(7, Reason.Refused, null, Seconds(20)));
    }

    private static Envelope Check(ulong nonce, uint port) => new() { CheckReach = new CheckReach { Nonce = nonce, Port = port } };

    private static Envelope Checked(ulong nonce, Reason? failure, PeerAddress? dialled = null) =>
        new() { ReachChecked = new ReachChecked { Nonce = nonce, Outcome = (uint)(failure ?? 0), Dialled = dialled?.ToWire() } };

    /// <summary>Time goes on, and Bob is heard of.</summary>
    private void Live(FarEnd bob, int seconds)
    {
        for (var passed = 0; passed < seconds; passed += 5)
        {
            bob.Say(new Envelope { Ping = new Ping() });
            Pass(Seconds(5));
        }
    }

    /// <summary>The next thing of that kind that the supervisor is told.</summary>
    private T Told<T>() => (T)Supervisor.FishForMessage(m => m is T);
}
