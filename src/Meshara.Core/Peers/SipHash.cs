using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Meshara.Core.Peers;

/// <summary>
/// A hash that nobody can foretell without the key: SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF",
/// INDOCRYPT 2012), made for tables that strangers fill. Whoever dials or tells costs some of these, and an HMAC costs fifty times as much.
/// </summary>
internal readonly struct SipHash
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    private SipHash(ulong key0, ulong key1) => (_key0, _key1) = (key0, key1);

    /// <summary>With a key that follows from a secret of any length.</summary>
    public static SipHash With(ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, key);
        return WithKey(key[..16]);
    }

    /// <param name="key">16 bytes.</param>
    public static SipHash WithKey(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));

    public ulong Of(string text)
    {
        Span<byte> bytes = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(text, bytes, out var length) ? Of(bytes[..length]) : Of(Encoding.UTF8.GetBytes(text));
    }

    public ulong Of(ReadOnlySpan<byte> bytes)
    {
        var v = new State(_key0, _key1);
        var rest = bytes;
        for (; rest.Length >= 8; rest = rest[8..])
        {
            v.Take(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }

        Span<byte> last = stackalloc byte[8];
        last.Clear();
        rest.CopyTo(last);
        last[7] = (byte)bytes.Length;
        v.Take(BinaryPrimitives.ReadUInt64LittleEndian(last));
        return v.Finish();
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Take(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xff;
            Round();
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            unchecked
            {
                (_v0, _v2) = (_v0 + _v1, _v2 + _v3);
                (_v1, _v3) = (BitOperations.RotateLeft(_v1, 13) ^ _v0, BitOperations.RotateLeft(_v3, 16) ^ _v2);
                (_v0, _v2) = (BitOperations.RotateLeft(_v0, 32) + _v3, _v2 + _v1);
                (_v1, _v3) = (BitOperations.RotateLeft(_v1, 17) ^ _v2, BitOperations.RotateLeft(_v3, 21) ^ _v0);
                _v2 = BitOperations.RotateLeft(_v2, 32);
            }
        }
    }
}
