using System.Collections.Immutable;
using System.Globalization;
using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Page.Tests.World;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Meshara.Page.Tests.Browser;

/// <summary>The page as an operator has it: in a real browser, with real mice and keys, on a node that is real but for its wire.</summary>
public sealed class BrowserTests(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>, IAsyncLifetime
{
    private static readonly string[] Tabs = ["", "peers", "known", "bans", "events", "discovery", "health", "config"];

    private readonly TestWorld _world = new();
    private Mesh _mesh = null!;
    private PageServer _server = null!;

    public async Task InitializeAsync()
    {
        PageAddress.TryParse("127.0.0.1:0", out var anyPort, out _).ShouldBeTrue();
        _mesh = await _world.StartAsync();
        _server = await PageServer.StartAsync(_mesh, new PageOptions(anyPort!) { Configuration = () => Settings });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _world.DisposeAsync();
    }

    [SkippableFact]
    public async Task Each_button_does_its_work_and_the_browser_has_nothing_to_complain_of()
    {
        await using var window = await chromium.OpenAsync(_server);
        var page = window.Page;
        var other = await _world.StartAsync("10.0.0.2");
        var known = await _world.JoinAsync(_mesh, "20.1.0.1");
        await window.EnterAsync("peers");

        // Adding: each outcome in the sentence of its reason.
        await AddAsync("nonsense");
        await window.HearAsync("is no HOST:PORT");
        await AddAsync("10.0.0.99:7373");
        await window.HearAsync("refused: Nobody listens at the address");
        var there = await other.ReadyAsync();
        await AddAsync(new InviteTicket("meshara", there.Id, there.Listen, DateTimeOffset.UnixEpoch).ToString());
        await window.HearAsync("The ticket expired");
        await AddAsync(new InviteTicket("elsewhere", there.Id, there.Listen, DateTimeOffset.FromUnixTimeSeconds(10_000_000_000)).ToString());
        await window.HearAsync("wrong-network");
        await AddAsync("10.0.0.2:7373");
        await window.HearAsync("is connected, and is kept connected");
        await AddAsync(new InviteTicket("meshara", there.Id, there.Listen, DateTimeOffset.FromUnixTimeSeconds(10_000_000_000)).ToString());
        await window.HearAsync("was connected already");
        (await _mesh.ListPeersAsync()).Length.ShouldBe(2);

        // Filter and sort.
        await page.GetByLabel("Filter").FillAsync("20.1.0");
        await Expect(page.Locator("tbody tr"), 1);
        await page.GetByLabel("Filter").FillAsync("");
        await window.PressAsync("Address", exact: false);
        await page.Locator("th[aria-sort=ascending]", new() { HasText = "Address" }).WaitForAsync();
        (await page.Locator("tbody tr").First.InnerTextAsync()).ShouldContain("10.0.0.2");
        await window.PressAsync("Address", exact: false);
        await page.Locator("th[aria-sort=descending]").WaitForAsync();
        (await page.Locator("tbody tr").First.InnerTextAsync()).ShouldContain("20.1.0.1");

        // The card: ping, a ban that is thought better of, a ban, its end, a removal.
        var id = (await other.ReadyAsync()).Id;
        await window.PressAsync(id.ToShortString());
        var card = page.GetByRole(AriaRole.Dialog);
        await card.GetByText("connected since").First.WaitForAsync();
        await window.PressAsync("Ping");
        await window.HearAsync("It answered after");
        await window.PressAsync("Ban …");
        await page.Locator(".question + button.danger:focus").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ban …" }).WaitForAsync();
        await window.PressAsync("Ban …");
        await window.PressAsync("Ban");
        await window.HearAsync("It is banned until");
        (await _mesh.BansAsync()).ShouldHaveSingleItem().PeerId.ShouldBe(id);
        await window.PressAsync("Unban …");
        await window.PressAsync("Unban");
        await window.HearAsync("It is no longer banned");
        await window.PressAsync("Remove …");
        await window.PressAsync("Remove");
        await window.HearAsync("It is removed");
        (await _mesh.GetPeerAsync(id)).RemovedUntil.ShouldNotBeNull();
        await window.PressAsync("Close the card");
        await card.WaitForAsync(new() { State = WaitForSelectorState.Detached });

        // A range is banned, and let in again.
        await page.GetByRole(AriaRole.Link, new() { Name = "Bans" }).ClickAsync();
        await page.GetByLabel("Ban a peer or a range").FillAsync("20.1.0.0/16");
        await page.GetByLabel("For how long").SelectOptionAsync("86400");
        await page.GetByLabel("Why").FillAsync("scanners");
        await window.PressAsync("Ban …");
        await window.PressAsync("Ban");
        await window.HearAsync("20.1.0.0/16 is banned until");
        (await _mesh.BansAsync()).ShouldHaveSingleItem().Note.ShouldBe("scanners");
        await page.Locator("#connected", new() { HasText = "0" }).WaitForAsync();
        await window.PressAsync("Unban 20.1.0.0/16");
        await window.PressAsync("Unban");
        await window.HearAsync("20.1.0.0/16 is no longer banned");
        await page.GetByText("Nobody is banned.").WaitForAsync();

        // Events by reason.
        await page.GetByRole(AriaRole.Link, new() { Name = "Events" }).ClickAsync();
        await page.Locator("#reason").SelectOptionAsync("removed-by-operator");
        await page.Locator("tr.event", new() { HasText = "peer-removed" }).WaitForAsync();
        (await page.Locator("tr.event", new() { HasText = "banned" }).CountAsync()).ShouldBe(0);
        await page.Locator("#reason").SelectOptionAsync("");
        await page.Locator("#kind").SelectOptionAsync("peer-banned");
        await Expect(page.Locator("tr.event", new() { HasText = "peer-unbanned" }), 0);
        await page.Locator("tr.event", new() { HasText = "20.1.0.0/16" }).WaitForAsync();

        // The health: each check, and for what is wrong why and what to do.
        await page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = "Health" }).ClickAsync();
        await Expect(page.Locator("table.checks tbody tr"), Health.Checks.Count);
        await page.Locator("header .state.good", new() { HasText = "Healthy" }).WaitForAsync();
        _world.EndLan();
        var mdns = page.Locator("table.checks tr", new() { HasText = Health.MdnsDown });
        await mdns.GetByText("its actor has ended").WaitForAsync();
        await mdns.GetByText("then restart the node").WaitForAsync();
        await page.Locator("header .state.low", new() { HasText = "Degraded" }).WaitForAsync();

        // The rest.
        await page.GetByRole(AriaRole.Link, new() { Name = "Known" }).ClickAsync();
        await page.Locator("table.known tr", new() { HasText = known.Id.ToShortString() }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Config" }).ClickAsync();
        await page.GetByLabel("Only what somebody set").CheckAsync();
        await Expect(page.Locator("tbody tr"), 2);
        (await page.Locator("tbody").InnerTextAsync()).ShouldContain("node.conf:12");
        (await page.Locator("tbody").InnerTextAsync()).ShouldNotContain("hunter2");
        window.Errors.ShouldBeEmpty();

        async Task AddAsync(string target)
        {
            await page.GetByLabel("Add a peer").FillAsync(target);
            await window.PressAsync("Add");
        }
    }

    [SkippableFact]
    public async Task A_change_is_on_the_page_before_it_is_missed()
    {
        const int Changes = 7;
        await _world.CrowdAsync(_mesh, 30);
        await using var window = await chromium.OpenAsync(_server);
        await window.EnterAsync();
        await window.Page.EvaluateAsync("""
            () => {
                window.seen = {};
                new MutationObserver(() => window.seen[document.getElementById('connected').textContent] ??= performance.timeOrigin + performance.now())
                    .observe(document.body, { subtree: true, childList: true, characterData: true });
            }
            """);
        var delays = new List<double>();
        for (var i = 1; i <= Changes; i++)
        {
            var peer = await _world.JoinAsync(_mesh, $"30.{i}.0.1");
            await window.Page.WaitForFunctionAsync($"() => window.seen['{30 + i}']");
            var happened = (await _mesh.RecentEventsAsync()).Last(e => e.Kind == MeshEventKind.PeerConnected && e.PeerId == peer.Id).At.ToUnixTimeMilliseconds();
            delays.Add(await window.Page.EvaluateAsync<double>($"() => window.seen['{30 + i}']") - happened);
        }

        var median = delays.Order().ElementAt(Changes / 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"from the event to the page: median {median:0} ms, all {string.Join(", ", delays.Select(d => $"{d:0}"))} ms"));
        median.ShouldBeLessThan(1000, "it is 250 ms on a machine that has nothing else to do");
    }

    [SkippableFact]
    public async Task Five_hundred_peers_are_there_at_once_and_nothing_jumps()
    {
        await _world.CrowdAsync(_mesh, 500);
        await using var window = await chromium.OpenAsync(_server);
        await window.EnterAsync();
        await window.GoAsync("peers");
        await window.GoAsync("");

        (await window.Page.Locator("g.dot").CountAsync()).ShouldBe(500);
        var paint = await window.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime");
        var shift = await window.ShiftAsync();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first paint with 500 peers: {paint:0} ms; layout shift {shift:0.000}"));
        await window.ShootAsync("mesh-500");
        paint.ShouldBeLessThan(5000, "it is a second on a machine that has nothing else to do");
        shift.ShouldBeLessThan(0.1);

        await window.GoAsync("peers");
        await Expect(window.Page.Locator("tbody tr"), 50);
        await window.PressAsync("Next");
        await window.Page.GetByText("51 to 100 of 500").WaitForAsync();
        await window.PressAsync("Previous");
        await window.Page.GetByText("1 to 50 of 500").WaitForAsync();
        await window.ShootAsync("peers-500");
        window.Errors.ShouldBeEmpty();
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light, 1280, "light")]
    [InlineData(ColorScheme.Dark, 1280, "dark")]
    [InlineData(ColorScheme.Light, 390, "phone")]
    public async Task Everything_has_its_label_and_enough_contrast_and_fits(ColorScheme scheme, int width, string name)
    {
        var peers = await _world.PopulateAsync(_mesh);
        await using var window = await chromium.OpenAsync(_server, new BrowserNewContextOptions
        {
            // What moves is drawn anew all the time, which is most of what a browser without a graphics card does; here only looks count.
            ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = width < 700 ? 844 : 900 }, ReducedMotion = ReducedMotion.Reduce,
        });
        await window.EnterAsync();
        await _world.StirAsync(_mesh, peers);
        await window.Page.Locator(".link.w3, .link.w4, .link.w5").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        foreach (var tab in Tabs)
        {
            if (tab.Length > 0)
            {
                await window.GoAsync(tab);
            }

            // In the dark only the colours differ, and on a phone not even these.
            if (width > 700 || tab.Length == 0)
            {
                (await window.ComplaintsAsync(coloursOnly: scheme == ColorScheme.Dark)).ShouldBeEmpty($"{tab} {name}");
            }

            (await window.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue($"{tab} is wider than the window");
            await window.ShootAsync($"{(tab.Length == 0 ? "mesh" : tab)}-{name}");
        }

        // With the keyboard alone to a peer's card, and away.
        await window.GoAsync("");
        await window.Page.Locator($"g.dot[aria-label^='Peer {peers[0].Id.ToShortString()}']").FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.Locator(".card .history li").First.WaitForAsync();
        (await window.ComplaintsAsync(coloursOnly: scheme == ColorScheme.Dark)).ShouldBeEmpty($"card {name}");
        await window.ShootAsync($"card-{name}");
        await window.Page.Keyboard.PressAsync("Escape");
        await window.Page.Locator(".card").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        window.Errors.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task What_comes_moves_the_others_aside_and_holds_still_for_who_wants_that()
    {
        await _world.CrowdAsync(_mesh, 6);
        foreach (var motion in new[] { ReducedMotion.NoPreference, ReducedMotion.Reduce })
        {
            await using var window = await chromium.OpenAsync(_server, new BrowserNewContextOptions { ReducedMotion = motion });
            await window.EnterAsync();
            await window.Page.EvaluateAsync("""
                () => {
                    window.moves = 0;
                    document.addEventListener('transitionrun', e => window.moves += e.target.classList.contains('dot') ? 1 : 0);
                }
                """);
            var before = await window.Page.Locator("g.dot").CountAsync();
            await _world.JoinAsync(_mesh, $"31.{(int)motion}.0.1");
            await Expect(window.Page.Locator("g.dot"), before + 1);
            await window.Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            var moves = await window.Page.EvaluateAsync<int>("() => window.moves");
            (moves > 0).ShouldBe(motion == ReducedMotion.NoPreference, $"{moves} moved with {motion}");
        }
    }

    private static async Task Expect(ILocator locator, int count)
    {
        await Populace.UntilAsync(async () => await locator.CountAsync() == count);
    }

    private static ImmutableArray<Meshara.Actors.Configuration.EffectiveValue> Settings => Meshara.Actors.Configuration.EffectiveConfiguration.Of(
        null, Mesh.DefaultName, Meshara.Actors.Configuration.HoconFile.Parse(
            new string('\n', 11) + "meshara.heartbeat.interval = 20s\nmeshara.store.connection-string = \"Host=db;Password=hunter2\"\n", "node.conf"));
}
