using System.Diagnostics;
using System.Threading.Channels;

namespace Meshara.Node.Tests.Lan;

/// <summary>
/// A process that runs until it is disposed of. Disposing asks it to end (SIGTERM), so that it can say goodbye.
/// </summary>
internal sealed class LanProcess : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _seen = [];
    private readonly Task _reading;
    private bool _disposed;

    public LanProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    public int Id => _process.Id;

    /// <summary>The next line of its output or its errors for which that holds; those before it are skipped.</summary>
    /// <exception cref="TimeoutException">It did not say it in time.</exception>
    /// <exception cref="EndOfStreamException">It ended without saying it.</exception>
    public async Task<string> NextAsync(Func<string, bool> wanted, TimeSpan? patience = null)
    {
        using var waiting = new CancellationTokenSource(patience ?? Lan.Patience);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(waiting.Token))
            {
                _seen.Add(line);
                if (wanted(line))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not say it in time. It said:\n{string.Join('\n', _seen)}");
        }

        throw new EndOfStreamException($"{Name} ended without saying it. It said:\n{string.Join('\n', _seen)}");
    }

    /// <summary>As <c>kill -9</c>: it says no goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await term.WaitForExitAsync();
            using var grace = new CancellationTokenSource(Grace);
            await _process.WaitForExitAsync(grace.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    private string Name => $"'{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}'";

    private async Task ReadAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        _lines.Writer.TryComplete();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
