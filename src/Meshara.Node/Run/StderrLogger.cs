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
            var line = $"{log.Timestamp.ToLocalTime():HH:mm:ss} {log.LogLevel().ToString()[..4].ToLowerInvariant()} {log.Message}{cause}".ReplaceLineEndings(" ");
            line = Text.Clean(line);
            Console.Error.WriteLine(line.Length > MaxLine ? line[..MaxLine] + "..." : line);
        });
    }
}
