using System.Net;
using Meshara.Actors.Store;
using Meshara.Actors.Tests.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Peers;

/// <summary>A node that has as many peers as it wants still looks whether those it has heard of are there.</summary>
public sealed class FeelerSpec : MeshSpec
{
    public FeelerSpec() => SeekPeers(1, 1);

    [Fact]
    public void Who_was_only_heard_of_is_proven_without_being_connected()
    {
        var (alice, carol) = Full();

        Pass(TimeSpan.FromMinutes(4), Seconds(1));

        alice.Disk[carol.Id]!.Addresses.ShouldContain(a => a.Proven && a.Address == carol.Address);
        PeersOf(alice).Length.ShouldBe(1);
        ExpectNo(alice, MeshEventKind.DialFailed);
        ExpectNo(carol, MeshEventKind.PeerConnected);
    }

    [Fact]
    public void Who_does_not_answer_is_remembered_as_such()
    {
        var (alice, carol) = Full();
        var before = alice.Disk[carol.Id]!.Addresses.Single().Failures;
        Crash(carol);

        Pass(TimeSpan.FromMinutes(4), Seconds(1));

        alice.Disk[carol.Id]!.Addresses.Single().Failures.ShouldBeGreaterThan(before);
    }

    [Fact]
    public void Whom_a_person_asked_for_is_connected_and_not_felt_too()
    {
        var until = Scheduler.Now + TimeSpan.FromSeconds(90);
        var (alice, carol) = Full(
            new PeerStoreEvents.PeerLearned(Scheduler.Now, Identities.Carol().PublicKey, PeerSource.Manual, Manual: true),
            new RangeBanEvents.RangeBanned(Scheduler.Now, AddressRange.Parse("10.0.0.3"), until, null));

        Pass(TimeSpan.FromMinutes(4), Seconds(1));

        PeersOf(alice).ShouldContain(p => p.PeerId == carol.Id && p.Protected);
        ExpectNo(alice, MeshEventKind.DialFailed);
        AllOf(carol.Events).Cast<MeshEvent>().ShouldAllBe(e => e.Kind != MeshEventKind.PeerRejected
            || !((PeerAddress.Ip)e.Address!).EndPoint.Address.Equals(AlicesHost));
    }

    /// <summary>A node with its one place taken, which was told of another.</summary>
    private (Node Alice, Node Carol) Full(params IStoreEvent[] since)
    {
        var bob = Start(Identities.Bob(), BobsHost);
        var carol = Start(Identities.Carol(), IPAddress.Parse("10.0.0.3"));
        var disk = new VolatileStore.Disk();
        var record = new PeerRecord(carol.Identity.PublicKey, (ulong)Scheduler.Now.ToUnixTimeMilliseconds(), [carol.Address], []) { Network = "meshara" };
        var signed = new SignedRecord(record, record.Sign(carol.Identity));
        disk.Book = disk.Book.Apply(new PeerStoreEvents.RecordLearned(Scheduler.Now, signed, [carol.Address], bob.Id));
        disk.Book = since.Aggregate(disk.Book, (book, e) => book.Apply(e));
        var settings = Settings;
        Settings = settings with { Discovery = settings.Discovery with { BootstrapNodes = [new PeerTarget(bob.Address, null)] } };
        var alice = new Node(Identities.Alice(), AlicesHost, disk);
        Network.Partition(AlicesHost, carol.Host);
        Start(alice);
        Settings = settings;
        Pass(Seconds(2));
        PeersOf(alice).ShouldHaveSingleItem().PeerId.ShouldBe(bob.Id);
        Network.Heal(AlicesHost, carol.Host);
        AllOf(alice.Events);
        return (alice, carol);
    }
}
