using System.Text;
using Meshara.Fuzz.Guidance;
using Shouldly;
using Xunit;

namespace Meshara.Fuzz;

/// <summary>The fuzzer sees what it is there to see: a fault, too much memory, too much time, and a new way through a parser.</summary>
public sealed class FuzzerTests
{
    [Fact]
    public void An_exception_a_sentence_too_much_memory_and_too_much_time_are_faults()
    {
        FlawOf(_ => throw new InvalidOperationException("no")).ShouldBe("InvalidOperationException at <>c.<An_exception_a_sentence_too_much_memory_and_too_much_time_are_faults>b__0_0");
        FlawOf(_ => "This is wrong: 42").ShouldBe("This is wrong");
        FlawOf(_ => new byte[200_000].Length > 0 ? null : "").ShouldBe("memory");
        FlawOf(_ => SpinWait.SpinUntil(() => false, Trial.Patience * 1.1) ? "" : null).ShouldBe("time");
        FlawOf(_ => null).ShouldBeNull();
    }

    [Fact]
    public void A_fault_is_shrunk_to_what_shows_it()
    {
        var input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("padding", 100)).Insert(333, "AB").Insert(77, "C"));

        var shrunk = Shrinker.Shrink(input, i => Encoding.ASCII.GetString(i) is var text && text.Contains("AB") && text.Contains('C'));

        Encoding.ASCII.GetString(shrunk).ShouldBe("CAB");
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        Made(seed: 1).ShouldBe(Made(seed: 1));
        Made(seed: 1).ShouldNotBe(Made(seed: 2));

        static string Made(int seed)
        {
            var mutator = new Mutator(new Random(seed), [[1, 2, 3]], maxLength: 100);
            return string.Join(' ', Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(mutator.Next([4, 5, 6, 7], [8, 9]))));
        }
    }

    [Fact]
    public void The_ways_through_a_parser_guide_to_what_chance_alone_does_not_find()
    {
        using var context = new InstrumentedContext();
        var run = context.Copy(typeof(Campaign)).GetMethod(nameof(Campaign.Explore))!;

        var (blind, guided) = ((int, int))run.Invoke(null, ["address", 3_000])!;

        blind.ShouldBeGreaterThan(50, "an instrumented parser counts the ways through it");
        guided.ShouldBeGreaterThan(blind * 3 / 2);
    }

    private static string? FlawOf(Func<byte[], string?> look) => Trial.Run(new Target("a", "", look) { Seeds = [] }, [1, 2, 3])?.Kind;
}
