using System.Runtime.CompilerServices;

namespace Meshara.Actors.Telemetry;

/// <summary>Counts by the values of an enum. Actors add, whoever collects reads: thread-safe, and an addition makes no object.</summary>
internal sealed class Tally<T>
    where T : struct, Enum
{
    private static readonly T[] Kinds = Enum.GetValues<T>();

    private readonly long[] _counts = new long[Kinds.Max(k => Index(k)) + 1];

    public long this[T kind] => Interlocked.Read(ref _counts[Index(kind)]);

    public void Add(T kind, long more = 1) => Interlocked.Add(ref _counts[Index(kind)], more);

    /// <summary>What was counted at least once.</summary>
    public IEnumerable<(T Kind, long Count)> Counted() => Kinds.Select(k => (k, this[k])).Where(c => c.Item2 != 0);

    // The enums here have the default underlying type; to convert them in any other way would box them.
    private static int Index(T kind) => Unsafe.As<T, int>(ref kind);
}
