using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Liveness;

/// <summary>
/// Two peers that watch each other over one connection, with the heartbeat of the node itself; processes and network are modelled. After
/// a stop the timer comes before what was received meanwhile: that is the worst order.
/// </summary>
internal sealed class WatchedLink
{
    /// <summary>Long enough that the detector has forgotten what was: beyond this, quiet time is passed over.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    private readonly Injection _injection;
    private readonly HeartbeatSettings _settings;
    private readonly Chance _chance;
    private readonly End[] _ends;
    private readonly double _heavyLossesPerSecond;
    private TimeSpan _heavyLoss;
    private TimeSpan _calmSince;
    private ulong _nonce;
    private int _forced;

    public WatchedLink(HeartbeatSettings settings, Injection injection, ulong seed, ulong number)
    {
        (_settings, _injection, _chance) = (settings, injection, new Chance(seed, number));
        _ends = [.. Enumerable.Range(0, 2).Select(e => new End(new Hindrances(injection, new Chance(seed ^ 0x5bd1e995, (number * 2) + (ulong)e))))];

        // Each silence costs a ping and a pong.
        _heavyLossesPerSecond = Math.Pow(injection.Loss, 3) * 2 / settings.Interval.TotalSeconds;
        Open();
    }

    public TimeSpan Now { get; private set; }

    /// <summary>How often one of the two took the other, who was well, for dead, until then.</summary>
    public int FalseDeathsUntil(TimeSpan end)
    {
        var deaths = 0;
        while (Next() is var next && next.At <= end)
        {
            if (Step(next) is not null)
            {
                deaths++;
                Open();
            }
            else
            {
                PassQuietTime(end);
            }
        }

        Now = end;
        return deaths;
    }

    /// <summary>The host of the second end is gone now, without a word: how long until the first knows.</summary>
    public TimeSpan Crash()
    {
        var at = Now;
        _ends[1].IsGone = true;
        _ends[1].Inbox.Clear();
        while (Step(Next()) is null)
        {
        }

        return Now - at;
    }

    private void Open()
    {
        foreach (var end in _ends)
        {
            end.Heartbeat = _settings.Begin(Now);
            end.Inbox.Clear();
            end.LastSent = TimeSpan.Zero;
        }

        _calmSince = Now;
    }

    /// <summary>The next thing happens; the end that takes the other for dead.</summary>
    private End? Step((End End, bool IsTick, TimeSpan At) next)
    {
        var (end, isTick, at) = next;
        Now = at > Now ? at : Now;
        if (isTick)
        {
            (end.Heartbeat, var step) = end.Heartbeat.OnTick(Now, ++_nonce);
            end.Looked();
            switch (step)
            {
                case HeartbeatStep.SendPing ping:
                    Send(end, ping.Nonce, isPong: false);
                    break;
                case HeartbeatStep.DeclareDead:
                    return end;
            }

            return null;
        }

        var message = end.Inbox.Dequeue();
        end.Heartbeat = message.IsPong ? end.Heartbeat.OnPong(message.Nonce, Now) : end.Heartbeat.OnHeard(Now);
        end.Looked();
        if (!message.IsPong)
        {
            Send(end, message.Nonce, isPong: true);
        }

        return null;
    }

    private (End End, bool IsTick, TimeSpan At) Next()
    {
        (End End, bool IsTick, TimeSpan At) next = (_ends[0], true, TimeSpan.MaxValue);
        foreach (var end in _ends)
        {
            if (end.IsGone)
            {
                continue;
            }

            var tick = end.TickAt(Now);
            if (tick < next.At)
            {
                next = (end, true, tick);
            }

            if (end.Inbox.TryPeek(out var message) && end.RunsAt(message.At, Now) is var run && run < next.At)
            {
                next = (end, false, run);
            }
        }

        return next;
    }

    private void Send(End from, ulong nonce, bool isPong)
    {
        var to = _ends[0] == from ? _ends[1] : _ends[0];
        if (to.IsGone)
        {
            return;
        }

        var (time, resend) = (_injection.Latency + (_injection.Jitter * _chance.NextDouble()), NetworkConditions.Resend);
        for (; _forced > 0 || _chance.NextDouble() < _injection.Loss; resend *= 2)
        {
            time += resend;
            _forced = Math.Max(0, _forced - 1);
            _calmSince = Now;
        }

        // As with TCP nothing overtakes.
        from.LastSent = Now + time > from.LastSent ? Now + time : from.LastSent;
        to.Inbox.Enqueue(new Message(from.LastSent, nonce, isPong));
    }

    /// <summary>
    /// Nothing happens to either side for long: the pings of that time would all be answered. Three losses in a row, which are the only
    /// danger then, are drawn for the whole of it at once.
    /// </summary>
    private void PassQuietTime(TimeSpan end)
    {
        foreach (var one in _ends)
        {
            if (one.Hindrances.Next(Now) <= Now)
            {
                _calmSince = Now;
            }
        }

        if (Now - _calmSince < Quiet || _ends.Any(e => e.Inbox.Count > 0 || e.Heartbeat.Due <= Now))
        {
            return;
        }

        if (_heavyLoss <= Now)
        {
            var wait = _heavyLossesPerSecond > 0 ? -Math.Log(1 - _chance.NextDouble()) / _heavyLossesPerSecond : double.MaxValue;
            _heavyLoss = wait > 1e9 ? TimeSpan.MaxValue : Now + TimeSpan.FromSeconds(wait);
        }

        var next = new[] { _ends[0].Hindrances.Next(Now), _ends[1].Hindrances.Next(Now), end }.Min();
        if (_heavyLoss < next)
        {
            (next, _forced, _calmSince) = (_heavyLoss, 3, _heavyLoss);
            _heavyLoss = TimeSpan.Zero;
        }

        // Where between two pings it begins again is chance.
        next -= _settings.Interval * (2 + _chance.NextDouble());
        if (next > Now)
        {
            Now = next;
            foreach (var one in _ends)
            {
                one.Heartbeat = one.Heartbeat.OnHeard(Now);
                one.Looked();
                one.Hindrances.Forget(Now);
            }
        }
    }

    private readonly record struct Message(TimeSpan At, ulong Nonce, bool IsPong);

    private sealed class End(Hindrances hindrances)
    {
        private TimeSpan? _tick;

        public Hindrances Hindrances => hindrances;

        public Heartbeat Heartbeat { get; set; }

        public Queue<Message> Inbox { get; } = new();

        public TimeSpan LastSent { get; set; }

        public bool IsGone { get; set; }

        /// <summary>When its timer gets to run. It is set anew only when it has come, as that of a connection is.</summary>
        public TimeSpan TickAt(TimeSpan now) => RunsAt(_tick ??= Heartbeat.Due, now);

        public TimeSpan RunsAt(TimeSpan at, TimeSpan now) => hindrances.NextRun(at > now ? at : now);

        public void Looked() => _tick = null;
    }
}
