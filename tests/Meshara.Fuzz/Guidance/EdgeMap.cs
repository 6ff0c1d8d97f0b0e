using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Meshara.Fuzz.Guidance;

/// <summary>
/// How often each way between two places of the instrumented code was taken, as AFL counts it: in classes, so that a loop of 40 rounds is no
/// news after one of 35. The instrumented code writes into it; nothing else runs meanwhile.
/// </summary>
internal sealed unsafe class EdgeMap
{
    /// <summary>What the instrumentation assumes.</summary>
    private const int Size = 1 << 16;

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Ways that were taken so far.</summary>
    public int Count { get; private set; }

    private static Span<byte> Now => new(Trace.SharedMem, Size);

    /// <summary>
    /// Before any instrumented code runs. The memory stays for the life of the process: what runs on, such as a thread of the pool, still writes.
    /// </summary>
    public static void Prepare()
    {
        if (Trace.SharedMem is null)
        {
            Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);
        }
    }

    /// <summary>Before an input is read.</summary>
    public static void Begin()
    {
        Now.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the input took a way that none took before, or one more often than any did. It has from now on.</summary>
    public bool TakeNews()
    {
        var news = false;
        var words = MemoryMarshal.Cast<byte, ulong>(Now);
        for (var i = 0; i < words.Length; i++)
        {
            for (var at = i * 8; words[i] != 0 && at < (i * 8) + 8; at++)
            {
                var mark = ClassOf(Now[at]);
                if ((mark & ~_seen[at]) != 0)
                {
                    Count += _seen[at] == 0 ? 1 : 0;
                    _seen[at] |= mark;
                    news = true;
                }
            }
        }

        return news;
    }

    /// <summary>The ways that the input took, each with its class.</summary>
    public static IReadOnlySet<int> Ways()
    {
        var ways = new HashSet<int>();
        for (var at = 0; at < Size; at++)
        {
            if (Now[at] != 0)
            {
                ways.Add((at << 8) | ClassOf(Now[at]));
            }
        }

        return ways;
    }

    private static byte ClassOf(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
