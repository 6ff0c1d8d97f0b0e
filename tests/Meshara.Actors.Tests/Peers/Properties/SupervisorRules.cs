using System.Net;
using Google.Protobuf;
using Meshara.Actors.Configuration;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;

namespace Meshara.Actors.Tests.Peers.Properties;

/// <summary>What a supervisor never does, whatever happens. Each rule is judged by what can be seen from outside, and by what is stored.</summary>
/// <param name="configured">Where those are whom a person asked for from the start.</param>
internal sealed class SupervisorRules(
    VolatileStore.Disk disk, MesharaSettings settings, IReadOnlyList<PeerAddress> configured, IReadOnlyList<Stranger> strangers, Func<DateTimeOffset> clock)
{
    /// <summary>A heartbeat every 30 s and 10 s for its answer: by then the node has noticed that a connection is dead.</summary>
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(60);

    /// <summary>So many of the last dials and events a failure names.</summary>
    private const int Remembered = 20;

    private readonly Queue<string> _before = new();
    private readonly HashSet<NodeId> _connected = [];
    private readonly HashSet<NodeId> _moved = [];
    private string? _broken;

    /// <summary>What is happening, for the message.</summary>
    public string Scene { get; set; } = "";

    /// <summary>Whom a person asks for at this moment: what kept it out is forgiven.</summary>
    public PeerAddress? AskedFor { get; set; }

    /// <summary>The node has started again.</summary>
    public void StartAgain()
    {
        _connected.Clear();
        _moved.Clear();
    }

    /// <summary>The node dials. What is wrong with that is thrown by <see cref="Hold"/>: here an actor would take it for a failure of its own.</summary>
    public void OnDial(PeerAddress address, NodeId? expected)
    {
        var (now, who) = (clock(), expected?.ToString()[..8] ?? "whoever is there");
        Remember($"dials {address}, {who}");
        Note(disk.Book.Ranges.BanOf(address, now) is null, $"it dials {address}, which lies in a banned range");
        if (address == AskedFor || (expected ?? PinnedAt(address)) is not { } peer || disk[peer] is not { } known)
        {
            return;
        }

        Note(!known.IsBanned(now), $"it dials {who} at {address}, who is banned");
        var isWanted = known.Manual || configured.Contains(address);
        Note(isWanted || known.Reputation.StandingAt(now, settings.Reputation) == Standing.Good, $"it dials {who} at {address}, whose score is too low");
    }

    /// <summary>A stranger has heard a goodbye.</summary>
    /// <param name="wasManual">Whether a person had asked for it when it was said.</param>
    public void OnGoodbye(Stranger stranger, Reason reason, bool wasManual) => Must(
        !wasManual || reason is not (Reason.Evicted or Reason.NoSlot or Reason.RangeLimit or Reason.LowReputation),
        $"it tells {stranger}, whom a person asked for, {reason.Name()}");

    public void OnEvent(MeshEvent e)
    {
        Remember($"{e.Kind.Name()} {e.PeerId?.ToString()[..8]} {e.Address} {e.Direction} {e.Reason?.Name()} {e.Detail}");
        if (e.Kind == MeshEventKind.PeerConnected)
        {
            Must(_connected.Add(e.PeerId!.Value), $"{e.PeerId} is told to be connected a second time");
        }
        else if (e.Kind == MeshEventKind.PeerDisconnected)
        {
            Must(_connected.Remove(e.PeerId!.Value), $"{e.PeerId} is told to be disconnected, and was not connected");

            // Who takes the place of its own dead connection takes none of another's, even where it dials now and was dialled before.
            _ = e.Reason == Reason.Duplicate ? _moved.Add(e.PeerId.Value) : _moved.Remove(e.PeerId.Value);
        }

        Must(e.Score is null or (>= Reputation.Lowest and <= Reputation.Highest), $"it tells of a score of {e.Score}");
    }

    /// <summary>What the node answers agrees with its limits, its bans, its store and those at the other ends.</summary>
    public void Hold(IReadOnlyList<PeerInfo> peers, MeshStatus status)
    {
        Must(_broken is null, $"{_broken}");
        HoldLimits([.. peers.Where(p => !p.Protected)]);
        foreach (var peer in peers)
        {
            HoldMerit(peer);
        }

        Must(peers.All(p => p.Connected), "it lists one who is not connected as connected");
        Must(status.Connected == peers.Count, $"its status counts {status.Connected} peers, its list {peers.Count}");
        Must(status.Known == disk.Book.Peers.Count, $"its status knows {status.Known} peers, its store {disk.Book.Peers.Count}");
        Must(status.Dialling <= settings.Connection.MaxDials, $"{status.Dialling} dials are under way");
        Must(_connected.SetEquals(peers.Select(p => p.PeerId)), "its events do not add up to its list");
        HoldAgreement([.. peers.Select(p => p.PeerId)]);
        foreach (var known in disk.Book.Peers.Values)
        {
            Must(known.Reputation.Score is >= Reputation.Lowest and <= Reputation.Highest, $"the score of {known.Id} is {known.Reputation.Score}");
        }
    }

    public void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ShouldAssertException($"{Scene}: {otherwise}. Before:\n{string.Join('\n', _before)}");
        }
    }

    private void Note(bool holds, string otherwise) => _broken ??= holds ? null : otherwise;

    private void Remember(string what)
    {
        _before.Enqueue($"{clock():HH:mm:ss.f} {what}");
        if (_before.Count > Remembered)
        {
            _before.Dequeue();
        }
    }

    private void HoldLimits(IReadOnlyList<PeerInfo> visitors)
    {
        var max = settings.Discovery.MaxPeers;
        Must(visitors.Count <= max, $"{visitors.Count} peers that nobody asked for are connected, of at most {max}");
        foreach (var way in visitors.Where(p => !_moved.Contains(p.PeerId)).GroupBy(p => p.Direction))
        {
            Must(way.Count() <= max - (max / 4), $"{way.Count()} of them are {way.Key}, of at most {max - (max / 4)}");
        }

        foreach (var range in visitors.GroupBy(p => NetworkGroup.RangeOf(HostOf(p))).Where(g => g.Key is not null))
        {
            Must(range.Count() <= Roster.MaxPerRange, $"{range.Count()} of them are of {range.Key}");
        }
    }

    private void HoldMerit(PeerInfo peer)
    {
        var now = clock();
        Must(disk[peer.PeerId]?.IsBanned(now) != true, $"{peer.PeerId} is banned and connected");
        Must(disk.Book.Ranges.BanOf(HostOf(peer), now) is null, $"{peer.PeerId} is connected from {peer.Address}, which lies in a banned range");
        Must(peer.Reputation is >= Reputation.Lowest and <= Reputation.Highest, $"the score of {peer.PeerId} is {peer.Reputation}");
        Must(peer.Protected || peer.Reputation >= settings.Reputation.DisconnectBelow, $"{peer.PeerId} is connected with a score of {peer.Reputation}");
    }

    private void HoldAgreement(HashSet<NodeId> peers)
    {
        foreach (var stranger in strangers)
        {
            var surely = stranger.Up.Count(l => l.CutAt is null);
            var perhaps = stranger.Up.Any(l => l.CutAt is null || clock() - l.CutAt < Unnoticed);
            Must(surely <= 1, $"{stranger} has {surely} connections");
            Must(surely == 0 || peers.Contains(stranger.Id), $"{stranger} is connected and not listed");
            Must(perhaps || !peers.Contains(stranger.Id), $"{stranger} is listed and not connected");
        }
    }

    private NodeId? PinnedAt(PeerAddress address) => disk.Book.HolderOf(address);

    private static IPAddress HostOf(PeerInfo peer) => ((PeerAddress.Ip)peer.Address!).EndPoint.Address;
}
