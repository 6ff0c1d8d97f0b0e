using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.House;

/// <summary>The README's program, which people will paste, compiles against the library as it is.</summary>
public sealed class HostingProgramTests
{
    private const string Mark = "<!-- hosting program -->";
    private const int MaxLines = 40;

    /// <summary>What <c>dotnet new console</c> brings (ImplicitUsings).</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [Fact]
    public void The_hosting_program_of_the_readme_is_under_40_lines_and_compiles()
    {
        var program = Extract(File.ReadAllText(Repository.PathTo("README.md")));

        program.ShouldNotBeNull($"README.md has no ```csharp block after the comment {Mark}.");
        program.TrimEnd().Split('\n').Length.ShouldBeLessThan(MaxLines);
        Compile(program).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text\n" + Mark + "\n\n```csharp\nvar a = 1;\nvar b = 2;\n```\nmore ```\n", "var a = 1;\nvar b = 2;\n")]
    [InlineData("```csharp\nvar a = 1;\n```\n", null)]
    [InlineData(Mark + "\n```text\nvar a = 1;\n```\n", null)]
    [InlineData(Mark + "\nno block here\n\n```csharp\nvar a = 1;\n```\n", null)]
    [InlineData(Mark + "\n```csharp\nvar a = 1;\n", null)]
    public void The_block_right_after_the_mark_is_the_program(string readme, string? program) => Extract(readme).ShouldBe(program);

    [Fact]
    public void A_program_that_does_not_compile_is_told_with_its_line_and_internals_are_out_of_reach()
    {
        Compile("Console.WriteLine(typeof(Meshara.Actors.Mesh));\n").ShouldBeEmpty();
        Compile("Console.WriteLine(\n  nonsense);\n").Single().ShouldStartWith("(2,3): error CS0103");
        Compile("Console.WriteLine(typeof(Meshara.Actors.Configuration.MesharaSettings));\n").Single().ShouldContain("CS0122");
    }

    private static string? Extract(string readme)
    {
        const string Fence = "```csharp\n";
        var text = readme.ReplaceLineEndings("\n");
        var mark = text.IndexOf(Mark, StringComparison.Ordinal);
        var after = mark < 0 ? "" : text[(mark + Mark.Length)..].TrimStart();
        var end = after.IndexOf("\n```", StringComparison.Ordinal);
        return after.StartsWith(Fence, StringComparison.Ordinal) && end > 0 ? after[Fence.Length..(end + 1)] : null;
    }

    private static List<string> Compile(string program)
    {
        var platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var references = platform.Split(Path.PathSeparator)
            .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")).DistinctBy(Path.GetFileName)
            .Where(IsManaged).Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(
                "HostingProgram",
                [CSharpSyntaxTree.ParseText(program), CSharpSyntaxTree.ParseText(ImplicitUsings)],
                references,
                new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics()

            // CS1701: a package was built against an older version of a reference. The SDK's own builds don't mention it either.
            .Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS1701").Select(d => d.ToString()).ToList();
    }

    private static bool IsManaged(string path)
    {
        using var stream = File.OpenRead(path);
        using var image = new System.Reflection.PortableExecutable.PEReader(stream);
        return image.HasMetadata;
    }
}
