using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Control;

public sealed class HostileInputTests(RunningNode node) : IClassFixture<RunningNode>
{
    private const string Status = """{"command":"status"}""";

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("status")]
    [InlineData("""{"command":"status"} {"command":"status"}""")]
    [InlineData("""{"command":"status","command":"peers"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"command":"frobnicate"}""")]
    [InlineData("""{"command":7}""")]
    [InlineData("""{"command":["status"]}""")]
    [InlineData("""{"command":"\ud800"}""")]
    [InlineData("""{"command":"events","follow":"yes"}""")]
    [InlineData("""{"command":"peer-add"}""")]
    [InlineData("""{"command":"peer-add","target":"nonsense"}""")]
    [InlineData("""{"command":"peer-add","target":{"host":"127.0.0.1"}}""")]
    [InlineData("""{"command":"peer-show"}""")]
    [InlineData("""{"command":"peer-show","id":"no hex at all"}""")]
    [InlineData("""{"command":"peer-remove","id":12345678}""")]
    [InlineData("""{"command":"ping","id":""}""")]
    [InlineData("""{"command":"send","id":"aaaaaaaa"}""")]
    [InlineData("""{"command":"send","id":"aaaaaaaa","channel":"0123456789012345678901234567890123456789012345678901234567890123456789","text":""}""")]
    public async Task What_is_no_request_is_answered_with_wrong_usage(string request)
    {
        Reason(await ControlLine.AskAsync(node.Data, request)).ShouldBe("usage");

        await ItServes();
    }

    [Fact]
    public async Task A_nest_of_JSON_is_wrong_usage()
    {
        var nest = $$"""{"command":{{new string('[', 200_000)}}{{new string(']', 200_000)}}}""";

        Reason(await ControlLine.AskAsync(node.Data, nest)).ShouldBe("usage");

        await ItServes();
    }

    [Fact]
    public async Task Random_bytes_are_wrong_usage()
    {
        var random = new Random(17);
        for (var i = 0; i < 50; i++)
        {
            var bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            using var line = await ControlLine.ConnectAsync(node.Data);
            try
            {
                await line.SendAsync(bytes);
                line.EndSending();
            }
            catch (SocketException)
            {
                // A line ended in the midst of it and was answered already.
            }

            Reason(JsonNode.Parse(await line.ReadToEndAsync())!.AsObject()).ShouldBe("usage");
        }

        await ItServes();
    }

    [Fact]
    public async Task A_line_without_end_is_cut_at_its_bound()
    {
        using var line = await ControlLine.ConnectAsync(node.Data);
        var chunk = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
        var sent = 0;

        await Should.ThrowAsync<SocketException>(async () =>
        {
            for (; sent < 1024; sent++)
            {
                await line.SendAsync(chunk);
            }
        });

        // A bound of 1 MiB, and what the buffers of the system hold.
        (sent * chunk.Length).ShouldBeLessThan(2 * 1024 * 1024);
        Reason(JsonNode.Parse(await line.ReadToEndAsync())!.AsObject()).ShouldBe("usage");
        await ItServes();
    }

    [Fact]
    public async Task A_request_whose_sender_dies_in_the_middle_of_it_or_before_the_answer_is_forgotten()
    {
        for (var length = 1; length <= Status.Length; length++)
        {
            using var line = await ControlLine.ConnectAsync(node.Data);
            await line.SendAsync(length == Status.Length ? Status + "\n" : Status[..length]);
        }

        await ItServes();
    }

    [Fact]
    public async Task A_request_may_end_with_the_sending_instead_of_a_line_break()
    {
        using var line = await ControlLine.ConnectAsync(node.Data);
        await line.SendAsync(Status);
        line.EndSending();

        (await line.ReadToEndAsync()).ShouldContain(node.Process.Id);
    }

    private static string Reason(JsonObject answer)
    {
        answer["schema"]!.GetValue<int>().ShouldBe(1);
        answer["error"]!["message"]!.GetValue<string>().ShouldNotBeEmpty();
        return answer["error"]!["reason"]!.GetValue<string>();
    }

    private async Task ItServes()
    {
        (await ControlLine.AskAsync(node.Data, Status))["nodeId"]!.ToString().ShouldBe(node.Process.Id);
        node.Process.Errors.ShouldBeEmpty();
    }
}
