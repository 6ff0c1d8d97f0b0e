using System.Collections.Immutable;
using System.Net;
using Google.Protobuf;
using Meshara.Actors.Configuration;
using Meshara.Actors.Peers;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>Peers tell of peers: what is asked, answered, believed, and what lies cost.</summary>
public sealed class ExchangeSpec : MeshSpec
{
    private static readonly IPAddress Far = IPAddress.Parse("10.0.0.66");

    public ExchangeSpec() => SeekPeers();

    [Fact]
    public void Who_asks_is_told_of_those_who_are_connected_and_of_nobody_else()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var bob = Start(Identities.Bob(), BobsHost);
        Add(bob, alice);
        var far = Join(alice, Identities.Carol(), Far);

        far.Say(new Envelope { GetPeers = new GetPeers { Max = 64 } });

        var told = far.HearNext<Core.Wire.Peers>().Records.ShouldHaveSingleItem();
        PeerRecord.TryVerify(told.Span, out var record).ShouldBeTrue();
        (record!.Id, record.Network).ShouldBe((bob.Id, "meshara"));
        record.Addresses.ShouldBe([bob.Address]);
    }

    [Fact]
    public void Nobody_gets_more_than_asked_for()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        Add(Start(Identities.Bob(), BobsHost), alice);
        var far = Join(alice, Identities.Carol(), Far);

        far.Say(new Envelope { GetPeers = new GetPeers { Max = 0 } });

        far.HearNext<Core.Wire.Peers>().Records.ShouldBeEmpty();
    }

    [Fact]
    public void A_flood_of_questions_is_answered_once_costs_reputation_and_ends_in_a_ban()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var carol = Identities.Carol();
        var far = Join(alice, carol, Far);
        var question = new Envelope { GetPeers = new GetPeers { Max = 64 } };

        far.Say(question, question, question);

        far.HearNext<Core.Wire.Peers>();
        ScoreOf(alice, carol.Id).ShouldBe(-10, 0.1);

        far.Say([.. Enumerable.Repeat(question, 1000)]);

        Next(alice, MeshEventKind.PeerBanned).PeerId.ShouldBe(carol.Id);
        PeersOf(alice).ShouldBeEmpty();
        far.HearNext<Goodbye>();
    }

    [Fact]
    public void A_node_that_wants_peers_asks_a_new_one_and_dials_whom_it_is_told_of()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var bob = Start(Identities.Bob(), BobsHost);
        var carol = Start(Identities.Carol(), Far);
        Add(bob, alice);

        Add(carol, alice);
        Pass(Seconds(5));

        PeersOf(carol).Select(p => p.PeerId).ShouldBe([alice.Id, bob.Id], ignoreOrder: true);
        PeersOf(carol).Single(p => p.PeerId == bob.Id).Source.ShouldBe(PeerSource.Exchange);
        carol.Disk[bob.Id]!.ToldBy.ShouldBe(alice.Id);
        Next(carol, MeshEventKind.PeerConnected).PeerId.ShouldBe(alice.Id);
    }

    [Fact]
    public void Without_the_method_nobody_is_asked_and_none_is_dialled_but_others_are_answered()
    {
        Settings = new MesharaSettings { Dispatcher = Settings.Dispatcher };
        var alice = Start(Identities.Alice(), AlicesHost);
        var far = Join(alice, Identities.Carol(), Far);
        Pass(TimeSpan.FromMinutes(3), Seconds(1));

        var heard = new List<Envelope>();
        while (far.TryHear() is { } frame)
        {
            heard.Add(frame);
        }

        heard.ShouldAllBe(f => f.MessageCase == Envelope.MessageOneofCase.Ping || f.MessageCase == Envelope.MessageOneofCase.Goodbye);
    }

    [Fact]
    public void What_was_not_asked_for_costs_reputation_and_is_not_believed()
    {
        Settings = new MesharaSettings { Dispatcher = Settings.Dispatcher };
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);

        far.Say(Told(RecordOf(Identities.Bob(), "10.0.0.2:7373")));

        alice.Disk[Identities.Bob().Id].ShouldBeNull();
        ScoreOf(alice, carol.Id).ShouldBe(-5, 0.1);
    }

    [Fact]
    public void A_peers_own_new_record_is_always_welcome_but_not_twice_a_minute_and_no_older_one()
    {
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);
        Pass(Seconds(4));
        far.HearNext<GetPeers>();
        far.Say(Told());

        far.Say(Told(RecordOf(carol, "10.0.0.67:1")));
        alice.Disk[carol.Id]!.Record!.Addresses.ShouldBe([PeerAddress.Parse("10.0.0.67:1")]);
        ScoreOf(alice, carol.Id).ShouldBe(0);

        far.Say(Told(RecordOf(carol, "10.0.0.68:1")));
        ScoreOf(alice, carol.Id).ShouldBe(-5, 0.1);

        PassBeside(far, TimeSpan.FromMinutes(1));
        far.Say(Told(RecordOf(carol, "10.0.0.69:1", Scheduler.Now - TimeSpan.FromHours(1))));
        alice.Disk[carol.Id]!.Record!.Addresses.ShouldBe([PeerAddress.Parse("10.0.0.67:1")]);
    }

    [Fact]
    public void A_forged_record_is_dropped_and_costs_reputation()
    {
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);
        Pass(Seconds(4));
        far.HearNext<GetPeers>();
        var forged = RecordOf(Identities.Bob(), "10.0.0.2:7373");
        forged[^1] ^= 1;

        far.Say(Told(forged));

        alice.Disk[Identities.Bob().Id].ShouldBeNull();
        ScoreOf(alice, carol.Id).ShouldBe(-20, 0.1);
    }

    public static TheoryData<string, string, int> Useless => new()
    {
        { "meshara", "127.0.0.1:7373", 0 },
        { "meshara", "224.0.0.251:5353", 0 },
        { "meshara", "[fe80::1]:7373", 0 },
        { "meshara", "10.0.0.1:7373", 0 },
        { "other", "10.0.0.2:7373", 0 },
        { "meshara", "10.0.0.2:7373", -8 },
        { "meshara", "10.0.0.2:7373", 1 },
    };

    [Theory]
    [MemberData(nameof(Useless))]
    public void A_record_of_no_use_is_dropped_and_costs_a_little(string network, string address, int days)
    {
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);
        Pass(Seconds(4));
        far.HearNext<GetPeers>();

        far.Say(Told(RecordOf(Identities.Bob(), address, Scheduler.Now + TimeSpan.FromDays(days), network)));

        alice.Disk[Identities.Bob().Id].ShouldBeNull();
        ScoreOf(alice, carol.Id).ShouldBe(-1, 0.1);
    }

    [Fact]
    public void A_list_over_the_limit_breaks_the_protocol()
    {
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);
        Pass(Seconds(4));
        far.HearNext<GetPeers>();

        far.Say(Told([.. Enumerable.Repeat(new byte[10], 65)]));

        Next(alice, MeshEventKind.PeerBanned).Reason.ShouldBe(Reason.ProtocolError);
    }

    [Fact]
    public void One_teller_fills_no_more_than_its_share_of_the_memory()
    {
        var (alice, carol) = (Start(Identities.Alice(), AlicesHost), Identities.Carol());
        var far = Join(alice, carol, Far);
        for (var round = 0; round < 20; round++)
        {
            PassBeside(far, TimeSpan.FromMinutes(1));
            far.Say(Told([.. Enumerable.Range(0, 64).Select(i => RecordOf(NodeIdentity.Create(), $"10.9.{round}.{i}:7373"))]));
        }

        alice.Disk.Book.Peers.Count.ShouldBeInRange(400, 1 + (AddressBook.NewBucketsPerSource * AddressBook.BucketSize));
    }

    [Fact]
    public void Of_one_network_no_more_are_dialled_than_two_and_why_says_so()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var others = Enumerable.Range(1, 3).Select(n => Start(Identities.Numbered(n), IPAddress.Parse($"203.0.{n}.1"))).ToList();
        var far = Join(alice, Identities.Carol(), Far);
        Pass(Seconds(4), Seconds(1));

        far.Say(Told([.. others.Select(o => RecordOf(o.Identity, $"{o.Address}"))]));
        Pass(Seconds(4), Seconds(1));

        var left = others.Where(o => PeersOf(alice).All(p => p.PeerId != o.Id)).ShouldHaveSingleItem();
        Tell(alice, new InquiryProtocol.WhyPeer(left.Id));
        var why = ExpectMsg<WhyAnswer>();
        (why.Reason, why.NextTry).ShouldBe((Reason.RangeLimit, null));
        why.Why.ShouldContain("203.0.0.0/16");
    }

    [Fact]
    public void A_node_whose_addresses_have_changed_tells_its_peers_at_once()
    {
        var alice = Start(Identities.Alice(), AlicesHost);
        var bob = Start(Identities.Bob(), BobsHost);
        Add(alice, bob);

        alice.Listen = [PeerAddress.Parse("10.0.0.99:7373")];
        Pass(TimeSpan.FromMinutes(1), Seconds(1));

        bob.Disk[alice.Id]!.Record!.Addresses.ShouldBe(alice.Listen);
        ScoreOf(bob, alice.Id).ShouldBe(0);
    }

    /// <summary>Time goes on, and the far end answers the pings.</summary>
    private void PassBeside(FarEnd far, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Seconds(5))
        {
            Pass(Seconds(5), Seconds(1));
            while (far.TryHear() is { } frame)
            {
                if (frame.MessageCase == Envelope.MessageOneofCase.Ping)
                {
                    far.Say(new Envelope { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                }

                frame.MessageCase.ShouldNotBe(Envelope.MessageOneofCase.Goodbye, frame.ToString());
            }
        }
    }

    private static double ScoreOf(Node node, NodeId peer) => node.Disk[peer]!.Reputation.Score;

    private static Envelope Told(params byte[][] records)
    {
        var peers = new Core.Wire.Peers();
        peers.Records.AddRange(records.Select(r => ByteString.CopyFrom(r)));
        return new Envelope { Peers = peers };
    }

    private byte[] RecordOf(NodeIdentity node, string address, DateTimeOffset? at = null, string network = "meshara") => new PeerRecord(
        node.PublicKey, (ulong)(at ?? Scheduler.Now).ToUnixTimeMilliseconds(), ImmutableArray.Create(PeerAddress.Parse(address)), [])
        { Network = network }.Sign(node);
}
