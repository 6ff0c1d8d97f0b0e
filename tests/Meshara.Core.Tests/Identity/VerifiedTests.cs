using Meshara.Core.Identity;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Identity;

/// <summary>What is remembered of bytes that were verified.</summary>
public sealed class VerifiedTests
{
    private const int Most = 8;

    private readonly Verified<string> _verified = new(Most);

    [Fact]
    public void The_very_same_bytes_are_known_and_no_others()
    {
        byte[] bytes = [1, 2, 3];
        _verified.Add(bytes, "proven");
        bytes[0] = 9;

        _verified.TryGet([1, 2, 3], out var known).ShouldBeTrue();
        known.ShouldBe("proven");
        _verified.TryGet(bytes, out _).ShouldBeFalse("the caller may write over its own bytes");
        _verified.TryGet([1, 2], out _).ShouldBeFalse();
        _verified.TryGet([1, 2, 3, 0], out _).ShouldBeFalse();
        _verified.TryGet([], out _).ShouldBeFalse();
    }

    [Fact]
    public void However_many_come_only_the_latest_are_remembered()
    {
        for (var n = 0; n < 1000; n++)
        {
            _verified.Add(BitConverter.GetBytes(n), $"{n}");
            _verified.Count.ShouldBeLessThan(2 * Most);
        }

        Enumerable.Range(0, 1000).Where(n => _verified.TryGet(BitConverter.GetBytes(n), out _)).ShouldBe(Enumerable.Range(1000 - Most, Most));
    }

    [Fact]
    public void Who_comes_again_and_again_is_not_forgotten_for_a_crowd_of_strangers()
    {
        _verified.Add([1], "friend");
        for (var n = 0; n < 1000; n++)
        {
            _verified.Add(BitConverter.GetBytes(n), "stranger");
            _verified.TryGet([1], out var friend).ShouldBeTrue();
            friend.ShouldBe("friend");
        }
    }

    [Fact]
    public void Many_threads_at_once_lose_nothing_but_memory_of_the_past()
    {
        Parallel.For(0, 20_000, n =>
        {
            var bytes = BitConverter.GetBytes(n % 50);
            _verified.Add(bytes, $"{n % 50}");
            if (_verified.TryGet(bytes, out var known))
            {
                known.ShouldBe($"{n % 50}");
            }
        });

        _verified.Count.ShouldBeLessThan(2 * Most + Environment.ProcessorCount);
    }
}
