using System.Text;
using Meshara.Actors.Peers.Messages;
using Meshara.Core.Identity;

namespace Meshara.Actors;

/// <content>What the application sends.</content>
public sealed partial class Mesh
{
    /// <summary>Queues a message for a connected peer. Messages of one caller to one peer arrive in order.</summary>
    /// <param name="peer">To whom.</param>
    /// <param name="channel">1 to 64 bytes of UTF-8 that both sides agree on.</param>
    /// <param name="payload">At most <c>max-frame-size</c> less about 100 bytes. It is copied.</param>
    /// <param name="cancellation">Gives up waiting for the start of the node; nothing is sent then.</param>
    /// <exception cref="ArgumentException">The channel's name is empty or too long.</exception>
    public async Task<SendResult> SendAsync(
        NodeId peer, string channel, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default) =>
        await CheckedOutboxOfAsync(peer, channel, cancellation).ConfigureAwait(false) is { } outbox
            ? outbox.Send(Outbound.Of(channel, payload))
            : SendResult.NotConnected;

    /// <summary>
    /// Queues several messages for a connected peer, in order: all of them, or none. That costs hardly more than one message does; who has
    /// many small ones to send gives them some dozens at a time.
    /// </summary>
    /// <param name="peer">To whom.</param>
    /// <param name="channel">1 to 64 bytes of UTF-8 that both sides agree on.</param>
    /// <param name="payloads">Each a message of its own, at most <c>max-frame-size</c> less about 100 bytes; together what the queue holds. They are copied.</param>
    /// <param name="cancellation">Gives up waiting for the start of the node; nothing is sent then.</param>
    /// <exception cref="ArgumentException">The channel's name is empty or too long, or there is no payload.</exception>
    public async Task<SendResult> SendAsync(
        NodeId peer, string channel, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        if (payloads.Count == 0)
        {
            throw new ArgumentException("There is nothing to send.", nameof(payloads));
        }

        return await CheckedOutboxOfAsync(peer, channel, cancellation).ConfigureAwait(false) is { } outbox
            ? outbox.Send(Outbound.Of(channel, payloads))
            : SendResult.NotConnected;
    }

    /// <summary>
    /// For who was told <see cref="SendResult.QueueFull"/>: completes when half of what may wait for the peer is free and what was refused fits;
    /// at once if that is so already, or if the peer is not connected.
    /// </summary>
    /// <param name="peer">To whom something is to be sent.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task WaitForRoomAsync(NodeId peer, CancellationToken cancellation = default)
    {
        if (await OutboxOfAsync(peer, cancellation).ConfigureAwait(false) is { } outbox)
        {
            await outbox.WhenRoomAsync().WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>For what is to be sent on that channel, whose name is checked.</summary>
    private ValueTask<Outbox?> CheckedOutboxOfAsync(NodeId peer, string channel, CancellationToken cancellation)
    {
        CheckChannel(channel);
        cancellation.ThrowIfCancellationRequested();
        return OutboxOfAsync(peer, cancellation);
    }

    private async ValueTask<Outbox?> OutboxOfAsync(NodeId peer, CancellationToken cancellation) =>
        (await StartedAsync(cancellation).ConfigureAwait(false)).Outboxes[peer];
}
