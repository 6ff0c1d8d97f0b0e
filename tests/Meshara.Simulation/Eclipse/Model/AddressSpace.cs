using System.Net;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Eclipse.Model;

/// <summary>Network groups by number: first those IPv4 /16 that are public, then IPv6 /32, of which there are as many as anybody wants.</summary>
internal static class AddressSpace
{
    public const int Port = 7373;

    /// <summary>First octets under which every /16 is public: 191 of them.</summary>
    private static readonly int[] Octets =
        [.. Enumerable.Range(11, 89), .. Enumerable.Range(104, 23), .. Enumerable.Range(128, 41), .. Enumerable.Range(174, 18), .. Enumerable.Range(204, 20)];

    public static int V4Groups { get; } = Octets.Length * 256;

    /// <param name="group">From 0.</param>
    /// <param name="host">Which address of the group, 0 to 65,535; those of one multiple of 256 are one /24, or one /56.</param>
    public static PeerAddress AddressOf(int group, int host)
    {
        if (group < V4Groups)
        {
            return PeerAddress.Of(new IPAddress([(byte)Octets[group / 256], (byte)group, (byte)(host >> 8), (byte)host]), Port);
        }

        var beyond = group - V4Groups;
        return PeerAddress.Of(
            new IPAddress([0x2a, (byte)(beyond >> 16), (byte)(beyond >> 8), (byte)beyond, 0, (byte)(host >> 8), 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)host]), Port);
    }
}
