using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Meshara.Core.Peers;

/// <summary>
/// Where a peer can be dialled: a union of an IP endpoint and a DNS name with a port. Compared by value; written as
/// <c>192.0.2.1:7373</c>, <c>[2001:db8::1]:7373</c> or <c>node.example:7373</c>.
/// </summary>
public abstract record PeerAddress
{
    /// <summary>The longest text that is read, in characters: a DNS name of 253 (RFC 1035 section 2.3.4), a colon, a port.</summary>
    public const int MaxTextLength = 253 + 1 + 5;

    private PeerAddress()
    {
    }

    /// <summary>The TCP port, 1 to 65535.</summary>
    public abstract int Port { get; }

    /// <summary>The same in each process, which <see cref="object.GetHashCode"/> is not: for a chance that is to be the same again, not for tables.</summary>
    internal abstract ulong StableHash { get; }

    /// <summary>An IP address and a TCP port. An IPv4 address mapped into IPv6 is held as the IPv4 address that it is.</summary>
    public sealed record Ip : PeerAddress
    {
        // 24 bytes, where an endpoint and its address are two objects of 72: a node knows many.
        private readonly ulong _high;
        private readonly ulong _low;
        private readonly uint _scope;
        private readonly ushort _port;
        private readonly bool _isV6;

        /// <summary>Makes an address of an endpoint.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The port is 0.</exception>
        public Ip(IPEndPoint endPoint)
        {
            ArgumentNullException.ThrowIfNull(endPoint);
            ArgumentOutOfRangeException.ThrowIfZero(endPoint.Port, nameof(endPoint));
            var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
            _isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
            _scope = _isV6 ? (uint)address.ScopeId : 0;
            _port = (ushort)endPoint.Port;
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            address.TryWriteBytes(_isV6 ? bytes : bytes[12..], out _);
            (_high, _low) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        }

        /// <summary>The endpoint.</summary>
        public IPEndPoint EndPoint
        {
            get
            {
                Span<byte> bytes = stackalloc byte[16];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
                return new IPEndPoint(_isV6 ? new IPAddress(bytes, _scope) : new IPAddress(bytes[12..]), _port);
            }
        }

        /// <inheritdoc/>
        public override int Port => _port;

        internal IpBits Bits => new(_high, _low, _isV6);

        internal override ulong StableHash => unchecked((((_high * 31) + _low) * 31) + _port);

        /// <summary>Whether both are the same address, with the same scope, and the same port.</summary>
        public bool Equals(Ip? other) =>
            other is not null && _high == other._high && _low == other._low && _port == other._port && _scope == other._scope && _isV6 == other._isV6;

        /// <summary>Not the same from process to process: strangers choose their addresses, and must not choose where they collide.</summary>
        public override int GetHashCode() => HashCode.Combine(_high, _low, _scope, _port, _isV6);

        /// <summary>As it is typed: brackets around IPv6.</summary>
        public override string ToString() => EndPoint.ToString();
    }

    /// <summary>A host name and a TCP port; the name is looked up at each dial.</summary>
    public sealed record Dns : PeerAddress
    {
        internal Dns(string host, int port)
        {
            Host = host;
            Port = port;
        }

        /// <summary>The name, lower case, at most 253 characters.</summary>
        public string Host { get; }

        /// <inheritdoc/>
        public override int Port { get; }

        internal override ulong StableHash
        {
            get
            {
                var hash = (ulong)Port;
                foreach (var c in Host)
                {
                    hash = unchecked((hash * 31) + c);
                }

                return hash;
            }
        }

        /// <summary>As it is typed.</summary>
        public override string ToString() => $"{Host}:{Port}";
    }

    /// <summary>Makes an address of an endpoint.</summary>
    public static PeerAddress Of(IPEndPoint endPoint) => new Ip(endPoint);

    /// <summary>Makes an address of an IP address and a port.</summary>
    public static PeerAddress Of(IPAddress address, int port) => new Ip(new IPEndPoint(address, port));

    /// <summary>Reads <c>HOST:PORT</c>, where an IPv6 address stands in brackets.</summary>
    /// <exception cref="FormatException">With what is wrong.</exception>
    public static PeerAddress Parse(string text) =>
        TryParse(text, out var address, out var error) ? address : throw new FormatException(error);

    /// <summary>Reads <c>HOST:PORT</c>; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out PeerAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxTextLength)
        {
            error = $"An address is HOST:PORT, at most {MaxTextLength} characters.";
            return false;
        }

        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : "";
        if (host.Length == 0 || (host.Contains(':') && !host.StartsWith('[')))
        {
            error = $"'{text}' is no HOST:PORT; an IPv6 address stands in brackets, such as [2001:db8::1]:7373.";
            return false;
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port) || port == 0)
        {
            error = $"'{text[(colon + 1)..]}' is no port; a port is 1 to 65535.";
            return false;
        }

        address = (PeerAddress?)ReadIp(host, port) ?? ReadName(host, port);
        error = address is null ? $"'{host}' is neither an IP address nor a host name." : null;
        return address is not null;
    }

    private static Ip? ReadIp(string host, int port)
    {
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(bracketed ? host.AsSpan(1, host.Length - 2) : host, out var ip))
        {
            return null;
        }

        // "127.1" and "2130706433" are read as IPv4 by the class library; people who type them mean a name or err.
        Span<char> text = stackalloc char[15];
        return bracketed == (ip.AddressFamily == AddressFamily.InterNetworkV6)
            && (bracketed || (ip.TryFormat(text, out var length) && host.AsSpan().SequenceEqual(text[..length])))
            ? new Ip(new IPEndPoint(ip, port))
            : null;
    }

    private static Dns? ReadName(string host, int port)
    {
        var name = (host.EndsWith('.') ? host[..^1] : host).ToLowerInvariant();
        var labels = name.Split('.');
        var wellFormed = name.Length is > 0 and <= 253
            && labels.All(l => l.Length is > 0 and <= 63 && !l.StartsWith('-') && !l.EndsWith('-')
                && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            && !labels[^1].All(char.IsAsciiDigit);
        return wellFormed ? new Dns(name, port) : null;
    }
}
