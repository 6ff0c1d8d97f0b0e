using System.Diagnostics.Metrics;
using Meshara.Actors.Telemetry;
using Meshara.Actors.Tests.House;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Telemetry;

/// <summary>The instruments are made once, are those that the README lists, and are named after the conventions.</summary>
public sealed class InstrumentTests
{
    private const string Mark = "<!-- instruments -->";

    [Fact]
    public void The_readme_lists_every_instrument_with_its_kind_unit_and_labels()
    {
        var rows = File.ReadAllLines(Repository.PathTo("README.md")).SkipWhile(l => l != Mark).Skip(3).TakeWhile(l => l.StartsWith('|'))
            .Select(l => string.Join(" | ", l.Trim('|').Split('|').Take(4).Select(c => c.Trim())).Trim());

        rows.ShouldBe(Instruments.All.Select(i =>
            $"`{i.Instrument.Name}` | {KindOf(i.Instrument)} | `{i.Instrument.Unit}` | {string.Join(' ', i.Labels.Select(l => $"`{l}`"))}".Trim()), ignoreOrder: true);
    }

    [Fact]
    public void Each_is_published_once_however_many_nodes_there_are()
    {
        using var one = NodeFigures.Of("twin");
        using var two = NodeFigures.Of("twin");
        var published = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == MeshTelemetry.Name)
                {
                    published.Add(instrument.Name);
                }
            },
        };

        listener.Start();

        published.ShouldBe(Instruments.All.Select(i => i.Instrument.Name), ignoreOrder: true);
        published.ShouldBeUnique();
    }

    [Fact]
    public void Two_nodes_of_one_name_are_told_apart_and_a_name_is_free_again()
    {
        using var one = NodeFigures.Of("double");
        var two = NodeFigures.Of("double");
        (one.Name, two.Name).ShouldBe(("double", "double-2"));
        using var seen = new Readings("double-2");
        two.Known = 7;
        seen["meshara.known_peers"].ShouldBe(7);

        two.Dispose();

        seen["meshara.known_peers"].ShouldBeNull();
        using var again = NodeFigures.Of("double");
        again.Name.ShouldBe("double-2");
    }

    [Fact]
    public void What_is_counted_for_a_message_makes_no_object()
    {
        var figures = new NodeFigures();
        figures.Moved(1, 1, 1, 1);
        figures.ReputationChanges.Add(ReputationCause.MessageDelivered);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            figures.Moved(1, 1, 1, 1);
            figures.ReputationChanges.Add(ReputationCause.MessageDelivered);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        figures.Sent.ShouldBe(1001);
    }

    [Fact]
    public void Every_value_of_a_counted_enum_has_a_place()
    {
        var tally = new Tally<Reason>();
        foreach (var reason in Enum.GetValues<Reason>())
        {
            tally.Add(reason, (int)reason + 1);
        }

        tally.Counted().ShouldBe(Enum.GetValues<Reason>().Select(r => (r, (long)r + 1)));
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> => "histogram",
        ObservableCounter<long> => "counter",
        ObservableUpDownCounter<long> => "up-down counter",
        ObservableGauge<double> => "gauge",
        _ => throw new ArgumentOutOfRangeException(nameof(instrument), instrument.GetType(), null),
    };
}
