using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// How long a node takes to choose whom to dial next, of ten thousand known peers and of a million; the ceiling of each is what ten thousand
/// took, and the aim the growth of a logarithm.
/// </summary>
internal sealed class Selection : IBenchmark
{
    private const int Smallest = 10_000;

    public string Name => "selection";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await Task.Yield();
        var worlds = scale.Of<int[]>([Smallest, 100_000], [Smallest, 100_000, 1_000_000]).Select(n => new World(n)).ToList();

        // By turns, until the code is compiled as well as it will be, and then for the record.
        foreach (var counts in new[] { false, true })
        {
            for (var i = 0; i < scale.Of(100, 300); i++)
            {
                worlds.ForEach(w => w.Choose(counts));
            }

            // The runtime compiles the hot code anew a moment after it was found to be hot.
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        var first = worlds[0];
        foreach (var world in worlds)
        {
            var aim = world == first ? null : Aim.RatioAtMost(Math.Log(world.Size) / Math.Log(Smallest));
            yield return new Figure($"choosing 16 of {world.Size:N0} known peers to dial", world.Chosen, "us", first.Chosen, aim) { Note = "ceiling: of 10,000" };
            yield return new Figure($"one pick from the address book of {world.Size:N0} known peers", world.Picked, "us", first.Picked, aim) { Note = "ceiling: of 10,000" };
        }
    }

    private sealed class World(int size)
    {
        private readonly KnownWorld _world = new(size);
        private readonly List<double> _chosen = [], _picked = [];

        public int Size => _world.Size;

        /// <summary>Microseconds; below the median, because what lies above is what else the machine did.</summary>
        public double Chosen => Samples.Quantile(_chosen, 0.25);

        public double Picked => Samples.Quantile(_picked, 0.25);

        public void Choose(bool counts)
        {
            var took = Samples.Time(() => GC.KeepAlive(_world.Choose())).TotalMicroseconds;
            var each = Samples.Time(() =>
            {
                for (var p = 0; p < 1_000; p++)
                {
                    GC.KeepAlive(_world.Pick());
                }
            }).TotalMicroseconds / 1_000;
            if (counts)
            {
                _chosen.Add(took);
                _picked.Add(each);
            }
        }
    }
}
