using System.Diagnostics;

namespace Meshara.Fuzz.Guidance;

/// <summary>What a run over one target came to.</summary>
internal sealed record Outcome(string Target, long Inputs, int Ways, int Kept, TimeSpan Time, IReadOnlyList<Flaw> Flaws);

/// <summary>
/// Fuzzes one target, guided by coverage: an input that takes a way which none took before is kept, and others are made of it. Runs in the
/// <see cref="InstrumentedContext"/>; called from outside, where types of the same names are other types, so that what goes in and out are
/// types of the runtime.
/// </summary>
internal sealed class Campaign
{
    /// <summary>A run that takes this long will not end: the input is written down, and the program gives up.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly Target _target;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly Findings _findings;
    private readonly EdgeMap _map = new();
    private readonly List<byte[]> _pool = [];
    private long _inputs;
    private long _began;

    public Campaign(Target target, int seed, Findings findings)
    {
        (_target, _findings, _random) = (target, findings, new Random(seed));
        _mutator = new Mutator(_random, target.Words, target.MaxLength);
    }

    /// <summary>Runs for so long, and adds the inputs that are worth keeping to the corpus in <paramref name="keep"/>, if that is a folder.</summary>
    /// <returns>One line for people, and how many faults were found.</returns>
    public static (string Line, int Flaws) Run(string name, int seed, TimeSpan time, string findings, string? keep, Action<string> tell)
    {
        var target = Target.All.Single(t => t.Name == name);
        var campaign = new Campaign(target, seed, new Findings(findings));
        var outcome = campaign.Run(time, tell);
        if (keep is not null)
        {
            var regressions = CorpusFile.Read(target, keep).Regressions;
            new CorpusFile(campaign.Smallest(), regressions).Write(target, keep);
        }

        return (
            $"{name,-16} {outcome.Inputs,12:N0} inputs  {outcome.Inputs / outcome.Time.TotalSeconds,9:N0}/s  {outcome.Ways,6:N0} ways  {outcome.Kept,5} kept  {outcome.Flaws.Count} faults",
            outcome.Flaws.Count);
    }

    /// <summary>The ways that so many inputs take which are made of one zero: of that alone, and of what has led to new ones too.</summary>
    public static (int Blind, int Guided) Explore(string name, int inputs)
    {
        return (Ways(isGuided: false), Ways(isGuided: true));

        int Ways(bool isGuided)
        {
            var campaign = new Campaign(Target.All.Single(t => t.Name == name), 1, new Findings(""));
            campaign._pool.Add([0]);
            for (var i = 0; i < inputs; i++)
            {
                var input = campaign._mutator.Next(campaign.Choose(), campaign.Choose());
                if (campaign.Try(input) && isGuided)
                {
                    campaign._pool.Add(input);
                }
            }

            return campaign._map.Count;
        }
    }

    public Outcome Run(TimeSpan time, Action<string> tell)
    {
        var (clock, told) = (Stopwatch.StartNew(), TimeSpan.Zero);
        using var watch = new Timer(_ => EndIfHanging(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var corpus = CorpusFile.Read(_target);
        foreach (var input in _target.Seeds.Concat(corpus.All).DistinctBy(Convert.ToHexString))
        {
            // What was not kept for its ways is still what others can be made of.
            Try(input);
            _pool.Add(input);
        }

        while (clock.Elapsed < time)
        {
            var input = _mutator.Next(Choose(), Choose());
            if (Try(input))
            {
                _pool.Add(Trim(input));
            }

            if (clock.Elapsed - told > TellEvery)
            {
                told = clock.Elapsed;
                tell($"{_target.Name}: {told.TotalSeconds:0} s, {_inputs:N0} inputs, {_map.Count:N0} ways, {_pool.Count} kept, {_findings.Flaws.Count} faults");
            }
        }

        Volatile.Write(ref _began, 0);
        return new Outcome(_target.Name, _inputs, _map.Count, _pool.Count, clock.Elapsed, _findings.Flaws);
    }

    /// <summary>Few short inputs that take all the ways that those kept do, the shortest first, within what a corpus may take.</summary>
    public IReadOnlyList<byte[]> Smallest()
    {
        var (covered, chosen, size) = (new HashSet<int>(), new List<byte[]>(), 0);
        foreach (var input in _pool.Where(i => !_target.Seeds.Any(s => s.AsSpan().SequenceEqual(i))).OrderBy(i => i.Length))
        {
            EdgeMap.Begin();
            var flaw = Trial.Run(_target, input);
            var length = ((input.Length + 2) / 3 * 4) + 1;
            if (flaw is null && size + length <= CorpusFile.MaxSize && !covered.IsSupersetOf(EdgeMap.Ways()))
            {
                covered.UnionWith(EdgeMap.Ways());
                chosen.Add(input);
                size += length;
            }
        }

        return chosen;
    }

    /// <summary>The newest half as often as all the rest: they lead to places where the old ones have been for long.</summary>
    private byte[] Choose() => _random.Next(2) == 0 ? _pool[_random.Next(_pool.Count / 2, _pool.Count)] : _pool[_random.Next(_pool.Count)];

    /// <summary>Whether it led to somewhere new. A fault is shrunk and written down.</summary>
    private bool Try(byte[] input)
    {
        Findings.Running = input;
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
        _inputs++;
        EdgeMap.Begin();
        if (Trial.Run(_target, input) is not { } flaw)
        {
            return _map.TakeNews();
        }

        if (_findings.IsNew(flaw))
        {
            Volatile.Write(ref _began, 0);
            var shrunk = Shrinker.Shrink(input, shorter => Trial.Run(_target, shorter)?.Kind == flaw.Kind, tries: flaw.Kind == "time" ? 200 : 5_000);
            _findings.Add(_target, Trial.Run(_target, shrunk) ?? flaw, shrunk);
        }

        return false;
    }

    /// <summary>The same ways with fewer bytes: what is made of it changes what matters more often.</summary>
    private byte[] Trim(byte[] input)
    {
        EdgeMap.Begin();
        Trial.Run(_target, input);
        var ways = EdgeMap.Ways();
        return Shrinker.Shrink(input, tries: 200, keeps: shorter =>
        {
            EdgeMap.Begin();
            return Trial.Run(_target, shorter) is null && ways.SetEquals(EdgeMap.Ways());
        });
    }

    private void EndIfHanging()
    {
        var began = Volatile.Read(ref _began);
        if (began != 0 && Stopwatch.GetElapsedTime(began) > Hang)
        {
            _findings.Add(_target, new Flaw("hang", $"It was not read within {Hang.TotalSeconds:0} s."), Findings.Running);
            Environment.Exit(1);
        }
    }
}
