using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Meshara.Actors;

namespace Meshara.Page.Live;

/// <summary>
/// Looks at the node while somebody looks at the page, and tells those who do: after an event at once, else once a second. One look serves all
/// of them, and nobody who watches means no work at all.
/// </summary>
internal sealed class MeshWatch(Mesh mesh, TimeProvider time) : IDisposable
{
    /// <summary>How many events are kept to be shown.</summary>
    public const int MaxEvents = 500;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>A storm of events is looked at so often, no more.</summary>
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(80);

    private readonly Lock _gate = new();
    private ImmutableArray<Action> _watchers = [];
    private ImmutableQueue<MeshEvent> _events = [];
    private int _eventCount;
    private readonly Channel<bool> _happened = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ended = new();
    private Task? _following;
    private CancellationTokenSource? _watching;
    private Snapshot? _last;

    /// <summary>The newest look, however old it is; null before the first.</summary>
    public Snapshot? Last => Volatile.Read(ref _last);

    /// <summary>The newest events, oldest first.</summary>
    public IEnumerable<MeshEvent> Events => Volatile.Read(ref _events);

    /// <summary>How many watch now.</summary>
    public int Watchers => _watchers.Length;

    /// <summary>Has <paramref name="changed"/> called after each look, on any thread, until what it returns is disposed of.</summary>
    public IDisposable Watch(Action changed)
    {
        lock (_gate)
        {
            _following ??= FollowAsync();
            _watchers = _watchers.Add(changed);
            if (_watching is null)
            {
                _watching = new CancellationTokenSource();
                _ = WatchAsync(_watching.Token);
            }
        }

        return new Subscription(() => Leave(changed));
    }

    /// <summary>A look that is not older than a tick.</summary>
    public async Task<Snapshot> NowAsync() => Last is { } last && time.GetUtcNow() - last.At < Tick ? last : await LookAsync(default);

    /// <summary>The events that the node remembers, for a page that is drawn before anybody watches.</summary>
    public async Task<IEnumerable<MeshEvent>> RecentAsync() => _events.IsEmpty ? (await mesh.RecentEventsAsync()).TakeLast(MaxEvents) : Events;

    public void Dispose()
    {
        lock (_gate)
        {
            _watchers = [];
            _watching?.Cancel();
            _ended.Cancel();
        }
    }

    private void Leave(Action changed)
    {
        lock (_gate)
        {
            _watchers = _watchers.Remove(changed);
            if (_watchers.IsEmpty)
            {
                _watching?.Cancel();
                _watching = null;
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                try
                {
                    await LookAsync(cancellation);
                }
                catch (AskTimeoutException)
                {
                    // The node is very busy, or stops. What is shown grows old, and the next look may succeed.
                }

                Tell();
                await Task.Delay(ShortestGap, time, cancellation);
                await Task.WhenAny(_happened.Reader.WaitToReadAsync(cancellation).AsTask(), Task.Delay(Tick - ShortestGap, time, cancellation));
                _happened.Reader.TryRead(out _);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more.
        }
    }

    /// <summary>Once begun it goes on, so that no event is missing when somebody comes back.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await foreach (var e in mesh.EventsAsync(history: true, _ended.Token))
            {
                Keep(e);
                _happened.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException)
        {
            // The page ends.
        }
    }

    private void Keep(MeshEvent e)
    {
        var events = _events.Enqueue(e);
        Volatile.Write(ref _events, ++_eventCount > MaxEvents ? events.Dequeue() : events);
    }

    private async Task<Snapshot> LookAsync(CancellationToken cancellation)
    {
        var (status, health) = (mesh.StatusAsync(cancellation), mesh.HealthAsync(cancellation));
        var (peers, dials) = (mesh.ListPeersAsync(cancellation), mesh.DialsAsync(cancellation));
        await Task.WhenAll(status, health, peers, dials);
        var look = Snapshot.Of(time.GetUtcNow(), await status, await health, [.. (await peers).DistinctBy(p => p.PeerId)], await dials, Last);
        Volatile.Write(ref _last, look);
        return look;
    }

    private void Tell()
    {
        foreach (var changed in _watchers)
        {
            changed();
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
