using Microsoft.Playwright;
using Xunit;

namespace Meshara.Page.Tests.Browser;

/// <summary>
/// One real browser for all tests that need one: Debian's, so that none is downloaded, and the build of it that has no window, where
/// it is installed: it does the same with half the processor time.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] WithoutSandbox = ["--no-sandbox"];

    private IPlaywright? _driver;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>A window of its own, whose errors are noted.</summary>
    internal async Task<Window> OpenAsync(PageServer server, BrowserNewContextOptions? options = null)
    {
        var program = Requires.Command("chromium-headless-shell", "chromium");
        _driver ??= await Playwright.CreateAsync();
        _browser ??= await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program, Args = Environment.IsPrivilegedProcess ? WithoutSandbox : [],
        });
        var context = await _browser.NewContextAsync(options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        return new Window(context, await context.NewPageAsync(), server);
    }

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _driver?.Dispose();
    }
}
