using Meshara.Actors;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Meshara.Node.Metrics;

/// <summary>
/// The text of the metrics, collected when somebody asks, by the OpenTelemetry SDK. Who asks faster than four times a second is given the
/// same text again: a flood of scrapes costs no more than four a second.
/// </summary>
internal sealed class Scrapes : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time;
    private readonly PrometheusText _text = new();
    private readonly BaseExportingMetricReader _reader;
    private readonly MeterProvider _provider;
    private readonly Lock _lock = new();
    private long? _collectedAt;

    public Scrapes(TimeProvider time)
    {
        _time = time;
        _reader = new BaseExportingMetricReader(_text);

        // The runtime's own meter tells what the process costs: processor, memory, garbage collection.
        _provider = Sdk.CreateMeterProviderBuilder().AddMeter(MeshTelemetry.Name, "System.Runtime").AddReader(_reader).Build();
    }

    public string Take()
    {
        lock (_lock)
        {
            if (_collectedAt is not { } at || _time.GetElapsedTime(at) >= Fresh)
            {
                _reader.Collect();
                _collectedAt = _time.GetTimestamp();
            }

            return _text.Text;
        }
    }

    public void Dispose() => _provider.Dispose();
}
