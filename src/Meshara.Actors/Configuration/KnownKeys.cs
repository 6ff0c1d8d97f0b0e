namespace Meshara.Actors.Configuration;

/// <summary>What to say of a key that nobody knows.</summary>
internal static class KnownKeys
{
    /// <summary>More mistakes than this are no slip of the finger.</summary>
    private const int MaxDistance = 3;

    /// <summary>The sentence that ends a refusal of <paramref name="key"/>, given the keys that there are.</summary>
    public static string Advice(string key, IEnumerable<string> known)
    {
        var keys = known.ToList();
        if (keys.Any(k => k.StartsWith($"{key}.", StringComparison.Ordinal)))
        {
            return $"it is a block: write {key} {{ ... }}.";
        }

        if (keys.FirstOrDefault(k => key.StartsWith($"{k}.", StringComparison.Ordinal)) is { } value)
        {
            return $"{value} is one value, no block.";
        }

        var (nearest, distance) = keys.Select(k => (k, Distance(key, k))).MinBy(p => p.Item2);
        if (distance <= Math.Min(MaxDistance, key.Length / 2))
        {
            return $"did you mean {nearest}?";
        }

        // The right word in the wrong block: "target-peers" for "discovery.target-peers".
        var last = key[(key.LastIndexOf('.') + 1)..];
        return keys.FirstOrDefault(k => k.EndsWith($".{last}", StringComparison.Ordinal)) is { } elsewhere
            ? $"did you mean {elsewhere}?"
            : "see hocon/meshara.conf for those that there are.";
    }

    /// <summary>V. I. Levenshtein's edit distance: letters to insert, delete or replace.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MaxDistance)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
