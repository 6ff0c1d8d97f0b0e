using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Discovery;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Shouldly;
using Xunit;
using static Meshara.Actors.Discovery.LanDiscoveryProtocol;

namespace Meshara.Actors.Tests.Discovery;

/// <summary>The actor that runs the mDNS engine, on virtual time and a network that the test plays.</summary>
public sealed class MdnsDiscoverySpec : TestKit
{
    private static readonly IPEndPoint Bob = new(IPAddress.Parse("10.0.0.2"), 5353);

    private readonly FakeNetwork _network = new();
    private readonly NodeIdentity _alice = Identities.Alice(), _bob = Identities.Bob();
    private readonly TestProbe _node;

    public MdnsDiscoverySpec()
        : base("""
            akka.loglevel = WARNING
            akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
            akka.test.single-expect-default = 10s
            """) => _node = CreateTestProbe("node");

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void It_announces_the_node_with_its_key_its_id_and_its_port()
    {
        Start();

        var said = Said(m => m.IsResponse);

        said.Answers.Select(r => r.Data).OfType<ServiceData>().ShouldHaveSingleItem().Port.ShouldBe((ushort)7373);
        var text = said.Answers.Select(r => r.Data).OfType<TextData>().ShouldHaveSingleItem();
        text.Attributes.ShouldBe([
            new("version", "1"), new("pubkey", _alice.PublicKey.ToString()), new("node_id", _alice.Id.ToString())]);
        said.Answers.Select(r => r.Data).OfType<AddressData>().Select(a => a.Address).ShouldBe([IPAddress.Parse("10.0.0.1")]);
        _network.Families.ShouldBe([AddressFamily.InterNetwork], "the interface speaks no IPv6");
    }

    [Fact]
    public void Who_is_found_is_told_to_the_node_and_who_says_goodbye_too()
    {
        Start();
        _network.Hear(AnnouncementOf(_bob, "bob"), Bob);

        var peer = _node.ExpectMsg<Sighted>().Peer;
        (peer.Id, peer.Key).ShouldBe((_bob.Id, _bob.PublicKey));
        peer.Addresses.ShouldBe([PeerAddress.Parse("10.0.0.2:4321")]);
        (peer.Expires - Scheduler.Now).ShouldBe(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(1));

        _network.Hear(AnnouncementOf(_bob, "bob", ttl: 0), Bob);
        _node.ExpectMsg<Gone>().Peer.ShouldBe(_bob.Id);
    }

    [Theory]
    [InlineData("node_id", "abcd", "not the hash")]
    [InlineData("pubkey", "zz", "no valid pubkey")]
    [InlineData("version", "2", "no version")]
    public void Who_says_what_cannot_be_is_not_believed(string key, string value, string why)
    {
        Start();

        _network.Hear(AnnouncementOf(_bob, "bob", replace: new(key, value)), Bob);

        var disbelieved = _node.ExpectMsg<Disbelieved>();
        disbelieved.Detail.ShouldContain(why);
        disbelieved.Reason.ShouldBe(Reason.ProtocolError);
    }

    [Fact]
    public void No_more_sightings_are_told_in_a_minute_than_is_allowed()
    {
        Start(maxSightings: 5);

        for (byte i = 10; i < 30; i++)
        {
            using var identity = NodeIdentity.FromSeed(Enumerable.Repeat(i, 32).ToArray());
            _network.Hear(AnnouncementOf(identity, $"node-{i}"), new IPEndPoint(IPAddress.Parse($"10.0.0.{i}"), 5353));
        }

        _node.ReceiveN(5).ShouldAllBe(m => m is Sighted);
        _node.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void A_peer_that_was_not_reached_is_asked_for_again()
    {
        var discovery = Start();
        _network.Hear(AnnouncementOf(_bob, "bob"), Bob);
        _node.ExpectMsg<Sighted>();
        _network.Sent.Clear();

        discovery.Tell(new Verify(_bob.Id));

        AwaitAssert(() => _network.Sent.ShouldContain(m => m.Questions.Any(q => q.Type == RecordType.Srv)));

        // The actor has a thread of its own: time goes on until it has noticed.
        AwaitCondition(() =>
        {
            Pass(TimeSpan.FromSeconds(12));
            return _node.HasMessages;
        });
        _node.ExpectMsg<Gone>().Peer.ShouldBe(_bob.Id);
    }

    [Fact]
    public void Who_is_there_can_be_listed()
    {
        var discovery = Start();
        _network.Hear(AnnouncementOf(_bob, "bob"), Bob);
        _node.ExpectMsg<Sighted>();

        discovery.Tell(List.Instance, TestActor);

        ExpectMsg<Seen>().Peers.ShouldHaveSingleItem().Name.ShouldBe("bob._meshara._tcp.local");
    }

    [Fact]
    public void A_stop_says_goodbye_and_lets_go_of_the_network()
    {
        var discovery = Start();
        Said(m => m.IsResponse);

        // What it was about to say has been said when it answers.
        discovery.Tell(List.Instance, TestActor);
        ExpectMsg<Seen>();
        _network.Sent.Clear();
        Watch(discovery);

        Sys.Stop(discovery);

        ExpectTerminated(discovery);
        _network.Sent.ShouldHaveSingleItem().Answers.ShouldAllBe(r => r.Ttl == 0);
        _network.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_listens_elsewhere_announces_nothing_here_and_finds_others()
    {
        Start(listen: IPAddress.Loopback);
        Pass(TimeSpan.FromSeconds(5));

        _network.Sent.ShouldAllBe(m => !m.IsResponse && m.Authorities.IsEmpty);
        _network.Hear(AnnouncementOf(_bob, "bob"), Bob);
        _node.ExpectMsg<Sighted>();
    }

    private static byte[] AnnouncementOf(NodeIdentity identity, string name, uint? ttl = null, KeyValuePair<string, string?>? replace = null)
    {
        var service = Advertisement.Of(identity.PublicKey, 4321) with { Instance = name, Host = name };
        if (replace is { } other)
        {
            service = service with { Text = TextData.Of(service.Text.Attributes.Select(a => a.Key == other.Key ? other : a)) };
        }

        var records = new OwnRecords(service, [IPAddress.Parse("10.0.0.2")]).All;
        return Packets.Response(records.Select(r => ttl is { } time ? r with { Ttl = time } : r), []).Single();
    }

    private IActorRef Start(int maxSightings = 600, IPAddress? listen = null)
    {
        var parts = new MdnsParts(
            _network, Advertisement.Of(_alice.PublicKey, 7373), listen ?? IPAddress.IPv6Any, TimeSpan.FromSeconds(30), maxSightings,
            NodeClock.Virtual(Sys.Scheduler), Seed: 1);
        var parent = Sys.ActorOf(Props.Create(() => new Parent(MdnsDiscovery.Props(parts, "akka.actor.default-dispatcher"), _node)));
        parent.Tell("child", TestActor);
        return ExpectMsg<IActorRef>();
    }

    /// <summary>Time goes on until something of that kind was said.</summary>
    private DnsMessage Said(Func<DnsMessage, bool> kind)
    {
        DnsMessage? said = null;
        AwaitCondition(() =>
        {
            Pass(TimeSpan.FromMilliseconds(300));
            return (said = _network.Sent.FirstOrDefault(kind)) is not null;
        });
        return said!;
    }

    private void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(50))
        {
            Scheduler.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private sealed class Parent : ReceiveActor
    {
        public Parent(Props child, IActorRef to)
        {
            var discovery = Context.ActorOf(child);
            Receive<string>(_ => Sender.Tell(discovery));
            ReceiveAny(to.Forward);
        }
    }

    private sealed class FakeNetwork : IMdnsNetwork
    {
        private readonly Channel<NetworkInput> _inputs = Channel.CreateUnbounded<NetworkInput>();

        public ImmutableArray<MdnsInterface> Interfaces { get; } =
            [new MdnsInterface(2, "eth0", [IPAddress.Parse("10.0.0.1")], [(IPAddress.Parse("10.0.0.1"), 24)], IsLoopback: false)];

        public ChannelReader<NetworkInput> Inputs => _inputs.Reader;

        public ConcurrentQueue<DnsMessage> Sent { get; } = [];

        public HashSet<AddressFamily> Families { get; } = [];

        public bool IsDisposed { get; private set; }

        public void Hear(byte[] packet, IPEndPoint from) =>
            _inputs.Writer.TryWrite(new NetworkInput.Received(new Datagram(packet, from, 2, null, ToMulticast: true))).ShouldBeTrue();

        public void Send(ReadOnlyMemory<byte> packet, int interfaceIndex, AddressFamily family)
        {
            MessageReader.TryRead(packet.Span, out var message).ShouldBe(Malformed.None);
            Sent.Enqueue(message!);
            Families.Add(family);
        }

        public void SendTo(ReadOnlyMemory<byte> packet, int interfaceIndex, IPEndPoint to)
        {
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            _inputs.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
