using System.Net;
using CsCheck;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class HandshakeSlotsTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1"), Two = IPAddress.Parse("192.0.2.2"), Three = IPAddress.Parse("192.0.2.3");

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void A_source_is_an_IPv4_address_or_a_64(string address, string source) =>
        HandshakeSlots.SourceOf(IPAddress.Parse(address)).ShouldBe(IPAddress.Parse(source));

    [Fact]
    public void The_oldest_of_a_source_gives_way_to_its_newest()
    {
        var (slots, _) = new HandshakeSlots(10, 2).Take(One, 1);
        (slots, _) = slots.Take(One, 2);

        (slots, var givesWay) = slots.Take(One, 3);

        givesWay.ShouldBe(1);
        slots.Count.ShouldBe(2);
    }

    [Fact]
    public void When_all_are_taken_the_source_that_has_most_gives_way()
    {
        var slots = new HandshakeSlots(3, 3);
        foreach (var (source, number) in new[] { (Two, 1L), (One, 2L), (One, 3L) })
        {
            (slots, _) = slots.Take(source, number);
        }

        (slots, var givesWay) = slots.Take(Three, 4);

        givesWay.ShouldBe(2);
        slots.Count.ShouldBe(3);
    }

    [Fact]
    public void When_each_source_has_as_many_the_oldest_of_all_gives_way()
    {
        var slots = new HandshakeSlots(100, 3);
        for (var n = 0; n < 100; n++)
        {
            (slots, _) = slots.Take(new IPAddress([10, 0, 0, (byte)n]), n);
        }

        for (var n = 0; n < 100; n++)
        {
            (slots, var givesWay) = slots.Take(new IPAddress([10, 0, 1, (byte)n]), 100 + n);
            givesWay.ShouldBe(n);
        }
    }

    [Fact]
    public void What_is_over_makes_room_once()
    {
        var (slots, _) = new HandshakeSlots(10, 2).Take(One, 1);

        slots.Release(One, 1).Release(One, 1).Count.ShouldBe(0);
        slots.Release(Two, 1).Count.ShouldBe(1);
        slots.Release(One, 7).Count.ShouldBe(1);
    }

    [Fact]
    public void The_bounds_hold_and_only_one_gives_way_for_one() =>
        Gen.Select(Gen.Int[1, 4], Gen.Bool).Array[1, 100].Sample(steps =>
        {
            var (slots, number, live) = (new HandshakeSlots(5, 3), 0L, new SortedDictionary<long, IPAddress>());
            foreach (var (who, release) in steps)
            {
                var source = IPAddress.Parse($"192.0.2.{who}");
                if (release && live.Count > 0)
                {
                    var (handshake, from) = live.First();
                    slots = slots.Release(from, handshake);
                    live.Remove(handshake);
                }
                else
                {
                    (slots, var givesWay) = slots.Take(source, ++number);
                    if (givesWay is { } gone && !live.Remove(gone))
                    {
                        return false;
                    }

                    live.Add(number, source);
                }

                if (slots.Count != live.Count || live.Count > 5 || live.Values.GroupBy(s => s).Any(g => g.Count() > 3))
                {
                    return false;
                }
            }

            return true;
        });
}
