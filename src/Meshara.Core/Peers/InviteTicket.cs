using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Wire;

namespace Meshara.Core.Peers;

/// <summary>
/// All that another machine needs to join, as one word to copy: <c>meshara1...</c>, where 1 is the version of what follows. It is no secret
/// and no permission: it names a node, and the expiry is a wish that the one who joins honours.
/// </summary>
/// <param name="Network">The network, 1 to 64 characters without control characters.</param>
/// <param name="Node">Who must answer at the addresses; anybody else is refused.</param>
/// <param name="Addresses">Where the node can be dialled, 1 to <see cref="MaxAddresses"/>, the best first, none with a scope.</param>
/// <param name="Expires">From when on it is no longer to be used; whole seconds.</param>
internal sealed record InviteTicket(string Network, NodeId Node, ImmutableArray<PeerAddress> Addresses, DateTimeOffset Expires)
{
    /// <summary>More would make it long and help little: they are one machine's.</summary>
    public const int MaxAddresses = 4;

    /// <summary>The longest text that is read, in characters: four DNS names of 253 fit, with a network of 64.</summary>
    public const int MaxTextLength = 2400;

    private const string Word = "meshara";

    internal const string Prefix = Word + "1";

    private const int MaxNetwork = 64;

    /// <summary>Whom to dial, and who must be there.</summary>
    public IEnumerable<PeerTarget> Targets => Addresses.Select(a => new PeerTarget(a, Node));

    /// <summary>Whether it is no longer to be used. Its maker's clock set the time, and the reader's is asked.</summary>
    public bool IsExpired(DateTimeOffset now) => now >= Expires;

    /// <summary>
    /// Which of a node's addresses go into a ticket. Each kind is there before a second one of the same kind: a machine with many addresses
    /// of one provider is reached on its own network all the same.
    /// </summary>
    /// <param name="own">The addresses of the machine, in its own order.</param>
    /// <param name="onlyHere">Whether none of them leads to the machine from another one; then those that work on it are taken.</param>
    /// <returns>At most <see cref="MaxAddresses"/>; none if there is none that means the same to others.</returns>
    public static ImmutableArray<PeerAddress> Choose(IEnumerable<PeerAddress> own, out bool onlyHere)
    {
        // A link-local IPv6 address needs the number of an interface, and that is another one on each machine.
        var usable = own.Where(a => a is not PeerAddress.Ip ip || !ip.EndPoint.Address.IsIPv6LinkLocal).Distinct().ToLookup(AddressReach.Of);
        onlyHere = usable.All(g => g.Key == Reach.Loopback);
        return onlyHere
            ? [.. usable[Reach.Loopback].Take(MaxAddresses)]
            : [.. usable.Where(g => g.Key != Reach.Loopback).SelectMany(g => g).GroupBy(a => (Reach: AddressReach.Of(a), Family: FamilyOf(a)))
                .SelectMany(kind => kind.Select((address, place) => (address, place, kind.Key)))
                .OrderBy(c => c.place).ThenByDescending(c => c.Key.Reach).ThenBy(c => c.Key.Family)
                .Take(MaxAddresses).Select(c => c.address)];
    }

    /// <summary>Reads a ticket.</summary>
    /// <exception cref="FormatException">With what is wrong.</exception>
    public static InviteTicket Parse(string text) => TryParse(text, out var ticket, out var error) ? ticket : throw new FormatException(error);

    /// <summary>Reads a ticket, expired or not; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out InviteTicket? ticket, [NotNullWhen(false)] out string? error)
    {
        ticket = null;
        var word = text.AsSpan().Trim();
        error = !word.StartsWith(Word) ? $"This is no ticket; a ticket is one word that begins with {Prefix}, as 'meshara invite' prints it."
            : word.Length > MaxTextLength ? $"This is no ticket; a ticket has at most {MaxTextLength} characters."
            : word.Length > Word.Length && word[Word.Length] is > '1' and <= '9' ? "The ticket was made by a later version of meshara, or is damaged; bring both nodes to the same release."
            : !word.StartsWith(Prefix) || !CopySafe.TryRead(Prefix, word[Prefix.Length..], out var content)
                ? "The ticket is damaged or not whole; copy all of its line again."
            : (ticket = Read(content)) is null ? "The ticket names no node that can be joined; its maker is broken, or is no Meshara node."
            : null;
        return error is null;
    }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(InviteTicket? other) => other is not null && Network == other.Network && Node == other.Node && Expires == other.Expires
        && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Network, Node, Expires);

    /// <summary>The word.</summary>
    public override string ToString()
    {
        var content = new Ticket
        {
            Network = Network, NodeId = ByteString.CopyFrom(Node.ToByteArray()), Expires = Expires.ToUnixTimeSeconds(),
            Addresses = { Addresses.Select(a => a.ToWire()) },
        };
        return Prefix + CopySafe.Write(Prefix, content.ToByteArray());
    }

    /// <summary>The checksum stops accidents, not people: what it says is checked as if it came from a stranger.</summary>
    private static InviteTicket? Read(byte[] content)
    {
        try
        {
            var ticket = Ticket.Parser.ParseFrom(content);
            var addresses = ticket.Addresses.Select(a => Wire.Addresses.TryFromWire(a, out var address) ? address : null).OfType<PeerAddress>().ToImmutableArray();
            return ticket.Network.Length is > 0 and <= MaxNetwork && !ticket.Network.Any(char.IsControl) && ticket.NodeId.Length == NodeId.Size
                && addresses.Length is > 0 and <= MaxAddresses && addresses.Length == ticket.Addresses.Count && ticket.Addresses.All(a => a.Ip is null or { Scope: 0 })
                && ticket.Expires >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && ticket.Expires <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? new InviteTicket(ticket.Network, NodeId.FromBytes(ticket.NodeId.Span), addresses, DateTimeOffset.FromUnixTimeSeconds(ticket.Expires))
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static int FamilyOf(PeerAddress address) => address is PeerAddress.Ip ip ? (int)ip.EndPoint.AddressFamily : 0;
}
