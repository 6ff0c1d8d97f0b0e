using System.Collections.Immutable;
using Akka.Configuration;
using Meshara.Actors;
using Meshara.Actors.Configuration;

namespace Meshara.Node.Run;

/// <summary>The configuration of a node that runs in the foreground: read when it starts, and again when somebody asks or a file has changed.</summary>
/// <param name="files">Those that an operator named; of them the node's block is read, and <c>akka.loglevel</c>.</param>
/// <param name="read">Reads the files, and puts the options of the command line over them.</param>
internal sealed class Configured(IReadOnlyList<string> files, Func<Config> read)
{
    private volatile Effective _effective = Effective.None;
    private readonly Lock _gate = new();
    private Task _lastReload = Task.CompletedTask;
    private bool _logsDebug;

    /// <summary>The files, by their full paths.</summary>
    public ImmutableArray<string> Files { get; } = [.. files.Select(Path.GetFullPath).Distinct()];

    /// <summary>What the node runs by, and where each value is from.</summary>
    public ImmutableArray<EffectiveValue> Values => _effective.Values;

    /// <summary>For the start of the node, and the level of its actor system.</summary>
    /// <exception cref="MesharaStartException">A file cannot be read, or names no level of the log.</exception>
    public (Config Configuration, string LogLevel) Begin()
    {
        var configuration = read();
        var level = LogLevelKey.Of(configuration);
        _logsDebug = level == LogLevelKey.Debug;
        Log(level);
        _effective = new Effective(EffectiveConfiguration.Of(null, Mesh.DefaultName, configuration), level);
        return (configuration, LogLevelKey.OfSystem(level));
    }

    /// <summary>Has the node take on what has changed. Whoever asks meanwhile has it read once more after that: what was read last is what holds.</summary>
    /// <exception cref="MesharaStartException">The configuration is refused, and nothing has changed.</exception>
    public Task<MeshReload> ReloadAsync(Mesh mesh)
    {
        lock (_gate)
        {
            var reload = ReloadAfterAsync(_lastReload, mesh);
            _lastReload = reload;
            return reload;
        }
    }

    private async Task<MeshReload> ReloadAfterAsync(Task before, Mesh mesh)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        var configuration = read();
        var (held, level) = (_effective, LogLevelKey.Of(configuration));
        var reload = await mesh.ReloadAsync(configuration);

        // What needs a restart holds as it was.
        var late = reload.NeedsRestart.Select(s => s.Key).ToHashSet();
        var old = held.Values.ToDictionary(v => v.Key);
        var values = EffectiveConfiguration.Of(null, Mesh.DefaultName, configuration).Select(v => late.Contains(v.Key) ? old[v.Key] : v);
        var canLog = level != LogLevelKey.Debug || _logsDebug;
        var change = new ChangedSetting(LogLevelKey.Name, held.LogLevel, level);
        _effective = new Effective([.. values], canLog ? level : held.LogLevel);
        Log(_effective.LogLevel);
        return level == held.LogLevel ? reload
            : canLog ? reload with { Applied = reload.Applied.Insert(0, change) }
            : reload with { NeedsRestart = reload.NeedsRestart.Insert(0, change) };
    }

    private static void Log(string level) => StderrLogger.Threshold = LogLevelKey.Threshold(level);

    private sealed record Effective(ImmutableArray<EffectiveValue> Values, string LogLevel)
    {
        public static readonly Effective None = new([], LogLevelKey.Default);
    }
}
