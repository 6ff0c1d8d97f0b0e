using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Meshara.Actors.Telemetry;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Diagnostics;

/// <summary>Tells what happened: an event for the feed and a line for the log, in the same words. Owned by the supervisor.</summary>
internal sealed class Announcer(IActorRef feed, NodeClock clock, ILoggingAdapter log, NodeFigures figures)
{
    private readonly RejectionLog _rejections = new();
    private ImmutableSortedDictionary<string, string> _parts = ImmutableSortedDictionary<string, string>.Empty;
    private ImmutableArray<string> _problems = [];

    public ImmutableSortedDictionary<Reason, long> Rejections => _rejections.Total;

    public ImmutableArray<string> Problems => _problems;

    public void Tell(MeshEvent e)
    {
        Count(e);
        feed.Tell(e);
        if (log.IsInfoEnabled)
        {
            log.Info(
                "{0} peer={1} address={2} reason={3} {4}",
                e.Kind.Name(), e.PeerId?.ToShortString() ?? "-", e.Address?.ToString() ?? "-", e.Reason?.Name() ?? "-", e.Detail ?? "");
        }
    }

    public void Tell(MeshEventKind kind, NodeId? peer = null, Reason? reason = null, double? score = null) =>
        Tell(new MeshEvent(kind, clock.Now) { PeerId = peer, Reason = reason, Score = score });

    /// <summary>A stranger, or a peer that is kept out, did not get in.</summary>
    public void Rejected(PeerAddress? remote, NodeId? peer, Reason reason, string? detail)
    {
        figures.Rejections.Add(reason);
        if (_rejections.Count(reason))
        {
            Tell(new MeshEvent(MeshEventKind.PeerRejected, clock.Now)
            {
                Address = remote, PeerId = peer, Direction = Direction.Inbound, Reason = reason, Detail = detail,
            });
        }
    }

    /// <summary>A minute is over: the rejections that were only counted.</summary>
    public void TellUntoldRejections()
    {
        foreach (var (reason, untold) in _rejections.TakeUntold())
        {
            Tell(new MeshEvent(MeshEventKind.PeerRejected, clock.Now)
            {
                Direction = Direction.Inbound, Reason = reason, Detail = $"and {untold} more in the last minute",
            });
        }
    }

    /// <summary>What is wrong now with one part of the node, in one sentence, or null; an event follows if that has changed.</summary>
    /// <param name="remark">What is to be told besides, also where nothing has changed.</param>
    public void Health(string part, string? problem, string? remark = null)
    {
        _parts = problem is null ? _parts.Remove(part) : _parts.SetItem(part, problem);
        var problems = _parts.Values.ToImmutableArray();
        if (!problems.SequenceEqual(_problems) || remark is not null)
        {
            _problems = problems;
            Tell(new MeshEvent(MeshEventKind.HealthChanged, clock.Now)
            {
                Detail = problems.IsEmpty ? (remark is null ? "healthy" : $"healthy; {remark}") : string.Join("; ", remark is null ? problems : problems.Add(remark)),
            });
        }
    }

    private void Count(MeshEvent e)
    {
        switch (e)
        {
            case { Kind: MeshEventKind.PeerDisconnected, Reason: { } reason }:
                figures.Disconnections.Add(reason);
                break;
            case { Kind: MeshEventKind.PeerBanned, Reason: { } reason }:
                figures.Bans.Add(reason);
                break;
        }
    }
}
