using Deque.AxeCore.Commons;
using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;

namespace Meshara.Page.Tests.Browser;

/// <summary>A window that shows the page of a node, and what went wrong in it.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly PageServer _server;
    private readonly ConcurrentQueue<string> _errors = new();

    public Window(IBrowserContext context, IPage page, PageServer server)
    {
        (_context, Page, _server) = (context, page, server);
        page.SetDefaultTimeout(30_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _errors.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>What the browser had to complain of.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Comes in by a link, and waits until the page is alive.</summary>
    public async Task EnterAsync(string path = "")
    {
        await Page.AddInitScriptAsync("""
            window.shift = 0;
            new PerformanceObserver(list => { for (const e of list.getEntries()) window.shift += e.hadRecentInput ? 0 : e.value; })
                .observe({ type: 'layout-shift', buffered: true });
            """);
        await Page.GotoAsync(_server.NewLink());
        await (path.Length == 0 ? AliveAsync() : GoAsync(path));
    }

    /// <summary>Goes to one of the pages.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync($"http://{_server.EndPoint}/{path}");
        await AliveAsync();
    }

    /// <summary>Waits until the page is more than the picture that came first: its figures move once a second.</summary>
    public Task AliveAsync() => Page.WaitForFunctionAsync("() => document.querySelector('header[data-alive=yes]')");

    /// <summary>Presses the button of that name.</summary>
    public Task PressAsync(string name, bool exact = true) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = exact }).ClickAsync();

    /// <summary>Waits for that text to stand in the outcome of what was asked.</summary>
    public Task HearAsync(string text) => Page.Locator(".outcome", new() { HasText = text }).First.WaitForAsync();

    /// <summary>How much of the page has moved about by itself since it was opened (Cumulative Layout Shift; under 0.1 is good).</summary>
    public Task<double> ShiftAsync() => Page.EvaluateAsync<double>("() => window.shift");

    /// <summary>Labels, contrast, roles: the rules of axe-core, or that of contrast alone, which takes a fraction of the time.</summary>
    public async Task<IEnumerable<string>> ComplaintsAsync(bool coloursOnly)
    {
        // Colours that are on their way to others have no contrast of their own.
        await Page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished))");
        var result = await Page.RunAxe(coloursOnly ? Colours : null);
        return result.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}");
    }

    /// <summary>Keeps a picture of the window, to be looked at.</summary>
    public Task ShootAsync(string name, bool whole = false) => Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = whole });

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private static AxeRunOptions Colours => new() { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } };

    private static string Pictures { get; } = Path.Combine(Root(new DirectoryInfo(AppContext.BaseDirectory)), "artifacts", "page");

    private static string Root(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Meshara.Actors.sln")) ? folder.FullName : Root(folder.Parent.ShouldNotBeNull());
}
