using Google.Protobuf;
using Meshara.Actors.Store;
using Stored = Meshara.Actors.Store.Stored;

namespace Meshara.Benchmarks.Store;

/// <summary>The protobuf that is in a stored row, and nothing made of it.</summary>
internal static class StoredRows
{
    public static IMessage Parse(string manifest, byte[] row)
    {
        var body = manifest.EndsWith(PeerStoreSerializer.Checked, StringComparison.Ordinal) ? row.AsSpan(0, row.Length - Checksum.Size) : row;
        return manifest.Split('/')[0] switch
        {
            "peers" => Stored.Snapshot.Parser.ParseFrom(body),
            "imported" => Stored.PeerImported.Parser.ParseFrom(body),
            "learned" => Stored.PeerLearned.Parser.ParseFrom(body),
            "pinned" => Stored.KeyPinned.Parser.ParseFrom(body),
            "drift" => Stored.DriftFlushed.Parser.ParseFrom(body),
            "record" => Stored.RecordLearned.Parser.ParseFrom(body),
            _ => throw new InvalidDataException($"No benchmark writes rows of the kind '{manifest}'."),
        };
    }
}
