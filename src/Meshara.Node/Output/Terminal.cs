using Spectre.Console;
using Spectre.Console.Rendering;

namespace Meshara.Node.Output;

/// <summary>The terminal, where there is one: what is drawn on it takes the place of what was drawn before.</summary>
internal static class Terminal
{
    /// <summary>Whether stdout is a terminal on which can be drawn, and not a file, a pipe or a dumb one.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Its width and height in characters, as they are now.</summary>
    public static (int Width, int Height) Size => (AnsiConsole.Console.Profile.Width, AnsiConsole.Console.Profile.Height);

    /// <summary>Draws as often as <paramref name="play"/> says; the last picture stays.</summary>
    public static Task<T> LiveAsync<T>(Func<Action<IRenderable>, Task<T>> play) => AnsiConsole.Console.Live(new Spectre.Console.Text("")).StartAsync(display => play(picture =>
    {
        display.UpdateTarget(picture);
        display.Refresh();
    }));
}
