using System.Diagnostics.Metrics;
using Meshara.Actors.Telemetry;

namespace Meshara.Actors.Tests.Telemetry;

/// <summary>What a collector of metrics sees of one node: the latest of what is observed, and of durations how many there were.</summary>
internal sealed class Readings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly string _node;
    private readonly Lock _lock = new();
    private Dictionary<string, double> _observed = [];
    private readonly Dictionary<string, List<double>> _recorded = [];

    public Readings(string node)
    {
        _node = node;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeshTelemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Every label that was seen, and its values.</summary>
    public HashSet<(string Instrument, string Label, string Value)> Labels { get; } = [];

    /// <summary>The value of a series, written <c>name value value</c> with the values of its labels in order; null if there is none.</summary>
    public double? this[string series] => Observe().TryGetValue(series, out var value) ? value : null;

    /// <summary>The durations of a series, in seconds.</summary>
    public IReadOnlyList<double> Durations(string series)
    {
        lock (_lock)
        {
            return _recorded.TryGetValue(series, out var all) ? [.. all] : [];
        }
    }

    public IReadOnlyDictionary<string, double> Observe()
    {
        lock (_lock)
        {
            _observed = [];
        }

        _listener.RecordObservableInstruments();
        lock (_lock)
        {
            return _observed;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        if (!all.Contains(KeyValuePair.Create(Meshara.Actors.Telemetry.Labels.Node, (object?)_node)))
        {
            return;
        }

        var labels = all.Where(t => t.Key != Meshara.Actors.Telemetry.Labels.Node).ToList();
        var series = string.Join(' ', labels.Select(t => $"{t.Value}").Prepend(instrument.Name));
        lock (_lock)
        {
            Labels.UnionWith(labels.Select(t => (instrument.Name, t.Key, $"{t.Value}")));
            if (instrument.IsObservable)
            {
                _observed.Add(series, value);
            }
            else
            {
                (_recorded.TryGetValue(series, out var list) ? list : _recorded[series] = []).Add(value);
            }
        }
    }
}
