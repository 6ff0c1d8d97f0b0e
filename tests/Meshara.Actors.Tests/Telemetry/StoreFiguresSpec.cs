using Meshara.Actors.Store;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Tests.Store;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Telemetry;

/// <summary>What can be measured of a peer store on a real disk.</summary>
public sealed class StoreFiguresSpec : StoreSpec
{
    [Fact]
    public async Task A_write_is_timed_and_what_waits_is_counted()
    {
        var (store, _) = await StartAsync();
        Figures.Store.LastWrite.ShouldBeNull();

        await LearnAsync(store, 1);

        Figures.Store.LastWrite.ShouldBe(Clock.Now);
        Figures.Store.Queued.ShouldBe(0);
        for (var i = 0; i < 1000; i++)
        {
            store.Tell(new PeerStoreProtocol.Traffic(IdOf(1), 1, 1, null), TestActor);
        }

        await FlushAsync(store);
        await AwaitAssertAsync(() => Figures.Store.Queued.ShouldBe(0));
        await StopAsync(store);
    }
}
