using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Meshara.Core.Identity;

/// <summary>The kinds of identity key that libp2p knows. The numbers are those of its <c>KeyType</c>.</summary>
internal enum HostKeyType
{
    Rsa = 0,
    Ed25519 = 1,
    Secp256k1 = 2,
    Ecdsa = 3,
}

/// <summary>
/// The identity key in a certificate, of any kind that libp2p knows (https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md).
/// A Meshara node is an Ed25519 key; the other kinds are read so that the published test vectors decide whether this is right.
/// </summary>
internal sealed record HostKey(HostKeyType Type, byte[] Data)
{
    /// <summary>libp2p's bounds: a smaller key proves nothing, a larger one costs the verifier too much.</summary>
    private const int MinRsaBits = 2048, MaxRsaBits = 8192;

    private const int CompressedPointSize = 33;

    /// <summary>SEC 2 section 2.4.1: the field of secp256k1.</summary>
    private static readonly BigInteger Secp256k1Prime =
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 32) - 977;

    /// <summary>The key if it is one that a Meshara node can have.</summary>
    public PublicKey? Ed25519 => Type == HostKeyType.Ed25519 && Data.Length == PublicKey.Size ? PublicKey.FromBytes(Data) : null;

    /// <summary>
    /// Reads the <c>PublicKey</c> message in the one encoding that the specification allows: type, then data, each once. An id is the
    /// hash of this encoding, so that a second spelling of a key would be a second identity.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out HostKey? key)
    {
        key = null;
        if (encoded.Length < 4 || encoded[0] != 0x08 || encoded[1] > (byte)HostKeyType.Ecdsa || encoded[2] != 0x12)
        {
            return false;
        }

        // A length of two bytes of 7 bits holds any key within the bounds.
        var length = encoded[3] & 0x7F;
        var data = encoded[4..];
        if (encoded[3] > 0x7F)
        {
            if (encoded.Length < 5 || encoded[4] is 0 or > 0x7F)
            {
                return false;
            }

            length |= encoded[4] << 7;
            data = encoded[5..];
        }

        key = data.Length == length ? new HostKey((HostKeyType)encoded[1], data.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Whether the signature was made with this key's private half. False also for a malformed key.</summary>
    /// <exception cref="CryptographicException">The platform cannot tell.</exception>
    public bool Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Type switch
    {
        HostKeyType.Ed25519 => Ed25519 is { } key && key.Verifies(message, signature),
        HostKeyType.Ecdsa => EcdsaVerifies(message, signature),
        HostKeyType.Secp256k1 => Secp256k1Verifies(message, signature),
        HostKeyType.Rsa => RsaVerifies(message, signature),
        _ => false,
    };

    private bool EcdsaVerifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Data, out var read);
        return read == Data.Length && Verifies(key, message, signature);
    }

    private bool Secp256k1Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (Data.Length != CompressedPointSize || Data[0] is not (2 or 3))
        {
            return false;
        }

        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), Q = Decompress(Data) });
        return Verifies(key, message, signature);
    }

    private bool RsaVerifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Data, out var read);
        return read == Data.Length
            && key.KeySize is >= MinRsaBits and <= MaxRsaBits
            && key.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool Verifies(ECDsa key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>SEC 1 section 2.3.4: y is the square root of x^3 + 7 with the given parity. The platform checks that it is one.</summary>
    private static ECPoint Decompress(byte[] point)
    {
        var p = Secp256k1Prime;
        var x = new BigInteger(point.AsSpan(1), isUnsigned: true, isBigEndian: true);
        var y = BigInteger.ModPow(BigInteger.ModPow(x, 3, p) + 7, (p + 1) / 4, p);
        y = (y.IsEven == (point[0] == 2)) ? y : p - y;
        var bytes = new byte[PublicKey.Size];
        var shortened = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        shortened.CopyTo(bytes, bytes.Length - shortened.Length);
        return new ECPoint { X = point[1..], Y = bytes };
    }
}
