namespace Meshara.Actors.Tests.House;

/// <summary>The folder that this test was built from.</summary>
internal static class Repository
{
    private static readonly string[] BuiltFolders = ["bin", "obj"];

    public static string Root { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The files that people wrote under <paramref name="folder"/>, relative to the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(PathTo(folder), pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(BuiltFolders.Contains))
            .Order(StringComparer.Ordinal);

    private static string FindRoot(DirectoryInfo? folder) =>
        folder is null ? throw new InvalidOperationException("The tests have to run from a folder inside the repository.")
        : File.Exists(Path.Combine(folder.FullName, "Meshara.Actors.sln")) ? folder.FullName
        : FindRoot(folder.Parent);
}
