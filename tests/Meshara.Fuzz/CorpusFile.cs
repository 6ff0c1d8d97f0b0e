using System.Security.Cryptography;

namespace Meshara.Fuzz;

/// <summary>
/// The inputs of one target that are kept: a line of base64 each. Behind a line with <c>#</c> stand the regressions, each of which was
/// read wrongly once; before it what the fuzzer has found to lead to places of its own, which it may replace.
/// </summary>
internal sealed record CorpusFile(IReadOnlyList<byte[]> Inputs, IReadOnlyList<byte[]> Regressions)
{
    /// <summary>What the found inputs of one target may take in the repository, in bytes of base64.</summary>
    public const int MaxSize = 18 * 1024;

    private const string Mark = "# regressions";

    /// <summary>The folder that came with the program.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "corpus");

    public IEnumerable<byte[]> All => Inputs.Concat(Regressions);

    public static CorpusFile Read(Target target, string? folder = null)
    {
        var path = PathOf(target, folder ?? Folder);
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        var mark = Array.IndexOf(lines, Mark);
        var end = mark < 0 ? lines.Length : mark;
        return new CorpusFile([.. lines[..end].Select(Convert.FromBase64String)], [.. lines.Skip(end + 1).Select(Convert.FromBase64String)]);
    }

    public void Write(Target target, string folder)
    {
        Directory.CreateDirectory(folder);
        IEnumerable<string> regressions = Regressions.Count == 0 ? [] : [Mark, .. Regressions.Select(Convert.ToBase64String)];
        File.WriteAllLines(PathOf(target, folder), [.. Inputs.Select(Convert.ToBase64String).Order(StringComparer.Ordinal), .. regressions]);
    }

    /// <summary>A short name that follows from the bytes.</summary>
    public static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 6));

    private static string PathOf(Target target, string folder) => Path.Combine(folder, $"{target.Name}.txt");
}
