using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Eclipse.Model;

/// <summary>Whose a host is.</summary>
internal enum Side
{
    Honest,
    Hostile,

    /// <summary>An address that the attacker made up: nobody answers there.</summary>
    Nobody,
}

/// <summary>Somebody whom the victim may hear of: an identity at an address.</summary>
/// <param name="Number">No other host of the run has it.</param>
/// <param name="Spot">The address by a number: identities of one machine share it.</param>
/// <param name="Group">The network group by a number, for the policies that are not ours.</param>
/// <param name="Address">Where it is dialled.</param>
internal sealed record Host(int Number, int Spot, int Group, PeerAddress Address, Side Side)
{
    private PublicKey? _key;
    private NodeId? _id;
    private SignedRecord? _record;
    private NetworkGroup? _networkGroup;

    public bool IsHostile => Side == Side.Hostile;

    public PublicKey Key => _key ??= KeyOf(Number);

    public NodeId Id => _id ??= NodeId.Of(Key);

    public NetworkGroup NetworkGroup => _networkGroup ??= NetworkGroup.Of(Address);

    public bool Equals(Host? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Number;

    /// <summary>Its record as verified: the signature is the connection's work, not the policy's, and is left out of the model.</summary>
    public SignedRecord RecordOf(string network, DateTimeOffset madeAt) => _record ??= new SignedRecord(
        new PeerRecord(Key, (ulong)madeAt.ToUnixTimeMilliseconds(), [Address], []) { Network = network }, BitConverter.GetBytes(Number));

    private static PublicKey KeyOf(int number)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, number);
        return PublicKey.FromBytes(bytes);
    }
}
