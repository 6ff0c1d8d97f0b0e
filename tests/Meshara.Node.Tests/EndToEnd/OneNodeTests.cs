using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

public sealed class OneNodeTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_signal_stops_it_cleanly()
    {
        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);

        node.Terminate();

        await node.NextAsync("stopped");
        (await node.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_run_on_one_data_folder_names_the_pid_of_the_first()
    {
        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);

        var (exit, _, error) = await NodeProcess.CommandAsync("run", "--page", "off", "--data", _data["one"], "--listen", AnyPort);

        exit.ShouldBe(1);
        error.ShouldContain($"pid {node.Ready["pid"]}");
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);

        var (exit, _, error) = await NodeProcess.CommandAsync("run", "--page", "off", "--data", _data["two"], "--listen", node.Address);

        exit.ShouldBe(1);
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("in use");
    }

    [Theory]
    [InlineData("identity.pem")]
    [InlineData("peers.db")]
    public async Task A_damaged_file_is_one_clear_line_and_is_left_as_it_is(string name)
    {
        using (var node = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort))
        {
            node.Terminate();
            (await node.ExitAsync()).ShouldBe(0);
        }

        var file = Path.Combine(_data["one"], name);
        var damaged = new string('x', 3000);
        await File.WriteAllTextAsync(file, damaged);

        var (exit, _, error) = await NodeProcess.CommandAsync("run", "--page", "off", "--data", _data["one"], "--listen", AnyPort);

        exit.ShouldBe(1);
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(name);
        (await File.ReadAllTextAsync(file)).ShouldBe(damaged);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_one_clear_line()
    {
        await File.WriteAllTextAsync(_data["file"], "");

        var (exit, _, error) = await NodeProcess.CommandAsync("run", "--page", "off", "--data", _data["file"], "--listen", AnyPort);

        exit.ShouldBe(1);
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(_data["file"]);
    }

    [Fact]
    public async Task Without_a_node_a_command_says_so_and_exits_with_3() =>
        (await NodeProcess.CommandAsync("peers", "--data", _data["none"])).Exit.ShouldBe(3);

    [Fact]
    public async Task Without_an_identity_id_creates_none_and_says_how_to_make_one()
    {
        var (exit, _, error) = await NodeProcess.CommandAsync("id", "--data", _data["none"]);

        exit.ShouldBe(1);
        error.ShouldContain("meshara run");
        Directory.Exists(_data["none"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("peer", "add", "nonsense")]
    [InlineData("run", "--peer", "nonsense")]
    [InlineData("frobnicate")]
    public async Task Wrong_usage_exits_with_2(params string[] arguments) =>
        (await NodeProcess.CommandAsync(arguments)).Exit.ShouldBe(2);

    [Fact]
    public async Task Random_bytes_and_plain_HTTP_end_with_a_reason_and_nothing_else_changes()
    {
        using var one = await NodeProcess.RunAsync(_data["one"], "--listen", AnyPort);
        foreach (var bytes in new[] { "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), [.. Enumerable.Range(0, 512).Select(i => (byte)(i * 37))] })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPEndPoint.Parse(one.Address));
            await socket.SendAsync(bytes);
            (await one.NextAsync("peer-rejected"))["reason"]!.ToString().ShouldBe("protocol-error");
        }

        using var two = await NodeProcess.RunAsync(_data["two"], "--listen", AnyPort, "--peer", one.Address);
        await two.NextAsync("peer-connected");
    }
}
