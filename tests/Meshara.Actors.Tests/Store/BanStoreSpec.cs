using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;
using Ban = Meshara.Actors.Store.PeerStoreProtocol.Ban;

namespace Meshara.Actors.Tests.Store;

/// <summary>Bans and histories on a disk.</summary>
public class BanStoreSpec : StoreSpec
{
    private static readonly IPNetwork Office = AddressRange.Parse("192.0.2.0/24");

    [SkippableFact]
    public async Task A_banned_range_is_on_the_disk_when_the_answer_comes_and_is_there_after_a_restart()
    {
        var (store, _) = await StartAsync();

        var kept = (await AskAsync(store, r => new BanRange(r, Office, Clock.Now.AddHours(1), "scanners"))).ShouldBeOfType<RangesKept>();

        kept.Ranges.All.ShouldHaveSingleItem().Note.ShouldBe("scanners");
        Journal().ShouldBe([(1, PeerStoreSerializer.Id, "range-banned")]);
        await StopAsync(store);
        var (_, known) = await StartAsync();
        known.Ranges.All.ShouldBe(kept.Ranges.All);
    }

    [SkippableFact]
    public async Task A_lifted_ban_of_a_range_is_gone_after_a_restart_too()
    {
        var (store, _) = await StartAsync();
        await AskAsync(store, r => new BanRange(r, Office, Clock.Now.AddHours(1), null));
        await AskAsync(store, r => new UnbanRange(r, Office));
        (await AskAsync(store, r => new UnbanRange(r, Office))).ShouldBeOfType<RangesKept>().Ranges.Count.ShouldBe(0);
        await StopAsync(store);

        (await StartAsync()).Known.Ranges.Count.ShouldBe(0);
    }

    [SkippableFact]
    public async Task Ranges_and_histories_outlive_the_journal_that_they_came_from()
    {
        Settings = new StoreSettings { SnapshotEvery = 3 };
        var (store, _) = await StartAsync();
        await AskAsync(store, r => new BanRange(r, Office, Clock.Now.AddDays(1), "scanners"));
        await LearnAsync(store, 1);
        await KeepAsync(store, r => new Ban(r, IdOf(1), ReputationCause.Operator, Clock.Now.AddDays(1), "spam"));
        for (var days = 1; days <= 12; days++)
        {
            await AskAsync(store, r => new BanRange(r, AddressRange.Parse("10.0.0.0/8"), Clock.Now.AddDays(days), null));
        }

        await AwaitAssertAsync(() => Journal()[0].Sequence.ShouldBeGreaterThan(3));
        await ReceiveFromOwnerAsync<Changed>(2);
        await StopAsync(store);
        var (_, known) = await StartAsync();

        known.Ranges[Office]!.Note.ShouldBe("scanners");
        known.Peers[IdOf(1)].Ban!.Note.ShouldBe("spam");
        known.Peers[IdOf(1)].History.Entries.ShouldHaveSingleItem().Step.ShouldBe(ReputationStep.Banned);
    }
}
