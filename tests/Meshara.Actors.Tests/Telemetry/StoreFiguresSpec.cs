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
        store.Tell(new PeerStoreProtocol.Traffic(IdOf(1), 1, 1, null), TestActor);
        await FlushAsync(store);
        Figures.Store.Queued.ShouldBe(1, "drift is counted in steps: no mark has followed it yet");
        await StopAsync(store);
    }
}
