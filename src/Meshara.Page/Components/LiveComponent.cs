using Akka.Actor;
using Meshara.Page.Live;
using Microsoft.AspNetCore.Components;

namespace Meshara.Page.Components;

/// <summary>A part of the page that is drawn anew after each look at the node.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private IDisposable? _watching;
    private bool _isStale;
    private bool _isDrawing;
    private bool _disposed;

    [Inject]
    internal MeshWatch Watch { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    /// <summary>The look that is shown; null before the first has come.</summary>
    private protected Snapshot? Now { get; private set; }

    public void Dispose()
    {
        _disposed = true;
        _watching?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected sealed override async Task OnInitializedAsync()
    {
        Now = Watch.Last;
        try
        {
            Now = await Watch.NowAsync();
            await FollowAsync();
        }
        catch (AskTimeoutException)
        {
            // The node is very busy, or stops; what is missing comes with a later look.
        }

        // What is drawn before the browser has connected is drawn once.
        if (RendererInfo.IsInteractive && !_disposed)
        {
            _watching = Watch.Watch(() => _ = InvokeAsync(DrawAsync));
        }
    }

    /// <summary>Asks what else is to be shown; not again before it has ended.</summary>
    protected virtual Task FollowAsync() => Task.CompletedTask;

    private async Task DrawAsync()
    {
        _isStale = true;
        if (_isDrawing)
        {
            return;
        }

        _isDrawing = true;
        try
        {
            while (_isStale && !_disposed && Watch.Last is { } last)
            {
                _isStale = false;
                Now = last;
                await FollowAsync();
            }
        }
        catch (AskTimeoutException)
        {
            // The same.
        }
        finally
        {
            _isDrawing = false;
        }

        if (!_disposed)
        {
            StateHasChanged();
        }
    }
}
