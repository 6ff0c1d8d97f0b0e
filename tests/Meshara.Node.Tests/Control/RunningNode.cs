using Meshara.Node.Tests.EndToEnd;
using Xunit;

namespace Meshara.Node.Tests.Control;

/// <summary>One node for a class of tests.</summary>
public sealed class RunningNode : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    internal string Data => _folder["one"];

    internal NodeProcess Process { get; private set; } = null!;

    public async Task InitializeAsync() => Process = await NodeProcess.RunAsync(Data, "--listen", "127.0.0.1:0");

    public Task DisposeAsync()
    {
        Process.Dispose();
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
