using System.Runtime.Serialization;
using Google.Protobuf;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreEvents;
using Stored = Meshara.Actors.Store.Stored;

namespace Meshara.Actors.Tests.Store;

/// <summary>The bytes of a row that holds what one flush has written. As with every row: they never change.</summary>
public sealed class DriftFlushedSpec
{
    private const string GoldenFlush =
        "0a4e0a076469616c6c6564124309300e9c5463c93f001220ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612"
        + "c91a125b323030313a6462383a3a315d3a37333733201228030a490a0774726166666963123e09b0a4345563c93f001220ae216c2ef524"
        + "7a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c918e8072080c0a8ca9a3a29300e9c5463c93f00";

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly NodeId Id = NodeId.Of(PublicKey.FromBytes(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray()));
    private static readonly PeerStoreSerializer Serializer = new(null!);

    private static readonly DriftFlushed Flushed = new(
    [
        new DialEnded(Noon.AddSeconds(-1), Id, PeerAddress.Parse("[2001:db8::1]:7373"), Reason.Refused, Failures: 3),
        new TrafficCounted(Noon, Id, 1000, 2_000_000_000_000, Noon.AddSeconds(-1)),
    ]);

    [Fact]
    public void What_one_flush_writes_keeps_its_manifest_and_its_bytes()
    {
        Serializer.Manifest(Flushed).ShouldBe("drift/2");
        Convert.ToHexStringLower(Serializer.ToBinary(Flushed)[..^Checksum.Size]).ShouldBe(GoldenFlush);
        var read = Serializer.FromBinary(Convert.FromHexString(GoldenFlush), "drift").ShouldBeOfType<DriftFlushed>();
        read.Events.ShouldBe(Flushed.Events);
        (read.At, read.Count).ShouldBe((Noon, 2));
    }

    [Theory]
    [InlineData("drift", "a flush in a flush")]
    [InlineData("peers", "a snapshot")]
    [InlineData("range-banned", "what is about no peer")]
    [InlineData("quarantined", "what a later version wrote")]
    [InlineData("", "nothing")]
    public void A_flush_with_something_else_in_it_is_refused(string kind, string why)
    {
        var stored = new Stored.DriftFlushed();
        stored.Events.Add(new Stored.DriftFlushed.Types.Event { Kind = kind });
        Should.Throw<Exception>(() => Serializer.FromBinary(stored.ToByteArray(), "drift"), why)
            .ShouldSatisfyAllConditions(e => (e is SerializationException or InvalidDataException or FormatException).ShouldBeTrue(), e => e.Message.ShouldNotBeEmpty());
    }

    [Fact]
    public void A_flush_of_nothing_and_an_import_of_nobody_are_damaged()
    {
        Should.Throw<InvalidDataException>(() => Serializer.FromBinary([], "drift"));
        Should.Throw<InvalidDataException>(() => Serializer.FromBinary([], "imported"));
    }
}
