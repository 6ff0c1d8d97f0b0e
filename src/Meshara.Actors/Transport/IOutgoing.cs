namespace Meshara.Actors.Transport;

/// <summary>The writer's side of one direction of an in-memory connection.</summary>
internal interface IOutgoing
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>No more will be written.</summary>
    void End();
}
