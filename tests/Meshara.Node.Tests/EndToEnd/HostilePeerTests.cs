using System.Net;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.EndToEnd;

/// <summary>A peer that proves who it is, and then misbehaves, over real TLS.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private readonly NodeIdentity _identity = NodeIdentity.FromSeed(Enumerable.Repeat((byte)7, 32).ToArray());
    private NodeProcess _node = null!;

    public async Task InitializeAsync() => _node = await NodeProcess.RunAsync(_data["one"], "--listen", "127.0.0.1:0");

    public Task DisposeAsync()
    {
        _node.Dispose();
        _identity.Dispose();
        _data.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Each_way_to_break_the_protocol_has_its_reason_and_honest_peers_are_served()
    {
        (await RejectedAfterAsync([0x80, 0, 0, 0])).ShouldBe("frame-too-large");
        (await RejectedAfterAsync([0, 0, 0, 3, 0xff, 0xff, 0xff])).ShouldBe("protocol-error");
        (await RejectedAfterAsync([0, 0, 1, 0, 42], close: true)).ShouldBe("handshake-rejected");
        var newer = Handshake.Hello("meshara", "newer", 0, null, default);
        newer.Hello.ProtocolVersion = 2;
        (await RejectedAfterAsync(Frame(newer))).ShouldBe("version-mismatch");

        using var honest = await NodeProcess.RunAsync(_data["two"], "--listen", "127.0.0.1:0", "--peer", _node.Address);
        (await honest.NextAsync("peer-connected"))["peerId"]!.ToString().ShouldBe(_node.Id);
        _node.Errors.Count.ShouldBeLessThan(5);
    }

    [Fact]
    public async Task A_connected_peer_that_announces_a_frame_of_2_GiB_is_cut_off_and_banned()
    {
        await using var link = await DialAsync();
        await link.Stream.WriteAsync(Frame(Handshake.Hello("meshara", "test", 0, null, default)));
        await _node.NextAsync("peer-connected");

        await link.Stream.WriteAsync(new byte[] { 0x80, 0, 0, 0 });

        (await _node.NextAsync("peer-disconnected"))["reason"]!.ToString().ShouldBe("frame-too-large");
        (await _node.NextAsync("peer-banned"))["peerId"]!.ToString().ShouldBe(_identity.Id.ToString());
    }

    private static byte[] Frame(Envelope envelope)
    {
        var bytes = new byte[FrameCodec.SizeOf(envelope)];
        FrameCodec.Write(bytes, envelope);
        return bytes;
    }

    private async Task<string> RejectedAfterAsync(byte[] bytes, bool close = false)
    {
        await using (var link = await DialAsync())
        {
            await link.Stream.WriteAsync(bytes);
            if (!close)
            {
                return (await _node.NextAsync("peer-rejected"))["reason"]!.ToString();
            }
        }

        return (await _node.NextAsync("peer-rejected"))["reason"]!.ToString();
    }

    private async Task<IPeerLink> DialAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var transport = new TlsTransport(_identity, new NodeClock(() => TimeProvider.System.GetUtcNow(), () => TimeSpan.Zero));
        return await transport.DialAsync(PeerAddress.Of(IPEndPoint.Parse(_node.Address)), null, patience.Token);
    }
}
