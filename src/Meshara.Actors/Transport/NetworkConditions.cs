using System.Net;

namespace Meshara.Actors.Transport;

/// <summary>
/// What the ways of an in-memory network are like, on time and chance that are handed in: a network with conditions delivers nothing
/// before its time, and what is lost costs time, as with TCP.
/// </summary>
/// <param name="After">Runs an action when so much time has passed.</param>
/// <param name="Elapsed">How much has passed so far.</param>
/// <param name="Seed">All randomness of the network follows from it.</param>
internal sealed record NetworkConditions(Action<TimeSpan, Action> After, Func<TimeSpan> Elapsed, ulong Seed)
{
    /// <summary>The first timeout after which TCP sends again (RFC 6298 section 2, with the minimum that systems use); each further one is twice as long.</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromMilliseconds(200);

    /// <summary>The same for the opening of a connection (RFC 6298 section 2.1).</summary>
    public static readonly TimeSpan ResendOpening = TimeSpan.FromSeconds(1);

    /// <summary>When nothing has got through for so long, TCP gives the connection up.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(15);

    /// <summary>The shortest time from host to host.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>By so much at most it takes longer.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The share of packets that is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Whether a packet from the first host gets to the second now; the way back may be another.</summary>
    public Func<IPAddress, IPAddress, bool> Reaches { get; init; } = (_, _) => true;

    /// <summary>Whether others can open connections to the host; behind most home routers they cannot.</summary>
    public Func<IPAddress, bool> IsDiallable { get; init; } = _ => true;

    /// <summary>Told of every write that arrives: from, to, its bytes.</summary>
    public Action<IPAddress, IPAddress, ReadOnlyMemory<byte>> Arrived { get; init; } = (_, _, _) => { };

    /// <summary>How long one packet takes, those included that were lost before it.</summary>
    public TimeSpan Transit(Chance chance, TimeSpan resend)
    {
        var time = Latency + (Jitter * chance.NextDouble());
        while (chance.NextDouble() < Loss && resend < GiveUp)
        {
            time += resend;
            resend *= 2;
        }

        return time;
    }
}
