using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.House;

/// <summary>What every source file keeps to.</summary>
public sealed class SourceTests
{
    /// <summary>A file is under about 250 lines because it does one thing; the rest is for the one that needs a table.</summary>
    private const int MaxLines = 300;

    /// <summary>Marks of what was left for later. In two parts, so that this file has none of them.</summary>
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "throw " + "null!"];

    private static IEnumerable<string> Sources => Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"));

    [Fact]
    public void No_file_is_longer_than_300_lines() => Sources
        .Select(f => (File: f, Lines: File.ReadLines(Repository.PathTo(f)).Count()))
        .Where(f => f.Lines > MaxLines)
        .Select(f => $"{f.File}: {f.Lines} lines")
        .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() => Sources
        .Concat(Repository.Files("src", "*.proto")).Concat(Repository.Files("hocon", "*.conf"))
        .SelectMany(f => File.ReadLines(Repository.PathTo(f)).Select((line, i) => (Place: $"{f}:{i + 1}", line)))
        .Where(l => Unfinished.Any(mark => l.line.Contains(mark, StringComparison.Ordinal)))
        .Select(l => $"{l.Place}: {l.line.Trim()}")
        .ShouldBeEmpty();
}
