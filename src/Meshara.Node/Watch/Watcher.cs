using System.Threading.Channels;
using Spectre.Console.Rendering;

namespace Meshara.Node.Watch;

/// <summary>Looks at the node from time to time, and draws what it sees and what is pressed, until a person has seen enough.</summary>
/// <param name="look">A look at the node; it does not fail, but says in the look that the node did not answer.</param>
/// <param name="keys">What is pressed; may end, as a terminal may go.</param>
/// <param name="draw">Shows it instead of what was shown before.</param>
/// <param name="size">Width and height of the terminal, in characters.</param>
/// <param name="every">The pause between two looks.</param>
internal sealed class Watcher(
    Func<CancellationToken, Task<Look>> look, ChannelReader<ConsoleKeyInfo> keys, Action<IRenderable> draw, Func<(int Width, int Height)> size, TimeProvider clock,
    TimeSpan every)
{
    public async Task RunAsync(WatchState state, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var looking = look(ended.Token);
        var pressing = keys.WaitToReadAsync(ended.Token).AsTask();
        try
        {
            while (!state.Ended)
            {
                var (width, height) = size();
                draw(WatchView.Draw(state, width, height));

                // Keys first: a node that answers at once must not keep a person waiting.
                if (await Task.WhenAny(pressing, looking) == looking)
                {
                    state = state.With(await looking);
                    looking = LookAgainAsync(ended.Token);
                }
                else if (await pressing)
                {
                    while (keys.TryRead(out var key))
                    {
                        state = state.Press(key, WatchView.RowsOf(state, height));
                    }

                    pressing = keys.WaitToReadAsync(ended.Token).AsTask();
                }
                else
                {
                    // No more keys will come; Ctrl+C ends it.
                    pressing = NeverAsync(ended.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl+C is how it ends, too.
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task<bool> NeverAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop);
        return false;
    }

    private async Task<Look> LookAgainAsync(CancellationToken stop)
    {
        await Task.Delay(every, clock, stop);
        return await look(stop);
    }
}
