namespace Meshara.Node.Tests.Metrics;

/// <summary>What operators are given beside the program.</summary>
internal static class Operations
{
    public static string Dashboard { get; } = PathTo("dashboard.json");

    public static string Alerts { get; } = PathTo("alerts.yml");

    private static string PathTo(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Meshara.Actors.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests have to run from a folder inside the repository.");
        }

        return Path.Combine(folder.FullName, "src", "Meshara.Node", "ops", name);
    }
}
