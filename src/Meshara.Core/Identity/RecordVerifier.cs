using System.Diagnostics.CodeAnalysis;

namespace Meshara.Core.Identity;

/// <summary>Verifies the records that peers show and pass on, each only once: the same come with every hello, and from many who tell of others. Thread-safe.</summary>
internal sealed class RecordVerifier
{
    private const int MostRemembered = 1024;

    private readonly Verified<SignedRecord> _verified = new(MostRemembered);

    /// <inheritdoc cref="SignedRecord.TryVerify"/>
    public bool TryVerify(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedRecord? record)
    {
        if (_verified.TryGet(bytes.Span, out record))
        {
            return true;
        }

        if (!SignedRecord.TryVerify(bytes, out record))
        {
            return false;
        }

        _verified.Add(bytes.Span, record);
        return true;
    }
}
