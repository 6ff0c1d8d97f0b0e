using Meshara.Actors.Transport;

namespace Meshara.Simulation.Liveness;

/// <summary>What is done to the processes and to the network while peers watch each other.</summary>
internal sealed record Injection
{
    /// <summary>Every process is stopped for so long, as by a garbage collection or a snapshot of its machine.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan PauseEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For so long it is starved: it gets the processor for one slice in a second, as in a container over its quota.</summary>
    public TimeSpan Starvation { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan StarvationEvery { get; init; } = TimeSpan.FromHours(2);

    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan Jitter { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>The share of packets that is lost; TCP sends them again after 200 ms, 400 ms, ...</summary>
    public double Loss { get; init; } = 0.001;
}

/// <summary>When one process runs, and when it is stopped or starved.</summary>
internal sealed class Hindrances(Injection injection, Chance chance)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Spells _pauses = new(injection.Pause, injection.PauseEvery, chance);
    private readonly Spells _starvations = new(injection.Starvation, injection.StarvationEvery, chance);
    private readonly TimeSpan _phase = Period * chance.NextDouble();

    /// <summary>When the next hindrance begins, or one that has not ended by <paramref name="now"/> began.</summary>
    public TimeSpan Next(TimeSpan now)
    {
        var (pause, starvation) = (_pauses.NotOver(now).Begin, _starvations.NotOver(now).Begin);
        return pause < starvation ? pause : starvation;
    }

    /// <summary>When the process next gets to run, at or after <paramref name="at"/>.</summary>
    public TimeSpan NextRun(TimeSpan at)
    {
        while (true)
        {
            var pause = _pauses.NotOver(at);
            if (at >= pause.Begin)
            {
                at = pause.End;
                continue;
            }

            var within = TimeSpan.FromTicks((at + _phase).Ticks % Period.Ticks);
            if (at < _starvations.NotOver(at).Begin || within < injection.Slice)
            {
                return at;
            }

            at += Period - within;
        }
    }

    /// <summary>What is over by then is asked for no more.</summary>
    public void Forget(TimeSpan now)
    {
        _pauses.Forget(now);
        _starvations.Forget(now);
    }

    /// <summary>Times of one kind, drawn as far ahead as somebody looks.</summary>
    private sealed class Spells(TimeSpan length, TimeSpan every, Chance chance)
    {
        private readonly List<TimeSpan> _begins = [];
        private TimeSpan _drawn;

        public (TimeSpan Begin, TimeSpan End) NotOver(TimeSpan at)
        {
            foreach (var begin in _begins)
            {
                if (at < begin + length)
                {
                    return (begin, begin + length);
                }
            }

            while (true)
            {
                var begin = _drawn + (every * (0.5 + chance.NextDouble()));
                _drawn = begin + length;
                _begins.Add(begin);
                if (at < _drawn)
                {
                    return (begin, _drawn);
                }
            }
        }

        public void Forget(TimeSpan now) => _begins.RemoveAll(b => b + length <= now);
    }
}
