using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>A service instance that was found: a hint, no proof. Anybody on the link can say this.</summary>
/// <param name="Name">Its full name; what it is known by.</param>
/// <param name="Addresses">Where its host is, by all interfaces that it was seen at; an IPv6 link-local address with the scope id of its interface.</param>
/// <param name="FirstSeen">The engine's time.</param>
/// <param name="Expires">The engine's time: when the first of its records will be forgotten, unless it is heard again.</param>
internal sealed record Sighting(
    DomainName Name, DomainName Host, ushort Port, TextData Text, ImmutableArray<IPAddress> Addresses, TimeSpan FirstSeen, TimeSpan Expires)
{
    /// <summary>Whether it says the same, though perhaps for longer.</summary>
    public bool SaysTheSame(Sighting other) =>
        Name.Equals(other.Name) && Host.Equals(other.Host) && Port == other.Port && Text.Equals(other.Text)
        && Addresses.SequenceEqual(other.Addresses);
}

/// <summary>Why an instance is no longer seen.</summary>
internal enum LostBy
{
    /// <summary>It said so (RFC 6762 section 10.1).</summary>
    Goodbye,

    /// <summary>It was not heard again in time.</summary>
    Expiry,

    /// <summary>The interface that it was seen at has gone, or is on another network now.</summary>
    Interface,
}

/// <summary>What the engine has to be carried out, or to tell.</summary>
internal abstract record EngineOutput
{
    private EngineOutput()
    {
    }

    /// <summary>Send to the group by an interface, by every family that it speaks; or to one host.</summary>
    public sealed record Send(int Interface, byte[] Packet, IPEndPoint? To) : EngineOutput;

    /// <summary>An instance was found, or says something else now.</summary>
    public sealed record Found(Sighting Sighting) : EngineOutput;

    public sealed record Lost(DomainName Name, LostBy Why) : EngineOutput;

    /// <summary>Another host has the name that was to be published; this is the next that is tried.</summary>
    public sealed record Renamed(Service Service) : EngineOutput;
}
