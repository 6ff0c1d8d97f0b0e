using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Node.Demo;

/// <summary>
/// One that proves its identity and says hello as the protocol wants it, and then misbehaves: a key costs an attacker nothing, so
/// that a peer can prove one says nothing of what it will send.
/// </summary>
internal sealed class Mallory(string network, NodeClock clock) : IAsyncDisposable
{
    /// <summary>The length of a frame of 2 GiB: a node that believed it would wait for it with a buffer in hand.</summary>
    private static readonly byte[] Violation = [0x80, 0, 0, 0];

    private readonly NodeIdentity _identity = NodeIdentity.Create();
    private readonly List<IPeerLink> _links = [];

    public NodeId Id => _identity.Id;

    public async Task JoinAsync(IReadOnlyList<PeerAddress> nodes, CancellationToken cancellation) =>
        _links.AddRange(await Task.WhenAll(nodes.Select(n => JoinAsync(n, cancellation))));

    public Task ViolateAsync(CancellationToken cancellation) =>
        Task.WhenAll(_links.Select(l => l.Stream.WriteAsync(Violation, cancellation).AsTask()));

    /// <summary>Whoever refuses may cut the connection before or after the hello: what is seen of it, the nodes tell.</summary>
    public Task ReturnAsync(IReadOnlyList<PeerAddress> nodes, CancellationToken cancellation) => Task.WhenAll(nodes.Select(async node =>
    {
        try
        {
            await using var link = await JoinAsync(node, cancellation);
            await link.Stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellation);
        }
        catch (IOException)
        {
            // Cut off, as it deserves.
        }
    }));

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        _identity.Dispose();
    }

    private async Task<IPeerLink> JoinAsync(PeerAddress node, CancellationToken cancellation)
    {
        using var transport = new TlsTransport(_identity, clock);
        var link = await transport.DialAsync(node, null, cancellation);
        try
        {
            var hello = Handshake.Hello(network, "mallory/1.0", 0, null, default);
            var frame = new byte[FrameCodec.SizeOf(hello)];
            FrameCodec.Write(frame, hello);
            await link.Stream.WriteAsync(frame, cancellation);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }
}
