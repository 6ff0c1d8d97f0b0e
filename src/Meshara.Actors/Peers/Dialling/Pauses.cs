using Meshara.Actors.Configuration;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Actors.Peers.Dialling;

/// <summary>Peers that said goodbye with a reason to be left alone: dialling them at once would only be refused. Owned by the supervisor.</summary>
/// <param name="settings">
/// As they are now: <c>removed-for</c> is how long a removal by the other side is honoured, and the longest wait of <c>backoff</c> the pause for the
/// other reasons.
/// </param>
internal sealed class Pauses(Func<MesharaSettings> settings)
{
    private const int Most = 1024;

    private readonly Dictionary<NodeId, DateTimeOffset> _until = [];

    /// <summary>A connection ended; some goodbyes of the peer ask for a pause. Whom a person wants is dialled all the same.</summary>
    public void OnEnded(NodeId peer, PeerConnectionProtocol.Ended ended, DateTimeOffset now)
    {
        TimeSpan? pause = !ended.ByPeer ? null : ended.Reason switch
        {
            Reason.RemovedByOperator => settings().RemovedFor,
            Reason.Evicted or Reason.NoSlot or Reason.Banned or Reason.LowReputation or Reason.RangeLimit or Reason.RateLimited => settings().Backoff.Max,
            _ => null,
        };
        if (pause is { } wait)
        {
            Add(peer, now + wait);
        }
    }

    private void Add(NodeId peer, DateTimeOffset until)
    {
        if (_until.Count >= Most)
        {
            _until.Remove(_until.MinBy(p => p.Value).Key);
        }

        _until[peer] = until;
    }

    /// <summary>Until when it is left alone; null if it did not ask for that.</summary>
    public DateTimeOffset? UntilOf(NodeId peer) => _until.TryGetValue(peer, out var until) ? until : null;

    public bool Holds(NodeId peer, DateTimeOffset now)
    {
        if (!_until.TryGetValue(peer, out var until))
        {
            return false;
        }

        if (until > now)
        {
            return true;
        }

        _until.Remove(peer);
        return false;
    }
}
