using System.Globalization;
using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Node.Tests.Lan;

/// <summary>Listens to the mDNS group of a LAN, beside whoever else uses the port.</summary>
internal sealed class MulticastEar(LanProcess process) : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private const string Listen = """
        import socket, struct, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(('', 5353))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('224.0.0.251') + socket.inet_aton(sys.argv[1]))
        print('listening', flush=True)
        while True:
            packet, source = s.recvfrom(9000)
            print(f'{time.monotonic():.6f} {source[0]} {packet.hex()}', flush=True)
        """;

    /// <summary>It hears what is said when this returns.</summary>
    public static async Task<MulticastEar> OnAsync(LanHost host)
    {
        var process = host.Start(Python, "-c", Listen, host.Address);
        await process.NextAsync(line => line == "listening");
        return new MulticastEar(process);
    }

    /// <summary>The next packet for which that holds; null if none comes in that time.</summary>
    public async Task<Heard?> NextAsync(Func<Heard, bool> wanted, TimeSpan patience)
    {
        Heard? heard = null;
        try
        {
            await process.NextAsync(line => Parse(line) is { } packet && wanted(heard = packet), patience);
            return heard;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static Heard? Parse(string line)
    {
        var parts = line.Split(' ');
        return parts.Length == 3 && MessageReader.TryRead(Convert.FromHexString(parts[2]), out var message) == Malformed.None
            ? new Heard(TimeSpan.FromSeconds(double.Parse(parts[0], CultureInfo.InvariantCulture)), IPAddress.Parse(parts[1]), message!)
            : null;
    }

    /// <param name="At">By the machine's monotonic clock.</param>
    internal sealed record Heard(TimeSpan At, IPAddress Source, DnsMessage Message);
}
