using System.Net;
using CsCheck;
using Meshara.Actors.Store;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.RangeBanEvents;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

public sealed class RangeBanDecisionsSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly IPNetwork Office = AddressRange.Parse("192.0.2.0/24");
    private static readonly IPNetwork Cellar = AddressRange.Parse("198.51.100.0/24");

    private StoredPeers _book = StoredPeers.Empty;

    [Fact]
    public void A_range_is_banned_changed_and_lifted()
    {
        Do(Ban(Office, hours: 1)).ShouldBe([new RangeBanned(Noon, Office, Noon.AddHours(1), null)]);
        Do(Ban(Office, hours: 2, "scanners")).ShouldBe([new RangeBanned(Noon, Office, Noon.AddHours(2), "scanners")]);
        Do(new Commands.UnbanRange(0, Office)).ShouldBe([new RangeUnbanned(Noon, Office)]);
        _book.Ranges.Count.ShouldBe(0);
    }

    [Fact]
    public void To_repeat_a_command_stores_nothing_more()
    {
        foreach (var command in new Commands.IRangeCommand[] { Ban(Office, hours: 1), new Commands.UnbanRange(0, Office) })
        {
            Do(command).ShouldNotBeEmpty();
            Do(command).ShouldBeEmpty();
        }
    }

    [Fact]
    public void What_has_ended_makes_room_with_the_next_ban()
    {
        Do(Ban(Office, hours: 1));
        Do(Ban(Cellar, hours: 3), Noon.AddHours(2)).ShouldBe(
            [new RangeUnbanned(Noon.AddHours(2), Office), new RangeBanned(Noon.AddHours(2), Cellar, Noon.AddHours(3), null)]);
    }

    [Fact]
    public void One_more_than_may_be_is_refused_and_a_banned_one_can_still_be_changed()
    {
        for (var i = 0; i < RangeBans.Max; i++)
        {
            Do(Ban(AddressRange.Of(new IPAddress([10, 0, (byte)(i >> 8), (byte)i])), hours: 1));
        }

        RangeBanDecisions.Decide(_book.Ranges, Ban(Office, hours: 1), Noon).Refusal.ShouldBe(Reason.TooManyBans);
        Do(Ban(AddressRange.Parse("10.0.0.7"), hours: 2)).ShouldHaveSingleItem();
        Do(Ban(Office, hours: 3), Noon.AddHours(1)).Length.ShouldBe(RangeBans.Max);
    }

    [Fact]
    public void Whatever_is_commanded_the_journal_and_the_snapshot_add_up_to_what_is_shown() => Gen
        .Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[1, 5]).Array[0, 40].Sample(history =>
        {
            var serializer = new PeerStoreSerializer(null!);
            var (live, replayed, now) = (StoredPeers.Empty, StoredPeers.Empty, Noon);
            foreach (var (net, lifts, hours) in history)
            {
                now = now.AddMinutes(40);
                var range = AddressRange.Parse($"10.{net}.0.0/16");
                Commands.IRangeCommand command = lifts ? new Commands.UnbanRange(0, range) : new Commands.BanRange(0, range, now.AddHours(hours), "x");
                foreach (var e in RangeBanDecisions.Decide(live.Ranges, command, now).Events)
                {
                    live = live.Apply(e);
                    replayed = replayed.Apply((IStoreEvent)serializer.FromBinary(serializer.ToBinary(e), serializer.Manifest(e)));
                }

                live.Ranges.All.ShouldBe(replayed.Ranges.All);
            }

            ((StoredPeers)serializer.FromBinary(serializer.ToBinary(live), serializer.Manifest(live))).Ranges.All.ShouldBe(live.Ranges.All);
        });

    private static Commands.BanRange Ban(IPNetwork range, int hours, string? note = null) => new(0, range, Noon.AddHours(hours), note);

    private IRangeEvent[] Do(Commands.IRangeCommand command, DateTimeOffset? at = null)
    {
        var (events, refusal) = RangeBanDecisions.Decide(_book.Ranges, command, at ?? Noon);
        refusal.ShouldBeNull();
        _book = events.Aggregate(_book, (book, e) => book.Apply(e));
        return [.. events];
    }
}
