using System.Collections.Immutable;
using System.Net;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers.Reachability;

/// <summary>Whether a node can be reached, and reaches others: what was tried, what came of it, and what follows.</summary>
/// <param name="Verdict">Whether others can reach this node, in one plain sentence.</param>
/// <param name="Findings">One of each section, always in this order: interfaces, listen, dial-back, bootstrap, clock.</param>
public sealed record MeshNetcheck(string Verdict, ImmutableArray<HealthFinding> Findings)
{
    /// <summary>
    /// That of the worst finding. <see cref="HealthLevel.Failing"/>: nobody could reach this node, or it is cut off itself;
    /// <see cref="HealthLevel.Degraded"/>: something is worth a look, or nobody was there to try.
    /// </summary>
    public HealthLevel Level => Findings.Max(f => f.Level);

    /// <summary>The interfaces of the machine that are up.</summary>
    public ImmutableArray<InterfaceCheck> Interfaces { get; init; } = [];

    /// <summary>What came of it when the node dialled itself, at each address where it listens (16 at most).</summary>
    public ImmutableArray<DialCheck> Listen { get; init; } = [];

    /// <summary>What came of it when connected peers were asked to dial back (3 at most).</summary>
    public ImmutableArray<DialBackCheck> DialBacks { get; init; } = [];

    /// <summary>The configured bootstrap nodes (16 at most).</summary>
    public ImmutableArray<BootstrapCheck> Bootstrap { get; init; } = [];

    /// <summary>The clock of this machine against those of the connected peers.</summary>
    public ClockCheck Clock { get; init; } = new(0, null);
}

/// <summary>One interface of the machine, and the multicast DNS packets on it since the node started.</summary>
/// <param name="Name">Its name in the system, such as <c>eth0</c>.</param>
/// <param name="Addresses">Its unicast addresses.</param>
/// <param name="Multicast">Whether it can carry multicast.</param>
/// <param name="UsedByMdns">Whether the local network is searched on it.</param>
/// <param name="PacketsSent">Packets that were sent.</param>
/// <param name="PacketsHeard">Packets that came in, this machine's own multicasts among them.</param>
/// <param name="PacketsFromOthers">Those of them that came from another machine.</param>
/// <param name="Errors">Packets that could not be sent, and failed attempts to join the multicast group.</param>
public sealed record InterfaceCheck(
    string Name,
    ImmutableArray<IPAddress> Addresses,
    bool Multicast,
    bool UsedByMdns,
    long PacketsSent,
    long PacketsHeard,
    long PacketsFromOthers,
    long Errors);

/// <summary>A dial that went as far as the proof of the key.</summary>
/// <param name="Address">Where.</param>
/// <param name="Took">How long until its outcome was known.</param>
/// <param name="Failure">Why it failed; null if the right key answered.</param>
/// <param name="Detail">What exactly happened; null if there is no more to say.</param>
public sealed record DialCheck(PeerAddress Address, TimeSpan Took, Reason? Failure, string? Detail);

/// <summary>What came of asking a peer to dial back.</summary>
public enum DialBackOutcome
{
    /// <summary>It says that it has reached this node.</summary>
    Reached,

    /// <summary>It says that it has tried, and could not.</summary>
    NotReached,

    /// <summary>It was asked too much of late, and did not try.</summary>
    Busy,

    /// <summary>It did not answer in time.</summary>
    NoAnswer,

    /// <summary>It runs a version that cannot dial back, and was not asked.</summary>
    Unable,
}

/// <summary>One peer that was asked to dial back. It is the peer's word, and nothing proves it.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Remote">Where this node sees it.</param>
/// <param name="IsLocal">Whether it is on this machine or on the local network: then it says nothing about the world outside.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Dialled">Where the peer has dialled; null if it did not, or does not say.</param>
/// <param name="Failure">Why it could not reach this node; null if it could, or did not try.</param>
/// <param name="Took">How long the answer took; null without one.</param>
/// <param name="Age">How old the answer is; more than zero if the peer was asked less than a minute ago, and so not again.</param>
public sealed record DialBackCheck(
    NodeId Peer,
    PeerAddress Remote,
    bool IsLocal,
    DialBackOutcome Outcome,
    PeerAddress? Dialled = null,
    Reason? Failure = null,
    TimeSpan? Took = null,
    TimeSpan Age = default);

/// <summary>One configured bootstrap node.</summary>
/// <param name="Node">As it is configured.</param>
/// <param name="Addresses">What its name leads to; none if it could not be looked up.</param>
/// <param name="Connected">Whether it is connected; then it was not dialled.</param>
/// <param name="Took">How long the lookup and the dial took.</param>
/// <param name="Failure">Why it does not answer; null if it does. <see cref="Reason.SelfConnection"/>: it is this node itself, which is no fault.</param>
/// <param name="Detail">What exactly happened; null if there is no more to say.</param>
public sealed record BootstrapCheck(
    PeerTarget Node, ImmutableArray<IPAddress> Addresses, bool Connected, TimeSpan Took, Reason? Failure, string? Detail)
{
    /// <summary>Whether it can be used.</summary>
    public bool Answers => Failure is null or Reason.SelfConnection;
}

/// <summary>The clock of this machine, by the records that connected peers have shown.</summary>
/// <param name="Peers">On how many peers' records it rests.</param>
/// <param name="Offset">How far it is behind (negative: ahead) at least; zero if it agrees with most, null if these are too few.</param>
public sealed record ClockCheck(int Peers, TimeSpan? Offset);
