using System.Reflection;
using System.Xml.Linq;
using Akka.Actor;
using Meshara.Core.Identity;
using Mono.Cecil;
using Mono.Cecil.Cil;
using NetArchTest.Rules;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.House;

/// <summary>The arrows between the projects, and between the folders inside Meshara.Actors.</summary>
public sealed class ArchitectureTests
{
    private const string Folder = "Meshara.Actors.";

    private static readonly Assembly Actors = typeof(Mesh).Assembly;
    private static readonly Assembly Core = typeof(NodeId).Assembly;
    private static readonly Assembly Mdns = Assembly.Load("Meshara.Mdns");

    [Theory]
    [InlineData("Meshara.Core", "")]
    [InlineData("Meshara.Mdns", "")]
    [InlineData("Meshara.Actors", "Meshara.Core Meshara.Mdns")]
    [InlineData("Meshara.Page", "Meshara.Actors")]
    [InlineData("Meshara.Node", "Meshara.Actors Meshara.Page")]
    public void The_arrows_between_projects_point_one_way(string project, string expected)
    {
        var references = XDocument.Load(Repository.PathTo("src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        string.Join(' ', references.Order(StringComparer.Ordinal)).ShouldBe(expected);
    }

    [Fact]
    public void Core_and_mdns_know_neither_akka_nor_each_other()
    {
        foreach (var assembly in new[] { Core, Mdns })
        {
            assembly.GetReferencedAssemblies().Select(a => a.Name!)
                .Where(n => n.StartsWith("Akka", StringComparison.Ordinal) || n.StartsWith("Meshara", StringComparison.Ordinal))
                .ShouldBeEmpty(assembly.GetName().Name);
        }
    }

    [Theory]
    [InlineData("Configuration", "Peers Discovery Store Transport Diagnostics Hosting")]
    [InlineData("Telemetry", "Peers Discovery Store Transport Configuration Diagnostics Hosting")]
    [InlineData("Diagnostics", "Peers Discovery Store Transport Hosting")]
    [InlineData("Store", "Peers Discovery Transport Hosting")]
    [InlineData("Transport", "Peers Discovery Store Hosting")]
    [InlineData("Discovery", "Peers Store Transport Hosting")]
    [InlineData("Peers", "Hosting")]
    public void A_folder_of_the_actors_knows_only_those_below_it(string folder, string above)
    {
        var forbidden = above.Split(' ').Select(f => Folder + f).ToArray();

        var result = Types.InAssembly(Actors).That().ResideInNamespace(Folder + folder).ShouldNot().HaveDependencyOnAny(forbidden).GetResult();

        (result.FailingTypeNames ?? []).ShouldBeEmpty();
    }

    [Fact]
    public void The_rule_about_folders_sees_what_it_forbids() =>
        Types.InAssembly(Actors).That().ResideInNamespace($"{Folder}Peers").ShouldNot().HaveDependencyOnAny($"{Folder}Store").GetResult()
            .IsSuccessful.ShouldBeFalse("the supervisor does know the store, so a rule that says it must not has to fail");

    [Fact]
    public void Each_folder_of_the_actors_is_a_namespace() =>
        Repository.Files("src/Meshara.Actors", "*.cs")
            .Where(f => !f.EndsWith("/AssemblyInfo.cs", StringComparison.Ordinal))
            .Where(f => File.ReadLines(Repository.PathTo(f)).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal)) is { } line
                && line != $"namespace {Path.GetDirectoryName(f)!.Replace('\\', '/')["src/".Length..].Replace('/', '.')};"

                // Extension methods on Akka.Hosting's builder stand where its users look for them.
                && line != "namespace Akka.Hosting;")
            .ShouldBeEmpty();

    [Fact]
    public void Only_the_door_asks() => Askers(Actors).Where(t => t.Namespace != "Meshara.Actors").Select(t => t.FullName).ShouldBeEmpty();

    [Fact]
    public async Task The_rule_about_asking_sees_what_it_forbids()
    {
        await Should.ThrowAsync<NotSupportedException>(() => ActorRefs.Nobody.Ask<string>("anybody there?"));

        Askers(typeof(ArchitectureTests).Assembly).Select(t => t.Name).ShouldContain(nameof(ArchitectureTests));
    }

    /// <summary>The outermost types that call one of Akka's Ask methods, lambdas and async methods included.</summary>
    private static List<TypeDefinition> Askers(Assembly assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        return module.GetTypes()
            .Where(t => t.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).Any(IsAsk))
            .Select(Outermost).Distinct().ToList();
    }

    private static bool IsAsk(Instruction instruction) =>
        instruction.Operand is MethodReference { Name: "Ask", DeclaringType.FullName: "Akka.Actor.Futures" };

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
