using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class HealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly HealthFacts Good = new() { Now = Now, UsesMdns = true };

    public static TheoryData<string, string, HealthLevel, string> Table { get; } = new()
    {
        { "a peer is connected", "no-peers", HealthLevel.Healthy, "Peers are connected." },
        { "just started", "no-peers", HealthLevel.Healthy, "No peer is connected yet." },
        { "lonely, the first of its network", "no-peers", HealthLevel.Degraded, "No peer is connected since 2026-01-02 03:03:05Z, and none is known that could be dialled." },
        { "lonely, two wanted", "no-peers", HealthLevel.Failing, "No peer is connected since 2026-01-02 03:03:05Z, though 2 are wanted." },
        { "no way in", "no-peers", HealthLevel.Failing, "No peer is connected: no way into the network." },
        { "no way in, but a peer", "no-peers", HealthLevel.Healthy, "Peers are connected." },
        { "cut off", "no-peers", HealthLevel.Failing, "This node is cut off from the network since 2026-01-02 03:04:00Z: most of its connections broke at once." },
        { "a peer is connected", "store-behind", HealthLevel.Healthy, "The peer store keeps up." },
        { "the disk is full", "store-behind", HealthLevel.Failing, "The peer store cannot write since 2026-01-02 03:04:00Z: it could not be written: the disk is full." },
        { "2047 wait", "store-behind", HealthLevel.Healthy, "The peer store keeps up." },
        { "2048 wait", "store-behind", HealthLevel.Degraded, "2048 changes wait for the peer store." },
        { "a peer is connected", "mdns-down", HealthLevel.Healthy, "The local network is searched." },
        { "mdns is off", "mdns-down", HealthLevel.Healthy, "The local network is not searched; the method local-mdns is not enabled." },
        { "port 5353 is taken", "mdns-down", HealthLevel.Degraded, "No peers are looked for on the local network: port 5353 cannot be shared." },
        { "a peer is connected", "listener-down", HealthLevel.Healthy, "The node can be dialled." },
        { "an accept failed just now", "listener-down", HealthLevel.Failing, "Nobody can dial this node: Too many open files." },
        { "an accept failed 5 s ago", "listener-down", HealthLevel.Healthy, "The node can be dialled." },
        { "the listener has ended", "listener-down", HealthLevel.Failing, "Nobody can dial this node: its listener has ended." },
        { "two clocks", "clock-skew", HealthLevel.Healthy, "Too few peers are connected to compare clocks with." },
        { "two of four clocks", "clock-skew", HealthLevel.Healthy, "The clock agrees with those of most peers." },
        { "three of four clocks", "clock-skew", HealthLevel.Degraded, "The clock of this machine is behind those of most peers, by 10 min at least." },
        { "in the future", "clock-skew", HealthLevel.Degraded, "The clock of this machine is ahead of those of most peers, by 3 days at least." },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_check_says_how_bad_it_is_why_and_what_to_do(string facts, string check, HealthLevel level, string cause)
    {
        var finding = Health.Judge(FactsOf(facts)).Findings.Single(f => f.Name == check);

        (finding.Level, finding.Cause).ShouldBe((level, cause));
        (finding.Remedy is null).ShouldBe(level == HealthLevel.Healthy);
        finding.Remedy?.ShouldEndWith(".");
    }

    [Fact]
    public void There_is_one_finding_of_each_check_and_the_worst_rules()
    {
        Health.Judge(Good).Findings.Select(f => f.Name).ShouldBe(Health.Checks);
        Health.Judge(Good).Level.ShouldBe(HealthLevel.Healthy);
        Health.Judge(FactsOf("port 5353 is taken")).Level.ShouldBe(HealthLevel.Degraded);
        Health.Judge(FactsOf("port 5353 is taken") with { ListenerEnded = true }).Level.ShouldBe(HealthLevel.Failing);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(120, 0)]
    [InlineData(121, 121)]
    [InlineData(-90_000, 0)]
    [InlineData(-90_001, -3_601)]
    public void A_peers_own_record_bounds_how_far_the_clock_is_off(int madeAfter, int offset) =>
        Health.OffsetBy((ulong)Now.AddSeconds(madeAfter).ToUnixTimeMilliseconds(), Now).ShouldBe(TimeSpan.FromSeconds(offset));

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    public void A_sequence_number_that_is_no_time_says_nothing_of_clocks(ulong sequence) => Health.OffsetBy(sequence, Now).ShouldBeNull();

    private static HealthFacts FactsOf(string name) => name switch
    {
        "a peer is connected" => Good,
        "just started" => Good with { LonelySince = Now.AddSeconds(-59), Wanted = 2 },
        "lonely, the first of its network" => Good with { LonelySince = Now.AddSeconds(-60) },
        "lonely, two wanted" => Good with { LonelySince = Now.AddSeconds(-60), Wanted = 2 },
        "no way in" => Good with { LonelySince = Now, NoWayIn = "no way into the network" },
        "no way in, but a peer" => Good with { NoWayIn = "no way into the network" },
        "cut off" => Good with { LonelySince = Now, AwaySince = Now.AddSeconds(-5) },
        "the disk is full" => Good with { StoreAway = (Now.AddSeconds(-5), "could not be written: the disk is full") },
        "2047 wait" => Good with { StoreQueue = 2047 },
        "2048 wait" => Good with { StoreQueue = 2048 },
        "mdns is off" => Good with { UsesMdns = false, MdnsProblem = "never looked at" },
        "port 5353 is taken" => Good with { MdnsProblem = "port 5353 cannot be shared" },
        "an accept failed just now" => Good with { AcceptFailed = (Now, "Too many open files") },
        "an accept failed 5 s ago" => Good with { AcceptFailed = (Now.AddSeconds(-5), "Too many open files") },
        "the listener has ended" => Good with { ListenerEnded = true },
        "two clocks" => Good with { ClockOffsets = Minutes(10, 10) },
        "two of four clocks" => Good with { ClockOffsets = Minutes(10, 10, 0, 0) },
        "three of four clocks" => Good with { ClockOffsets = Minutes(0, 10, 10, 50_000) },
        "in the future" => Good with { ClockOffsets = Minutes(-3 * 24 * 60, -3 * 24 * 60, 0) },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static TimeSpan[] Minutes(params int[] minutes) => [.. minutes.Select(m => TimeSpan.FromMinutes(m))];
}
