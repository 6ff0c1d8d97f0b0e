using System.Globalization;

namespace Meshara.Core.Peers;

/// <summary>Judges the health of a node from what it knows of itself. Pure.</summary>
internal static class Health
{
    public const string NoPeers = "no-peers", StoreBehind = "store-behind", MdnsDown = "mdns-down", ListenerDown = "listener-down", ClockSkew = "clock-skew";

    /// <summary>All checks, in the order in which they are told.</summary>
    public static readonly IReadOnlyList<string> Checks = [NoPeers, StoreBehind, MdnsDown, ListenerDown, ClockSkew];

    /// <summary>A node that starts, or loses its last peer, has so long to find another one before that is told.</summary>
    public static readonly TimeSpan MayBeLonely = TimeSpan.FromMinutes(1);

    /// <summary>So many commands wait in a store that has fallen behind: half of what may wait before changes are lost.</summary>
    public const int StoreIsBehindFrom = 2048;

    /// <summary>An accept is tried again many times a second: none that failed for so long, and it goes on.</summary>
    public static readonly TimeSpan AcceptIsBackAfter = TimeSpan.FromSeconds(5);

    /// <summary>A record is that much newer than now only if a clock is wrong: what is said here took seconds at most.</summary>
    public static readonly TimeSpan Behind = TimeSpan.FromMinutes(2);

    /// <summary>A node makes a new record each day: who shows an older one lives in another day than this node.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1) + TimeSpan.FromHours(1);

    /// <summary>The years 2020 and 2200. Other numbers order records as well, but tell no time.</summary>
    private const ulong OldestTime = 1_577_836_800_000, NewestTime = 7_258_118_400_000;

    /// <summary>One or two peers may have a wrong clock themselves, or lie.</summary>
    public const int FewestClocks = 3;

    public static MeshHealth Judge(HealthFacts facts) => new([Peers(facts), Store(facts), Mdns(facts), Listener(facts), Clock(facts)]);

    /// <summary>
    /// How far this node's clock is off at least, by the record that a peer has just shown; positive when it is behind. Null if the record's
    /// sequence number is no time.
    /// </summary>
    /// <param name="sequence">Of the peer's own record: when it made that, in milliseconds since 1970 by its own clock.</param>
    /// <param name="now">By this node's clock.</param>
    public static TimeSpan? OffsetBy(ulong sequence, DateTimeOffset now)
    {
        if (sequence < OldestTime || sequence > NewestTime)
        {
            return null;
        }

        var difference = DateTimeOffset.FromUnixTimeMilliseconds((long)sequence) - now;
        return difference > Behind ? difference : difference < -Ahead ? difference + TimeSpan.FromDays(1) : TimeSpan.Zero;
    }

    private static HealthFinding Peers(HealthFacts f) => f switch
    {
        { LonelySince: null } => Well(NoPeers, "Peers are connected."),
        { AwaySince: { } since } => new(
            NoPeers, HealthLevel.Failing, $"This node is cut off from the network since {At(since)}: most of its connections broke at once.",
            "Check the network of this machine; the node tries again by itself, every few seconds."),
        { NoWayIn: { } why } => new(
            NoPeers, HealthLevel.Failing, $"No peer is connected: {why}.",
            "Check the addresses under discovery.bootstrap-nodes, and that one of these nodes runs; the node tries again by itself."),
        { LonelySince: { } since } when f.Now - since < MayBeLonely => Well(NoPeers, "No peer is connected yet."),
        { LonelySince: { } since, Wanted: > 0 } => new(
            NoPeers, HealthLevel.Failing, $"No peer is connected since {At(since)}, though {f.Wanted} are wanted.",
            "Ask for each why it is not: meshara why HOST:PORT."),
        { LonelySince: { } since } => new(
            NoPeers, HealthLevel.Degraded, $"No peer is connected since {At(since)}, and none is known that could be dialled.",
            "Add one (meshara peer add HOST:PORT), or name bootstrap nodes; the first node of a network waits for others to dial it."),
    };

    private static HealthFinding Store(HealthFacts f) => f switch
    {
        { StoreAway: { } away } => new(
            StoreBehind, HealthLevel.Failing, $"The peer store cannot write since {At(away.Since)}: it {away.Cause}.",
            "Make room on the disk, or bring the database back; connections live on from memory, and what can wait is written then."),
        { StoreQueue: >= StoreIsBehindFrom } => new(
            StoreBehind, HealthLevel.Degraded, $"{f.StoreQueue} changes wait for the peer store.",
            "Give the data folder a faster disk, or take load off this one; beyond 4096 changes are lost."),
        _ => Well(StoreBehind, "The peer store keeps up."),
    };

    private static HealthFinding Mdns(HealthFacts f) => f switch
    {
        { UsesMdns: false } => Well(MdnsDown, "The local network is not searched; the method local-mdns is not enabled."),
        { MdnsProblem: { } problem } => new(
            MdnsDown, HealthLevel.Degraded, $"No peers are looked for on the local network: {problem}.",
            "Check the interfaces (discovery.mdns) and who holds UDP port 5353, then restart the node; peers are found by other ways meanwhile."),
        _ => Well(MdnsDown, "The local network is searched."),
    };

    private static HealthFinding Listener(HealthFacts f) => f switch
    {
        { ListenerEnded: true } => new(ListenerDown, HealthLevel.Failing, "Nobody can dial this node: its listener has ended.", "Restart the node; its log says why."),
        { AcceptFailed: { } failed } when f.Now - failed.At < AcceptIsBackAfter => new(
            ListenerDown, HealthLevel.Failing, $"Nobody can dial this node: {failed.Cause}.",
            "If it is short of file handles, raise their limit (ulimit -n, LimitNOFILE=) or lower max-peers; it tries again by itself."),
        _ => Well(ListenerDown, "The node can be dialled."),
    };

    private static HealthFinding Clock(HealthFacts f)
    {
        var offsets = f.ClockOffsets.Order().ToList();
        var (behind, ahead) = (offsets.Count(o => o > TimeSpan.Zero), offsets.Count(o => o < TimeSpan.Zero));
        if (offsets.Count < FewestClocks)
        {
            return Well(ClockSkew, "Too few peers are connected to compare clocks with.");
        }

        // With a majority on one side the one in the middle is on that side: no single liar says by how much.
        return behind * 2 <= offsets.Count && ahead * 2 <= offsets.Count
            ? Well(ClockSkew, "The clock agrees with those of most peers.")
            : new(
                ClockSkew, HealthLevel.Degraded,
                $"The clock of this machine is {(behind > ahead ? "behind" : "ahead of")} those of most peers, by {Span(offsets[offsets.Count / 2].Duration())} at least.",
                "Set the clock, and keep it right (timedatectl set-ntp true): bans, pauses and records count by it.");
    }

    private static HealthFinding Well(string check, string finding) => new(check, HealthLevel.Healthy, finding, null);

    private static string At(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span >= TimeSpan.FromDays(2) ? $"{(int)span.TotalDays} days"
        : span >= TimeSpan.FromHours(2) ? $"{(int)span.TotalHours} h" : $"{(int)span.TotalMinutes} min";
}
