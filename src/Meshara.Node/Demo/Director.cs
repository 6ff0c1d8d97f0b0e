using System.Collections.Immutable;

namespace Meshara.Node.Demo;

/// <summary>Shows how far the demo is. It decides nothing.</summary>
internal interface IScreen
{
    void Show(Play play);
}

/// <summary>
/// Plays the acts one after the other: does what an act begins with, and waits for what the nodes tell, until it is seen or the
/// patience is over.
/// </summary>
/// <param name="pace">How long each outcome is left to look at.</param>
internal sealed class Director(Cast cast, IScreen screen, TimeProvider time, TimeSpan pace)
{
    /// <summary>Without events the nodes are looked at so often: round trips and scores move without any.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly long _began = time.GetTimestamp();
    private Task? _told;

    /// <exception cref="OperationCanceledException">A person stopped it.</exception>
    public async Task<Play> RunAsync(ImmutableArray<Act> acts, CancellationToken cancellation)
    {
        var play = new Play(acts);
        foreach (var act in acts)
        {
            play = Show(play.Begin(act));
            play = await PerformAsync(play, cancellation);
            if (play.Failure is not null)
            {
                return Show(play);
            }

            // What is seen last stays on the screen anyway.
            play = Show(play.End());
            var until = Elapsed + pace;
            while (act != acts[^1] && Elapsed < until)
            {
                play = await NextAsync(play, cancellation);
            }
        }

        return play;
    }

    private TimeSpan Elapsed => time.GetElapsedTime(_began);

    private async Task<Play> PerformAsync(Play play, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(play.Current!.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            play = play with { Scene = await cast.DoAsync(play.Current.Deed, play.Scene, either.Token), Elapsed = Elapsed };
            while (!play.ActIsDone)
            {
                play = await NextAsync(play, either.Token);
            }

            return play;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return play.TimeOut();
        }
    }

    /// <summary>Waits for the next event, or the next tick, and looks at all nodes.</summary>
    private async Task<Play> NextAsync(Play play, CancellationToken cancellation)
    {
        _told ??= cast.Events.WaitToReadAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(_told, Task.Delay(Tick, time, cancellation));
        cancellation.ThrowIfCancellationRequested();
        _told = _told.IsCompleted ? null : _told;
        var scene = play.Scene;
        while (cast.Events.TryRead(out var told))
        {
            scene = scene.Hear(told);
        }

        return Show(play with { Scene = await cast.LookAsync(scene, cancellation) });
    }

    private Play Show(Play play)
    {
        play = play with { Elapsed = Elapsed };
        screen.Show(play);
        return play;
    }
}
