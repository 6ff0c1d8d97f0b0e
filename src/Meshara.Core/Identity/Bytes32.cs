using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Meshara.Core.Identity;

/// <summary>32 bytes held by value, so that ids and keys are compared and hashed without touching the heap.</summary>
internal readonly record struct Bytes32(ulong A, ulong B, ulong C, ulong D) : IComparable<Bytes32>
{
    public const int Size = 32;

    public static Bytes32 From(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new Bytes32(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]))
        : throw new ArgumentException($"Expected {Size} bytes, got {bytes.Length}.", nameof(bytes));

    public static bool TryParse(string? text, string what, out Bytes32 bytes, [NotNullWhen(false)] out string? error)
    {
        bytes = default;
        if (string.IsNullOrEmpty(text))
        {
            error = $"A {what} is {Size * 2} hex digits; this one is empty.";
            return false;
        }

        if (text.Length != Size * 2)
        {
            error = $"A {what} is {Size * 2} hex digits; this one has {text.Length} characters.";
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiHexDigit(text[i]))
            {
                error = $"A {what} is {Size * 2} hex digits; character {i + 1} of this one is no hex digit.";
                return false;
            }
        }

        bytes = From(Convert.FromHexString(text));
        error = null;
        return true;
    }

    public int CompareTo(Bytes32 other)
    {
        var order = A.CompareTo(other.A);
        order = order != 0 ? order : B.CompareTo(other.B);
        order = order != 0 ? order : C.CompareTo(other.C);
        return order != 0 ? order : D.CompareTo(other.D);
    }

    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], D);
    }

    public string ToHex() => Convert.ToHexStringLower(ToByteArray());
}
