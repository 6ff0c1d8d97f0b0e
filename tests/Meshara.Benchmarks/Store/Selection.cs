using System.Diagnostics;
using Meshara.Benchmarks.Tables;
using Meshara.Core.Identity;
using Meshara.Core.Peers;

namespace Meshara.Benchmarks.Store;

/// <summary>
/// How long a node takes to choose whom to dial next, of a thousand known peers and of a million; the ceiling of each is what a thousand
/// took, and the aim the growth of a logarithm.
/// </summary>
internal sealed class Selection : IBenchmark
{
    private const int Smallest = 1_000;

    public string Name => "selection";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await Task.Yield();
        var worlds = scale.Of<int[]>([Smallest, 10_000, 100_000], [Smallest, 10_000, 100_000, 1_000_000]).Select(n => new World(n)).ToList();

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
            yield return new Figure($"choosing 16 of {world.Size:N0} known peers to dial", world.Chosen, "us", first.Chosen, aim) { Note = "ceiling: of 1,000" };
            yield return new Figure($"one pick from the address book of {world.Size:N0} known peers", world.Picked, "us", first.Picked, aim) { Note = "ceiling: of 1,000" };
        }
    }

    private sealed class World
    {
        private readonly Dictionary<NodeId, KnownPeer> _known;
        private readonly AddressBook _book = new(new byte[32]);
        private readonly Candidates _candidates = new(new ReputationPolicy(), new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
        private readonly Random _random = new(1);
        private readonly List<double> _chosen = [], _picked = [];

        public World(int size)
        {
            _known = new Dictionary<NodeId, KnownPeer>(size);
            foreach (var peer in Population.Of(size, records: false))
            {
                _known.Add(peer.Id, peer);
                var address = peer.Addresses[0].Address;
                if (peer.LastSeen is not null)
                {
                    _book.Prove(peer.Id, address);
                }
                else
                {
                    _book.Hear(new BookEntry(peer.Id, address, AddressBook.SourceOf(peer.ToldBy!.Value, address)), _ => false);
                }
            }
        }

        public int Size => _known.Count;

        /// <summary>Microseconds; below the median, because what lies above is what else the machine did.</summary>
        public double Chosen => Samples.Quantile(_chosen, 0.25);

        public double Picked => Samples.Quantile(_picked, 0.25);

        public void Choose(bool counts)
        {
            var clock = Stopwatch.StartNew();
            var found = _candidates.Choose(_known, _book, [], _ => false, [], 16, Population.Epoch, _random);
            var took = clock.Elapsed.TotalMicroseconds;
            clock.Restart();
            for (var p = 0; p < 1_000; p++)
            {
                GC.KeepAlive(_book.Pick(_random));
            }

            var each = clock.Elapsed.TotalMicroseconds / 1_000;
            if (found.Count != 16)
            {
                throw new InvalidOperationException($"{found.Count} were chosen.");
            }

            if (counts)
            {
                _chosen.Add(took);
                _picked.Add(each);
            }
        }
    }
}
