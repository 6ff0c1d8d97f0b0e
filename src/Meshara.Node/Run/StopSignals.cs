using System.Runtime.InteropServices;

namespace Meshara.Node.Run;

/// <summary>Ctrl+C and SIGTERM as a token: the first asks for a clean end; a second is left to the system, which ends the process.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <param name="listen">False leaves the signals to the system from the first on.</param>
    public StopSignals(bool listen)
    {
        if (listen)
        {
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        }
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>As a signal would.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>The token stays usable: a signal, or whoever calls <see cref="Stop()"/>, may come late.</summary>
    public void Dispose() => _signals.ForEach(s => s.Dispose());

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
