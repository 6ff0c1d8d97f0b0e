namespace Meshara.Mdns.Engine;

/// <summary>The times of RFC 6762, by section, and the bounds that are this engine's own.</summary>
internal static class Timing
{
    /// <summary>TTL of records that name or are a host's address, and of all others, in seconds (section 10).</summary>
    public const uint HostTtl = 120, OtherTtl = 4500;

    /// <summary>TTL in answers to a resolver that knows nothing of multicast, in seconds at most (section 6.7).</summary>
    public const uint LegacyTtl = 10;

    /// <summary>Between two probes, and the random wait before the first at most (section 8.1).</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>After a tie-break was lost (section 8.2).</summary>
    public static readonly TimeSpan Deferral = TimeSpan.FromSeconds(1);

    /// <summary>Between the two announcements (section 8.3).</summary>
    public static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(1);

    /// <summary>The random wait before a shared record is answered, and before a first question is asked (sections 6 and 5.2).</summary>
    public static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(20), LongestDelay = TimeSpan.FromMilliseconds(120);

    /// <summary>The same when more known answers are to follow (section 7.2).</summary>
    public static readonly TimeSpan ShortestTruncatedDelay = TimeSpan.FromMilliseconds(400), LongestTruncatedDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>No record is multicast twice within this (section 6), except to defend a name against a probe (section 6, 250 ms).</summary>
    public static readonly TimeSpan SameRecord = TimeSpan.FromSeconds(1);

    /// <summary>How long a record lives on that was said goodbye to, or that another one has flushed (sections 10.1 and 10.2).</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Between the first two questions; the interval doubles from there (section 5.2).</summary>
    public static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long after a question for unicast such an answer is taken (section 6).</summary>
    public static readonly TimeSpan UnicastAnswer = TimeSpan.FromSeconds(2);

    /// <summary>A record with a shorter TTL is not asked for more often than one with this. It would else buy traffic at will.</summary>
    public static readonly TimeSpan ShortestRefreshedTtl = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Work that costs as much as is known waits so long for more of it, and so do questions for what is missing: no flood can buy them
    /// packet by packet.
    /// </summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>What was asked for and found, and is missing again, is not asked for sooner than this.</summary>
    public static readonly TimeSpan ShortestRefresh = ShortestRefreshedTtl * 0.8;

    /// <summary>How long a record that did not work is believed, unless it is heard again (section 10.4).</summary>
    public static readonly TimeSpan Reconfirmation = TimeSpan.FromSeconds(10);

    /// <summary>So many conflicts in so short a time slow the search for a free name down to one try in <see cref="ConflictPause"/> (section 8.1).</summary>
    public const int ManyConflicts = 15;

    public static readonly TimeSpan ConflictWindow = TimeSpan.FromSeconds(10), ConflictPause = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a conflict all are forgotten.</summary>
    public static readonly TimeSpan ConflictMemory = TimeSpan.FromMinutes(1);

    /// <summary>When a record is asked for again: at these parts of its TTL, each up to 2 % later by chance (section 5.2).</summary>
    public static readonly double[] RefreshAt = [0.80, 0.85, 0.90, 0.95];

    /// <summary>Records that are to be asked for within this are asked for together.</summary>
    public static readonly TimeSpan RefreshTogether = TimeSpan.FromSeconds(3);

    /// <summary>Bytes of a packet of ours: an Ethernet frame less the headers of IPv6 and UDP, and some room for tunnels (section 17).</summary>
    public const int PacketSize = 1440;

    /// <summary>A time drawn from between two.</summary>
    public static TimeSpan Between(TimeSpan least, TimeSpan most, Random random) => least + ((most - least) * random.NextDouble());
}
