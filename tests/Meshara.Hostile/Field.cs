using System.Buffers.Binary;
using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Hostile;

/// <summary>Whom to attack, and as whom.</summary>
/// <param name="Victim">Where the victim listens.</param>
/// <param name="Network">The name of its network.</param>
/// <param name="Seed">The attacker's identities follow from it.</param>
/// <param name="Count">How many of what the attack takes many of.</param>
internal sealed record Field(PeerAddress Victim, string Network, int Seed, int Count)
{
    /// <summary>How long the victim may take for anything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The n-th identity of the attacker.</summary>
    public NodeIdentity Identity(int n)
    {
        var seed = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(seed, Seed);
        BinaryPrimitives.WriteInt32BigEndian(seed.AsSpan(4), n + 1);
        return NodeIdentity.FromSeed(seed);
    }

    /// <summary>What the n-th identity says of itself; valid unless told otherwise.</summary>
    public byte[] Record(int n, TimeSpan age = default, string? network = null, params IEnumerable<PeerAddress> addresses)
    {
        using var identity = Identity(n);
        var sequence = (ulong)(TimeProvider.System.GetUtcNow() - age).ToUnixTimeMilliseconds();
        ImmutableArray<PeerAddress> at = [.. addresses];
        return new PeerRecord(identity.PublicKey, sequence, at.IsEmpty ? [MadeUp(n)] : at, []) { Network = network ?? Network }.Sign(identity);
    }

    /// <summary>An address where nobody is: nothing leaves this machine.</summary>
    public static PeerAddress MadeUp(int n) => PeerAddress.Parse($"127.{16 + (n / 62500)}.{n / 250 % 250}.{1 + (n % 250)}:9");
}
