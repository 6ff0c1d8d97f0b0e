using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>The signs of life of one connection: its heartbeat, the pings that people ask for, and what does not end: a write, or a frame of the peer's.</summary>
/// <param name="onRoundTrip">Told how long the answer to a heartbeat took.</param>
internal sealed class Vitality(MesharaSettings settings, NodeClock clock, Random random, Action<TimeSpan>? onRoundTrip = null)
{
    /// <summary>Pings of people that may wait for their pongs; the oldest is forgotten first.</summary>
    private const int MaxAsked = 64;

    private readonly Dictionary<ulong, (IActorRef Asker, TimeSpan SentAt)> _asked = [];
    private HeartbeatSettings _settings = settings.Heartbeat;
    private Heartbeat _heartbeat = settings.Heartbeat.Begin(clock.Elapsed);
    private TimeSpan _nextBeat;
    private TimeSpan? _writingSince;
    private TimeSpan? _receivingSince;
    private TimeSpan _minuteBegan = clock.Elapsed;
    private int _pingsInMinute;

    public TimeSpan? RoundTripTime => _heartbeat.RoundTripTime;

    /// <summary>How long until <see cref="OnBeat"/> has something to decide. Who asks waits for it.</summary>
    public TimeSpan UntilNextBeat
    {
        get
        {
            _nextBeat = _heartbeat.Due;
            var wait = _heartbeat.Due - clock.Elapsed;
            return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>From now on by these.</summary>
    public void Retune(HeartbeatSettings heartbeat, Action arm)
    {
        if (heartbeat != _settings)
        {
            _settings = heartbeat;
            _heartbeat = _heartbeat with { Interval = heartbeat.Interval, Timeout = heartbeat.Timeout, Patience = heartbeat.Begin(clock.Elapsed).Patience };
            IfDueSooner(arm);
        }
    }

    /// <summary>Where an answer may take longer than a silence, the next ping is due before that answer would have been.</summary>
    public void IfDueSooner(Action arm)
    {
        if (_heartbeat.Due < _nextBeat)
        {
            arm();
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

    /// <summary>Nothing was read for a while, by this side's own will: that says nothing of the peer.</summary>
    public void Paused()
    {
        Heard();
        _receivingSince = null;
    }

    /// <summary>Bytes have come.</summary>
    /// <param name="isWithinFrame">They end within a frame.</param>
    /// <param name="isAnother">That frame began with them.</param>
    public void Received(bool isWithinFrame, bool isAnother) =>
        _receivingSince = !isWithinFrame ? null : isAnother ? clock.Elapsed : _receivingSince ?? clock.Elapsed;

    public void Ponged(ulong nonce)
    {
        if (_asked.Remove(nonce, out var ping))
        {
            ping.Asker.Tell(new PeerConnectionProtocol.RoundTrip(clock.Elapsed - ping.SentAt));
        }
        else
        {
            if (_heartbeat.SampleOf(nonce, clock.Elapsed) is { } sample)
            {
                onRoundTrip?.Invoke(sample);
            }

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
        // A peer that sends but never reads would otherwise hold its queue full for ever; one that sends a frame byte by byte would never be
        // silent, nor ever have anything to say.
        if (IsEndless(_writingSince) || IsEndless(_receivingSince))
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

    private bool IsEndless(TimeSpan? since) => clock.Elapsed - since >= _settings.Interval + _settings.Timeout;

    private ulong Nonce() => (ulong)random.NextInt64();
}
