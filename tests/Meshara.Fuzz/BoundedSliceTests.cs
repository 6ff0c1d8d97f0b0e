using Shouldly;
using Xunit;

namespace Meshara.Fuzz;

/// <summary>What CI runs of the fuzzing: all that is kept, and some thousands of inputs made of it, the same each time.</summary>
public sealed class BoundedSliceTests
{
    public static TheoryData<string> Targets => [.. Target.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_input_that_is_kept_is_read_as_it_should(string target)
    {
        var parser = Target.All.Single(t => t.Name == target);

        parser.Seeds.Concat(CorpusFile.Read(parser).All).Select(i => FlawOf(parser, i)).OfType<string>().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void And_so_is_what_is_made_of_them(string target)
    {
        var parser = Target.All.Single(t => t.Name == target);
        IReadOnlyList<byte[]> pool = [.. parser.Seeds, .. CorpusFile.Read(parser).All];
        var random = new Random(7373);
        var mutator = new Mutator(random, parser.Words, parser.MaxLength);

        for (var i = 0; i < parser.Slice; i++)
        {
            FlawOf(parser, mutator.Next(pool[random.Next(pool.Count)], pool[random.Next(pool.Count)])).ShouldBeNull();
        }
    }

    [Fact]
    public void The_corpora_stay_small() =>
        Directory.GetFiles(CorpusFile.Folder).Sum(f => new FileInfo(f).Length).ShouldBeInRange(10_000, 300_000);

    private static string? FlawOf(Target target, byte[] input) =>
        Trial.Run(target, input) is not { } flaw ? null
        : $"{flaw.Text}\n{Convert.ToHexStringLower(Shrinker.Shrink(input, shorter => Trial.Run(target, shorter)?.Kind == flaw.Kind, tries: 500))}";
}
