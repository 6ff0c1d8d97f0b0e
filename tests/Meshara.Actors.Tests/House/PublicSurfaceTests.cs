using System.Reflection;
using PublicApiGenerator;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.House;

/// <summary>
/// The public surface is what hosts compile against: it changes on purpose or not at all. Each library's is written down in
/// <c>approved/</c>, so that a change of it shows in a review.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const string HowToAccept =
        "If this is meant: MESHARA_APPROVE=1 dotnet test tests/Meshara.Actors.Tests --filter PublicSurface, then review the change of approved/.";

    [Theory]
    [InlineData("Meshara.Core")]
    [InlineData("Meshara.Mdns")]
    [InlineData("Meshara.Actors")]
    public void The_public_surface_is_the_approved_one(string library)
    {
        var surface = Assembly.Load(library).GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            // It numbers the members of the class, whatever they are.
            ExcludeAttributes = ["System.Runtime.CompilerServices.AsyncIteratorStateMachineAttribute"],
        })
            .ReplaceLineEndings("\n").Trim() + "\n";
        var file = Repository.PathTo("tests", "Meshara.Actors.Tests", "House", "approved", $"{library}.txt");
        if (Environment.GetEnvironmentVariable("MESHARA_APPROVE") == "1")
        {
            File.WriteAllText(file, surface);
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        (surface == approved).ShouldBeTrue($"The public surface of {library} has changed:\n{Difference(approved, surface)}\n{HowToAccept}");
    }

    [Fact]
    public void A_difference_shows_each_line_that_went_and_that_came() =>
        Difference("a\nb\nc\n", "a\nB\nc\nd\n").ShouldBe("- b\n+ B\n+ d");

    /// <summary>Lines as a multiset: enough to see what changed, without an alignment.</summary>
    private static string Difference(string before, string after)
    {
        var gone = before.Split('\n').ToList();
        var came = new List<string>();
        foreach (var line in after.Split('\n'))
        {
            if (!gone.Remove(line))
            {
                came.Add(line);
            }
        }

        return string.Join('\n', gone.Select(l => $"- {l}").Concat(came.Select(l => $"+ {l}")));
    }
}
