namespace Meshara.Simulation.Eclipse.Model;

/// <summary>The network that the victim belongs to: honest hosts that come and go, and what they tell of each other.</summary>
internal sealed class HonestNetwork
{
    public const int Size = 2000;

    /// <summary>Of these groups; the lower ones hold more hosts, as large providers do.</summary>
    public const int Groups = 1000;

    /// <summary>The part of its time that a host is there, in stretches of <see cref="Stretch"/>.</summary>
    public const double Availability = 0.7;

    /// <summary>The chance that a host which is there has no place for the victim.</summary>
    public const double Full = 0.2;

    /// <summary>The part of what an honest host tells that is not there any more.</summary>
    public const double Stale = 0.1;

    public static readonly TimeSpan Stretch = TimeSpan.FromHours(12);

    /// <summary>A connection to an honest host lasts so long on average, if the host is there so long.</summary>
    public static readonly TimeSpan Stay = TimeSpan.FromHours(4);

    private readonly ulong _key;
    private readonly Host[] _hosts;

    public HonestNetwork(int seed)
    {
        _key = Chance.Mix((ulong)seed, 1);
        var random = Chance.Stream(seed, 2);
        var groups = Enumerable.Range(0, Groups).Select(_ => random.Next(AddressSpace.V4Groups)).ToArray();
        _hosts = [.. Enumerable.Range(0, Size).Select(n =>
        {
            var chance = random.NextDouble();
            var group = groups[(int)(Groups * chance * chance)];
            return new Host(n, n, group, AddressSpace.AddressOf(group, random.Next(1, 0xffff)), Side.Honest);
        })];
    }

    public bool IsThere(Host host, DateTimeOffset now) => Chance.Of(Chance.Mix(_key, host.Number, StretchOf(host, now))) < Availability;

    /// <summary>When it may go, the next time.</summary>
    public DateTimeOffset EndOfStretch(Host host, DateTimeOffset now) =>
        new(((StretchOf(host, now) + 1) * Stretch.Ticks) - PhaseOf(host), TimeSpan.Zero);

    public Host SomebodyThere(Random random, DateTimeOffset now)
    {
        while (true)
        {
            if (_hosts[random.Next(Size)] is var host && IsThere(host, now))
            {
                return host;
            }
        }
    }

    /// <summary>What a host tells: mostly those who are there, and for the whole day the same ones.</summary>
    public IReadOnlyList<Host> ToldBy(Host teller, int count, DateTimeOffset now)
    {
        var random = new Random((int)(Chance.Mix(_key, teller.Number, now.DayOfYear, 3) >> 33));
        var told = new HashSet<Host>(count);
        for (var tries = 0; told.Count < count && tries < count * 4; tries++)
        {
            var host = _hosts[random.Next(Size)];
            if ((random.NextDouble() < Stale || IsThere(host, now)) && host != teller)
            {
                told.Add(host);
            }
        }

        return [.. told];
    }

    private long StretchOf(Host host, DateTimeOffset now) => (now.UtcTicks + PhaseOf(host)) / Stretch.Ticks;

    private long PhaseOf(Host host) => (long)(Chance.Of(Chance.Mix(_key, host.Number, -1)) * Stretch.Ticks);
}
