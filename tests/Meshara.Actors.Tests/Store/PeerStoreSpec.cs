using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

public sealed class PeerStoreSpec : StoreSpec
{
    [Fact]
    public async Task What_was_kept_is_on_the_disk_when_the_answer_comes_written_by_our_own_serializer()
    {
        var (store, known) = await StartAsync();
        known.Peers.ShouldBeEmpty();

        var peer = await LearnAsync(store, 1, manual: true, pinned: "192.0.2.1:7373");

        Journal().ShouldBe([(1, PeerStoreSerializer.Id, "learned"), (2, PeerStoreSerializer.Id, "pinned")]);
        peer.Manual.ShouldBeTrue();
        peer.Best!.Proven.ShouldBeTrue();
        (await Owner.ExpectMsgAsync<Changed>()).Peer.ShouldBe(peer);
    }
}
