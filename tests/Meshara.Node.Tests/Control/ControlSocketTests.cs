using System.Text;
using System.Text.Json.Nodes;
using Meshara.Node.Tests.EndToEnd;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Control;

/// <summary>The control socket of a running node, and what clients that mean no good get from it.</summary>
public sealed class ControlSocketTests(ControlSocketTests.RunningNode one) : IClassFixture<ControlSocketTests.RunningNode>
{
    private string Folder => one.Folder;

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("{\"command\":7}")]
    [InlineData("{\"command\":\"frobnicate\"}")]
    [InlineData("{\"command\":\"status\",\"command\":\"peers\"}")]
    [InlineData("{\"command\":\"ping\"}")]
    [InlineData("{\"command\":\"ping\",\"id\":{}}")]
    [InlineData("{\"command\":\"ping\",\"id\":\"not hex at all\"}")]
    [InlineData("{\"command\":\"peer-add\",\"target\":\"nowhere\"}")]
    [InlineData("{\"command\":\"send\",\"id\":\"abcdef\",\"channel\":null}")]
    [InlineData("{\"command\":\"events\",\"follow\":")]
    public async Task What_is_no_request_is_answered_with_an_error(string line)
    {
        using var client = new RawClient(Folder);

        await client.SayAsync(line + "\n");

        (await client.HearErrorAsync()).ShouldBeOneOf("usage", "unknown-peer");
        await ServesAsync();
    }

    [Fact]
    public async Task Random_bytes_and_endless_nesting_are_no_request_either()
    {
        var random = new Random(1);
        foreach (var length in new[] { 1, 100, 100_000 })
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            bytes[^1] = (byte)'\n';
            using var client = new RawClient(Folder);
            await client.SayAsync(bytes);
            await client.HearAllAsync();
        }

        using var nested = new RawClient(Folder);
        await nested.SayAsync(new string('[', 500_000) + "\n");
        (await nested.HearErrorAsync()).ShouldBe("usage");
        await ServesAsync();
    }

    [Fact]
    public async Task A_line_without_end_is_cut_off_at_its_bound()
    {
        using var client = new RawClient(Folder);
        var megabytes = 0;
        try
        {
            for (; megabytes < 64; megabytes++)
            {
                await client.SayAsync(new byte[1024 * 1024]);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The node has closed the connection.
        }

        megabytes.ShouldBeLessThan(8);
        await ServesAsync();
    }

    [Fact]
    public async Task Clients_that_say_nothing_keep_nobody_out()
    {
        var silent = Enumerable.Range(0, 63).Select(_ => new RawClient(Folder)).ToList();

        await ServesAsync();

        silent.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Followers_that_are_gone_leave_their_places_though_nothing_happens()
    {
        for (var i = 0; i < 100; i++)
        {
            using var follower = new RawClient(Folder);
            await follower.SayAsync("{\"command\":\"events\",\"follow\":true}\n");
        }

        await ServesAsync();
    }

    [Fact]
    public async Task Fifty_clients_at_once_are_all_answered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var client = new RawClient(Folder);
            await client.SayAsync("{\"command\":\"status\"}\n");
            return JsonNode.Parse(await client.HearAllAsync())!["nodeId"]!.ToString();
        }));

        answers.ShouldAllBe(id => id == one.Node.Id);
    }

    [Fact]
    public async Task Nobody_else_may_use_the_socket()
    {
        Requires.Linux();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(Folder, "control.sock")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await ServesAsync();
    }

    [Fact]
    public async Task The_socket_of_a_killed_node_is_no_node_and_hinders_no_new_one()
    {
        var folder = one.Data["killed"];
        using (var node = await NodeProcess.RunAsync(folder, "--listen", "127.0.0.1:0"))
        {
            node.Kill();
        }

        (await NodeProcess.CommandAsync("status", "--data", folder)).Exit.ShouldBe(3);
        using var again = await NodeProcess.RunAsync(folder, "--listen", "127.0.0.1:0");
        (await NodeProcess.CommandAsync("status", "--data", folder)).Exit.ShouldBe(0);
    }

    [Fact]
    public async Task A_folder_whose_path_is_too_long_for_a_socket_is_served_all_the_same()
    {
        var folder = Path.Combine(one.Data["deep"], new string('d', 100), new string('é', 50));
        using var node = await NodeProcess.RunAsync(folder, "--listen", "127.0.0.1:0");

        var (exit, output, _) = await NodeProcess.CommandAsync("status", "--json", "--data", folder);

        exit.ShouldBe(0);
        JsonNode.Parse(output)!["nodeId"]!.ToString().ShouldBe(node.Id);
    }

    private async Task ServesAsync()
    {
        using var client = new RawClient(Folder);
        await client.SayAsync(Encoding.UTF8.GetBytes("{\"command\":\"status\"}\n"));
        JsonNode.Parse(await client.HearAllAsync())!["nodeId"]!.ToString().ShouldBe(one.Node.Id);
    }

    /// <summary>One node for all the tests: that is what they prove.</summary>
    public sealed class RunningNode : IAsyncLifetime
    {
        internal TempFolder Data { get; } = new();

        internal NodeProcess Node { get; private set; } = null!;

        internal string Folder => Data["one"];

        public async Task InitializeAsync() => Node = await NodeProcess.RunAsync(Folder, "--listen", "127.0.0.1:0");

        public Task DisposeAsync()
        {
            Node.Dispose();
            Data.Dispose();
            return Task.CompletedTask;
        }
    }
}
