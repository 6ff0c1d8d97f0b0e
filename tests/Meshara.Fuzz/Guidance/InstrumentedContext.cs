using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace Meshara.Fuzz.Guidance;

/// <summary>
/// This program once more, with copies of Meshara's assemblies that count the ways through them. What SharpFuzz makes of an assembly is for
/// a process of a fuzzer's own; loaded apart like this, it needs no fuzzer but this program, and leaves the built files alone.
/// </summary>
internal sealed class InstrumentedContext : AssemblyLoadContext, IDisposable
{
    private static readonly string[] Counted = ["Meshara.Core", "Meshara.Mdns", "Meshara.Actors", "meshara"];

    private readonly string _folder = Directory.CreateTempSubdirectory("meshara-fuzz-").FullName;

    public InstrumentedContext()
        : base("instrumented", isCollectible: false)
    {
        EdgeMap.Prepare();
        foreach (var name in Counted)
        {
            var copy = Path.Combine(_folder, $"{name}.dll");
            File.Copy(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), copy);

            // What protobuf generated is counted too: it is the first thing that a stranger's bytes meet.
            Fuzzer.Instrument(copy, _ => true, Options.Value);
        }
    }

    /// <summary>That copy of a type of this program.</summary>
    public Type Copy(Type type) => LoadFromAssemblyName(type.Assembly.GetName()).GetType(type.FullName!, throwOnError: true)!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        Counted.Contains(assemblyName.Name) ? LoadFromAssemblyPath(Path.Combine(_folder, $"{assemblyName.Name}.dll"))
        : assemblyName.Name == typeof(InstrumentedContext).Assembly.GetName().Name ? LoadFromAssemblyPath(typeof(InstrumentedContext).Assembly.Location)
        : null;
}
