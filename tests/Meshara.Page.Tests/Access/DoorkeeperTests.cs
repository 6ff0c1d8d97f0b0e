using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Meshara.Page.Tests.World;
using Shouldly;
using Xunit;

namespace Meshara.Page.Tests.Access;

/// <summary>What other web sites, other programs and other links can do with the page of a node that runs: nothing.</summary>
public sealed class DoorkeeperTests(DoorkeeperTests.Served served) : IClassFixture<DoorkeeperTests.Served>
{
    private readonly PageServer _page = served.Page;

    private Uri Root => new($"http://{_page.EndPoint}/");

    [Fact]
    public async Task Without_a_session_nothing_is_served_and_the_answer_says_where_to_get_one()
    {
        using var stranger = new HttpClient();
        foreach (var path in new[] { "", "peers", "page.css", "_framework/blazor.web.js", "_blazor/negotiate", "?token=", "?token=00" })
        {
            var answer = await stranger.GetAsync(new Uri(Root, path));

            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("meshara page");
        }
    }

    [Fact]
    public async Task A_link_opens_one_browser_and_no_second_one()
    {
        var link = _page.NewLink();
        using var first = Browser(out var cookies);
        (await first.GetAsync(new Uri(link))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = cookies.GetAllCookies().Single(c => c.Name.StartsWith("meshara-", StringComparison.Ordinal));
        (cookie.HttpOnly, cookie.Path).ShouldBe((true, "/"));

        using var second = Browser(out _);
        var refused = await second.GetAsync(new Uri(link));

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("used already");
        (await first.GetAsync(new Uri(link))).StatusCode.ShouldBe(HttpStatusCode.OK, "who is in is not sent away by the old link");
    }

    [Fact]
    public async Task The_cookie_is_for_this_site_alone_and_no_script_reads_it()
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

        var answer = await browser.GetAsync(new Uri(_page.NewLink()));

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe("/", "the token leaves the address bar and the history");
        answer.Headers.GetValues("Set-Cookie").Single().ShouldContain("; samesite=strict; httponly");
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:7374")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example:7374")]
    [InlineData("192.0.2.1:7374")]
    public async Task A_name_that_was_made_to_lead_here_gets_nothing_even_with_the_cookie(string host)
    {
        using var browser = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Root) { Headers = { Host = host } };

        (await browser.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Theory]
    [InlineData("localhost:9000")]
    [InlineData("[::1]:7374")]
    public async Task A_tunnel_to_the_page_may_have_another_port(string host)
    {
        using var browser = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Root) { Headers = { Host = host } };

        (await browser.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("https://{own}")]
    [InlineData(null)]
    public async Task Another_sites_request_that_could_change_something_is_refused_even_with_the_cookie(string? origin)
    {
        using var browser = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Root, "_blazor/negotiate?negotiateVersion=1"));
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin.Replace("{own}", _page.EndPoint.ToString(), StringComparison.Ordinal));
        }

        (await browser.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_pages_own_request_is_carried_out()
    {
        using var browser = await EnteredAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Root, "_blazor/negotiate?negotiateVersion=1"));
        request.Headers.Add("Origin", $"http://{_page.EndPoint}");

        (await browser.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://evil.example", true)]
    [InlineData(null, true)]
    [InlineData("http://{own}", false)]
    public async Task A_websocket_of_another_site_or_without_a_session_is_refused(string? origin, bool hasSession)
    {
        using var socket = new ClientWebSocket();
        if (hasSession)
        {
            using var browser = await EnteredAsync(socket.Options.Cookies = new CookieContainer());
        }

        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin.Replace("{own}", _page.EndPoint.ToString(), StringComparison.Ordinal));
        }

        var refusal = await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{_page.EndPoint}/_blazor"), default));

        refusal.Message.ShouldContain("403");
    }

    [Fact]
    public async Task A_browser_cannot_open_more_tabs_than_there_are_places()
    {
        var cookies = new CookieContainer();
        using var browser = await EnteredAsync(cookies);
        var sockets = new List<ClientWebSocket>();
        try
        {
            var refused = 0;
            for (var i = 0; i < 20; i++)
            {
                var socket = new ClientWebSocket();
                sockets.Add(socket);
                socket.Options.Cookies = cookies;
                socket.Options.SetRequestHeader("Origin", $"http://{_page.EndPoint}");
                refused += await CanConnectAsync(socket) ? 0 : 1;
            }

            refused.ShouldBe(4, "sixteen places, and twenty who want one");
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Without_a_websocket_there_is_no_way_around_that_bound()
    {
        using var browser = await EnteredAsync();

        (await browser.GetAsync(new Uri(Root, "_blazor?id=x"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_request_without_end_is_cut_off()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_page.EndPoint);
        var endless = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 100_000)}");
        await socket.SendAsync(endless);
        var answer = new byte[100];

        var read = await socket.ReceiveAsync(answer);

        Encoding.ASCII.GetString(answer, 0, read).ShouldStartWith("HTTP/1.1 431");
    }

    [Fact]
    public async Task Every_answer_forbids_foreign_scripts_frames_and_referrers()
    {
        using var browser = await EnteredAsync();
        using var stranger = new HttpClient();
        foreach (var answer in new[] { await browser.GetAsync(Root), await browser.GetAsync(new Uri(Root, "page.css")), await stranger.GetAsync(Root) })
        {
            var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
            policy.ShouldContain("script-src 'self';");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldHaveSingleItem().ShouldBe("nosniff");
            answer.Headers.GetValues("Referrer-Policy").ShouldHaveSingleItem().ShouldBe("no-referrer");
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    private async Task<bool> CanConnectAsync(ClientWebSocket socket)
    {
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{_page.EndPoint}/_blazor"), default);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    private static HttpClient Browser(out CookieContainer cookies)
    {
        cookies = new CookieContainer();
        return new HttpClient(new HttpClientHandler { CookieContainer = cookies });
    }

    private async Task<HttpClient> EnteredAsync(CookieContainer? cookies = null)
    {
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer() });
        (await browser.GetAsync(new Uri(_page.NewLink()))).EnsureSuccessStatusCode();
        return browser;
    }

    /// <summary>A node and its page.</summary>
    public sealed class Served : IAsyncLifetime
    {
        private readonly TestWorld _world = new();

        internal PageServer Page { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            PageAddress.TryParse("127.0.0.1:0", out var anyPort, out _).ShouldBeTrue();
            Page = await PageServer.StartAsync(await _world.StartAsync(), new PageOptions(anyPort!));
        }

        public async Task DisposeAsync()
        {
            await Page.DisposeAsync();
            await _world.DisposeAsync();
        }
    }
}
