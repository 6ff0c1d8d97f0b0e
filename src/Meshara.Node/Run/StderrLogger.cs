using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Meshara.Node.Output;

namespace Meshara.Node.Run;

/// <summary>Akka's log as plain, bounded lines on stderr: stdout belongs to what was asked for.</summary>
internal sealed class StderrLogger : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int MaxLine = 500;

    public StderrLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(log =>
        {
            var cause = log.Cause is null ? "" : $": {log.Cause.GetBaseException().Message}";
            var level = log.LogLevel().ToString()[..4].ToLowerInvariant();
            var line = Text.Clean($"{log.Timestamp.ToLocalTime():HH:mm:ss} {level} {log.Message}{cause}".ReplaceLineEndings(" "));
            Console.Error.WriteLine(line.Length > MaxLine ? line[..MaxLine] + "..." : line);
        });
    }
}
