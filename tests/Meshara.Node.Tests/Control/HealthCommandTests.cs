using System.Net.Sockets;
using System.Text;
using Meshara.Node.Commands;
using Meshara.Node.Control;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Control;

/// <summary>The exit code of <c>meshara health</c> and of <c>netcheck</c> is what a supervisor of services goes by.</summary>
public sealed class HealthCommandTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("""{"schema":1,"level":"healthy","findings":[]}""", 0)]
    [InlineData("""{"schema":1,"level":"degraded","findings":[{"name":"no-peers","level":"degraded","cause":"Nobody.","remedy":"Wait."}]}""", 1)]
    [InlineData("""{"schema":1,"level":"failing","findings":[]}""", 2)]
    [InlineData("""{"schema":1,"error":{"reason":"no-answer","message":"It hangs."}}""", 2)]
    [InlineData("""{"schema":1,"level":"degraded","verdict":"Nobody knows.","findings":[]}""", 1, "netcheck")]
    [InlineData("""{"schema":1,"level":"failing","verdict":"No.","findings":[{"name":"clock","level":"healthy","cause":"Well.","remedy":null}]}""", 2, "netcheck")]
    [InlineData("""{"schema":1,"error":{"reason":"no-answer","message":"It hangs."}}""", 2, "netcheck")]
    public async Task The_exit_code_is_the_level(string answer, int exit, string command = "health")
    {
        Directory.CreateDirectory(_data["one"]);
        using var path = new ControlSocket(_data["one"]);
        using var node = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        node.Bind(path.EndPoint);
        node.Listen();
        var serving = AnswerAsync(node, answer);

        (await CommandLine.RunAsync([command, "--data", _data["one"]])).ShouldBe(exit);

        (await serving).ShouldContain($"\"command\":\"{command}\"");
    }

    [Theory]
    [InlineData("health")]
    [InlineData("netcheck")]
    public async Task Without_a_node_it_is_three(string command) => (await CommandLine.RunAsync([command, "--data", _data["none"]])).ShouldBe(3);

    private static async Task<string> AnswerAsync(Socket node, string answer)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var call = new NetworkStream(await node.AcceptAsync(patience.Token), ownsSocket: true);
        var buffer = new byte[4096];
        var length = await call.ReadAsync(buffer, patience.Token);
        await call.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"), patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
