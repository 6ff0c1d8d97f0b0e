using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>The signs of life of one connection: its heartbeat, the pings that people ask for, and writes that do not end.</summary>
internal sealed class Vitality(MesharaSettings settings, NodeClock clock, Random random)
{
    /// <summary>Pings of people that may wait for their pongs; the oldest is forgotten first.</summary>
    private const int MaxAsked = 64;

    private readonly Dictionary<ulong, (IActorRef Asker, TimeSpan SentAt)> _asked = [];
    private Heartbeat _heartbeat = new(settings.Heartbeat.Interval, settings.Heartbeat.Timeout, clock.Elapsed);
    private TimeSpan? _writingSince;
    private TimeSpan _minuteBegan = clock.Elapsed;
    private int _pingsInMinute;

    public TimeSpan? RoundTripTime => _heartbeat.RoundTripTime;

    /// <summary>How long until <see cref="OnBeat"/> has something to decide.</summary>
    public TimeSpan UntilNextBeat
    {
        get
        {
            var wait = _heartbeat.Due - clock.Elapsed;
            return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>A ping out of the rhythm; <paramref name="asker"/> is told the round-trip time.</summary>
    public Envelope Ping(IActorRef? asker = null)
    {
        var nonce = Nonce();
        if (asker is null)
        {
            _heartbeat = _heartbeat.OnPingSent(nonce, clock.Elapsed);
        }
        else
        {
            if (_asked.Count >= MaxAsked)
            {
                _asked.Remove(_asked.MinBy(a => a.Value.SentAt).Key);
            }

            _asked[nonce] = (asker, clock.Elapsed);
        }

        return new Envelope { Ping = new Ping { Nonce = nonce } };
    }

    public void Heard() => _heartbeat = _heartbeat.OnHeard(clock.Elapsed);

    public void Ponged(ulong nonce)
    {
        if (_asked.Remove(nonce, out var ping))
        {
            ping.Asker.Tell(new PeerConnectionProtocol.RoundTrip(clock.Elapsed - ping.SentAt));
        }
        else
        {
            _heartbeat = _heartbeat.OnPong(nonce, clock.Elapsed);
        }
    }

    /// <summary>Whether another ping of the peer is answered. A flood of them would make this node send as much as it is sent.</summary>
    public bool MayAnswerPing() => IsWithinTheMinute();

    /// <summary>Whether another message is skipped because its kind is unknown here. A flood of them is no later version's way.</summary>
    public bool MaySpeakOfTheUnknown() => IsWithinTheMinute();

    private bool IsWithinTheMinute()
    {
        if (clock.Elapsed - _minuteBegan >= TimeSpan.FromMinutes(1))
        {
            (_minuteBegan, _pingsInMinute) = (clock.Elapsed, 0);
        }

        return ++_pingsInMinute <= settings.Connection.MaxPingsPerMinute;
    }

    public void Writing() => _writingSince = clock.Elapsed;

    public void Wrote() => _writingSince = null;

    public HeartbeatStep OnBeat()
    {
        // A peer that sends but never reads would otherwise hold its queue full for ever.
        if (_writingSince is { } since && clock.Elapsed - since >= settings.Heartbeat.Interval + settings.Heartbeat.Timeout)
        {
            return HeartbeatStep.DeclareDead.Instance;
        }

        (_heartbeat, var step) = _heartbeat.OnTick(clock.Elapsed, Nonce());
        return step;
    }

    /// <summary>The connection is over: nobody waits for a pong any more.</summary>
    public void Abandon(Reason reason)
    {
        foreach (var (asker, _) in _asked.Values)
        {
            asker.Tell(new MeshProtocol.Failed(reason));
        }

        _asked.Clear();
    }

    private ulong Nonce() => (ulong)random.NextInt64();
}
