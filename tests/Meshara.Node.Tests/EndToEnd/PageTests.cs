using System.Net;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>The page of the program; what it shows and whom it refuses is tested in <c>Meshara.Page.Tests</c>.</summary>
public sealed class PageTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task It_opens_by_the_printed_link_once_and_by_each_new_one_and_ends_with_the_node()
    {
        using var node = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0", "--page", "127.0.0.1:0");
        var link = new Uri(node.Ready["page"]!.ToString());
        (await StatusOf(link)).ShouldBe(HttpStatusCode.OK);
        (await StatusOf(link)).ShouldBe(HttpStatusCode.Forbidden);

        var (exit, output, _) = await NodeProcess.CommandAsync("page", "--data", _data["one"]);

        exit.ShouldBe(0);
        (await StatusOf(new Uri(output.Trim()))).ShouldBe(HttpStatusCode.OK);

        // A place that somebody named is not exchanged for another.
        var (second, _, error) = await NodeProcess.CommandAsync(
            "run", "--json", "--no-mdns", "--data", _data["two"], "--listen", "127.0.0.1:0", "--page", $"{link.Host}:{link.Port}");
        second.ShouldBe(1);
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("in use by another program");

        node.Terminate();
        (await node.ExitAsync()).ShouldBe(0);
        await Should.ThrowAsync<HttpRequestException>(() => StatusOf(link));
    }

    [Theory]
    [InlineData("0.0.0.0:7374")]
    [InlineData("nonsense")]
    public async Task A_place_beyond_this_machine_is_wrong_usage(string place) =>
        (await NodeProcess.CommandAsync("run", "--data", _data["none"], "--page", place)).Exit.ShouldBe(2);

    private static async Task<HttpStatusCode> StatusOf(Uri link)
    {
        using var browser = new HttpClient();
        return (await browser.GetAsync(link)).StatusCode;
    }
}
