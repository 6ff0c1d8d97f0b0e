using System.Runtime.InteropServices;
using Meshara.Actors;
using Meshara.Node.Output;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Primitives;

namespace Meshara.Node.Run;

/// <summary>Has the configuration read anew when one of its files has changed, or at SIGHUP; what came of it is told on stderr.</summary>
internal sealed class ReloadTriggers : IDisposable
{
    private readonly Func<Task<MeshReload>> _reload;
    private readonly List<IDisposable> _held = [];
    private readonly bool _hadTerminal = HasTerminal();

    /// <param name="hangUp">Called when SIGHUP says that the terminal has gone.</param>
    public ReloadTriggers(IEnumerable<string> files, Func<Task<MeshReload>> reload, Action hangUp)
    {
        _reload = reload;
        foreach (var file in files)
        {
            // Polled, which takes some seconds: links whose target changes, as a mounted configuration of Kubernetes has them, are told by nothing else.
            var folder = new PhysicalFileProvider(Path.GetDirectoryName(file)!, ExclusionFilters.None) { UsePollingFileWatcher = true, UseActivePolling = true };
            _held.Add(ChangeToken.OnChange(() => folder.Watch(Path.GetFileName(file)), () => Reload($"{file} has changed")));
            _held.Add(folder);
        }

        if (!OperatingSystem.IsWindows())
        {
            _held.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                if (_hadTerminal && !HasTerminal())
                {
                    hangUp();
                }
                else
                {
                    Reload("SIGHUP");
                }
            }));
        }
    }

    public void Dispose() => _held.ForEach(h => h.Dispose());

    /// <summary>A process whose terminal has gone can no longer open it by this name.</summary>
    private static bool HasTerminal()
    {
        try
        {
            using var terminal = OperatingSystem.IsWindows() ? null : File.OpenHandle("/dev/tty");
            return terminal is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Reload(string why) => _ = ReloadAsync(why);

    private async Task ReloadAsync(string why)
    {
        try
        {
            StderrLogger.Write("info", $"{why}: {string.Join("; ", ReloadText.Lines(await _reload()))}");
        }
        catch (MesharaStartException e)
        {
            StderrLogger.Write("warn", $"{why}, and is refused; the node goes on as before: {e.Message}");
        }
        catch (Akka.Actor.AskTimeoutException)
        {
            StderrLogger.Write("warn", $"{why}, but the node did not take it on in time");
        }
    }
}
