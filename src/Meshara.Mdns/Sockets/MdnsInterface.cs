using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Mdns.Sockets;

/// <summary>One interface of the host that mDNS uses, as it is now. Two are equal if all they hold is.</summary>
/// <param name="Index">The system's number of the interface; the same for both address families.</param>
/// <param name="Addresses">
/// Its unicast addresses, of both families; those that are link-local to IPv6 with their scope id.
/// </param>
/// <param name="Subnets">What is on its link: each of its addresses with the length of the prefix.</param>
internal sealed record MdnsInterface(
    int Index,
    string Name,
    ImmutableArray<IPAddress> Addresses,
    ImmutableArray<(IPAddress Address, int PrefixLength)> Subnets,
    bool IsLoopback)
{
    /// <summary>Whether the family can be used here at all: a group is joined and spoken to only from an address.</summary>
    public bool Speaks(AddressFamily family) => Addresses.Any(a => a.AddressFamily == family);

    // An ImmutableArray is equal to itself alone, and then every look at the system would be a change.
    public bool Equals(MdnsInterface? other) => other is not null
        && (Index, Name, IsLoopback) == (other.Index, other.Name, other.IsLoopback)
        && Addresses.SequenceEqual(other.Addresses) && Subnets.SequenceEqual(other.Subnets);

    public override int GetHashCode() => HashCode.Combine(Index, Name, Addresses.Length, Subnets.Length);
}
