using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Meshara.Node.Output;

namespace Meshara.Node.Run;

/// <summary>Akka's log as plain, bounded lines on stderr: stdout belongs to what was asked for.</summary>
internal sealed class StderrLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int MaxLine = 500;

    private static volatile int _threshold = (int)LogLevel.WarningLevel;

    /// <summary>Of the least that is logged; null: nothing. There is one stderr, and so there is one of these.</summary>
    public static LogLevel? Threshold { set => _threshold = value is { } level ? (int)level : int.MaxValue; }

    public StderrLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(log => (int)log.LogLevel() < _threshold, _ => { });
        Receive<LogEvent>(log =>
        {
            var cause = log.Cause is null ? "" : $": {log.Cause.GetBaseException().Message}";
            Write(log.LogLevel().ToString()[..4].ToLowerInvariant(), $"{log.Message}{cause}", log.Timestamp);
        });
    }

    /// <summary>One line of the log; <paramref name="at"/> null: now.</summary>
    public static void Write(string level, string message, DateTime? at = null)
    {
        var time = at?.ToLocalTime() ?? TimeProvider.System.GetLocalNow().DateTime;
        var line = Text.Clean($"{time:HH:mm:ss} {level} {message}".ReplaceLineEndings(" "));
        Console.Error.WriteLine(line.Length > MaxLine ? line[..MaxLine] + "..." : line);
    }
}
