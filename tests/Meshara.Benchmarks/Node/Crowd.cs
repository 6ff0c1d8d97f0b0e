using Akka.Actor;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Node;

/// <summary>Many connections to one <see cref="Target"/>, opened 16 at a time.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _members = [];
    private readonly List<Func<ReadOnlyMemory<byte>, Task>> _writes = [];
    private readonly ActorSystem _system = ActorSystem.Create("crowd", Store.RunningStore.Quiet);

    /// <param name="node">Whether a node is connected to, or bare TLS.</param>
    public static async Task<Crowd> ConnectAsync(TargetProcess target, bool node, int count)
    {
        var crowd = new Crowd();
        using var tls = new RawTls();
        var clock = NodeClock.Of(crowd._system.Scheduler);
        var address = PeerAddress.Of(target.EndPoint);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, cancellation) =>
        {
            if (node)
            {
                var peer = await RawPeer.DialAsync(address, clock);
                crowd.Add(peer, peer.WriteAsync);
            }
            else
            {
                var stream = await tls.DialAsync(target.EndPoint, cancellation);
                crowd.Add(stream, frames => stream.WriteAsync(frames).AsTask());
            }
        });
        return crowd;
    }

    /// <summary>Each sends so many messages a second, in ten portions, for so long.</summary>
    public async Task SendAsync(byte[] frame, int perSecond, TimeSpan time)
    {
        const int portions = 10;
        var portion = Enumerable.Repeat(frame, perSecond / portions).SelectMany(f => f).ToArray();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / portions));
        for (var i = 0; i < time.TotalSeconds * portions; i++)
        {
            await Task.WhenAll(_writes.Select(w => w(portion)));
            await timer.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _system.Terminate();
    }

    private void Add(IAsyncDisposable member, Func<ReadOnlyMemory<byte>, Task> write)
    {
        lock (_members)
        {
            _members.Add(member);
            _writes.Add(write);
        }
    }
}
