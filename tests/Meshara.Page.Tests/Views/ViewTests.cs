using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Page.Views;
using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Views;

public sealed class ViewTests
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0)]
    [InlineData(12, 1)]
    [InlineData(2000, 3)]
    [InlineData(5e6, 5)]
    [InlineData(1e12, 5)]
    public void A_line_is_a_step_thicker_for_ten_times_the_traffic(double bytesPerSecond, int weight) => Picture.Weigh(bytesPerSecond).ShouldBe(weight);

    [Theory]
    [InlineData(0, "even")]
    [InlineData(0.5, "even")]
    [InlineData(30, "good")]
    [InlineData(-5, "low")]
    [InlineData(-20, "bad")]
    [InlineData(-100, "bad")]
    public void A_score_has_the_colour_of_what_follows_from_it(double score, string tone) => Words.Tone(score, -20).ShouldBe(tone);

    [Theory]
    [InlineData("10.0.0.1:1", true)]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("[fe80::1%1]:1", true)]
    [InlineData("8.8.8.8:1", false)]
    [InlineData("node.example:1", false)]
    public void Near_is_this_machine_this_link_and_this_site(string address, bool isNear) => Words.IsNear(PeerAddress.Parse(address)).ShouldBe(isNear);

    [Fact]
    public void Figures_are_short_and_have_their_unit()
    {
        Words.Bytes(999).ShouldBe("999 B");
        Words.Bytes(1536).ShouldBe("1.5 KiB");
        Words.Bytes(5.25 * 1024 * 1024).ShouldBe("5.3 MiB");
        Words.Score(-0.01).ShouldBe("0");
        Words.Score(2.26).ShouldBe("+2.3");
        Words.Score(-40).ShouldBe("−40");
        Words.Length(TimeSpan.FromMinutes(125)).ShouldBe("2 h 5 min");
        Words.Ago(Then + TimeSpan.FromSeconds(5), Then).ShouldBe("in 5 s");
        Words.Ago(Then, Then + TimeSpan.FromDays(2)).ShouldBe("2 d 0 h ago");
        Words.Clean("a\u001b[2Jb\n").ShouldBe("a?[2Jb?");
    }

    [Fact]
    public void A_curve_has_each_change_in_its_order_and_stays_within_its_frame()
    {
        ReputationChange[] history =
        [
            new(Then, "judged", "message-delivered", 5, 5), new(Then + TimeSpan.FromMinutes(1), "judged", "connection-lost", -10, -6),
            new(Then + TimeSpan.FromMinutes(2), "banned", "protocol-violation", -94, -100),
        ];

        var curve = ScoreCurve.Of([.. history], -90, Then + TimeSpan.FromMinutes(3)).ShouldNotBeNull();

        curve.Points.Select(p => p.Change).ShouldBe(history);
        curve.Points.Select(p => p.X).ShouldBeInOrder();
        curve.Points[2].Y.ShouldBeGreaterThan(curve.Points[1].Y, "lower is further down");
        curve.Points.ShouldAllBe(p => p.Y >= 0 && p.Y <= ScoreCurve.Height && p.X >= 0 && p.X <= ScoreCurve.Width);
        ScoreCurve.Of([], 0, Then).ShouldBeNull();
    }

    [Fact]
    public void A_table_sorts_filters_and_turns_its_pages_and_what_is_not_known_is_last()
    {
        var rows = Enumerable.Range(0, 120).Select(i => (Name: $"n{i:000}", Size: i % 10 == 0 ? (int?)null : i)).ToList();
        var table = new Table<(string Name, int? Size)>([new("Name", r => r.Name), new("Size", r => r.Size, IsNumber: true)], r => r.Name);

        table.Rows(rows).Length.ShouldBe(Table<int>.PageSize);
        (table.Count, table.Pages).ShouldBe((120, 3));
        table.Sort(1);
        table.Rows(rows)[0].Size.ShouldBe(119, "the largest first");
        table.Turn(99);
        table.Rows(rows)[^1].Size.ShouldBeNull();
        table.Sort(1);
        table.Rows(rows)[0].Size.ShouldBe(1);
        table.Filter = "N11";
        table.Rows(rows).Length.ShouldBe(10);
        table.Page.ShouldBe(0);
        table.Filter = new string('x', 5000);
        table.Filter.Length.ShouldBe(100);
        table.Rows(rows).ShouldBeEmpty();
    }
}
