using Google.Protobuf;
using Meshara.Actors.Store;
using Shouldly;
using Xunit;
using Fields = Meshara.Actors.Store.Stored.Snapshot.Types;

namespace Meshara.Actors.Tests.Store;

/// <summary>What is read straight from the bytes of a snapshot is what protobuf's own reader finds in them.</summary>
public sealed class StoredPeerSpec
{
    private static readonly byte[] Key = Enumerable.Repeat((byte)7, 32).ToArray();

    [Fact]
    public void What_is_absent_is_what_protobuf_takes_it_for()
    {
        var read = StoredPeer.Read(new Fields.Peer { Key = ByteString.CopyFrom(Key), Source = 1 }.ToByteArray());

        StoredSnapshot.ToStored(read).Source.ShouldBe(1);
        (read.LastSeen, read.Ban, read.ToldBy, read.RemovedUntil, read.HasRecord, read.Manual, read.Addresses.IsEmpty)
            .ShouldBe((null, null, null, null, false, false, true));
        Should.Throw<InvalidDataException>(() => StoredPeer.Read([])).Message.ShouldContain("without a key");
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        byte[] stored = [.. new Fields.Peer { Key = ByteString.CopyFrom(Key), Source = 1, Sent = 5 }.ToByteArray(),
            0xa0, 0x06, 0x96, 0x01, 0xa2, 0x06, 0x02, 1, 2, 0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xa5, 0x06, 1, 2, 3, 4];
        Fields.Peer.Parser.ParseFrom(stored).Sent.ShouldBe(5, "protobuf passes over them too");

        StoredPeer.Read(stored).BytesSent.ShouldBe(5);
    }

    [Fact]
    public void One_that_ends_in_the_middle_is_told_wherever_that_is()
    {
        var peer = new Fields.Peer { Key = ByteString.CopyFrom(Key), Source = 1, LastSeen = 99, Sent = 12345, Score = 0.5 };
        peer.Addresses.Add(new Fields.Address { Address_ = "192.0.2.1:1", Failures = 300, LastTry = 1 });
        peer.History.Add(new Fields.Change { At = 1, Step = 1, Cause = 3, Delta = -5 });
        var stored = peer.ToByteArray();
        var whole = StoredPeer.Read(stored);
        StoredSnapshot.ToStored(whole).ToByteArray().ShouldBe(stored);

        for (var length = 0; length < stored.Length; length++)
        {
            Fields.Peer? expected = null;
            try
            {
                expected = Fields.Peer.Parser.ParseFrom(stored.AsSpan(0, length));
            }
            catch (InvalidProtocolBufferException)
            {
            }

            if (expected is null || expected.Key.IsEmpty || expected.Source == 0)
            {
                Should.Throw<InvalidDataException>(() => StoredPeer.Read(stored.AsSpan(0, length)));
            }
            else
            {
                StoredSnapshot.ToStored(StoredPeer.Read(stored.AsSpan(0, length))).ShouldBe(expected);
            }
        }
    }

    [Theory]
    [InlineData("0a ff ff ff ff 7f")]
    [InlineData("0a ff ff ff ff ff ff ff ff ff 01")]
    [InlineData("ff ff ff ff ff ff")]
    [InlineData("08 01")]
    [InlineData("0b")]
    [InlineData("00")]
    public void What_is_no_peer_is_told(string hex) =>
        Should.Throw<InvalidDataException>(() => StoredPeer.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
}
