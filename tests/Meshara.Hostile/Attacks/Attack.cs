namespace Meshara.Hostile.Attacks;

/// <summary>One way to do harm.</summary>
/// <param name="Name">As it is named on the command line.</param>
/// <param name="What">What it does, in a few words.</param>
/// <param name="RunAsync">Does it, and tells what it met.</param>
internal sealed record Attack(string Name, string What, Func<Field, Task<Report>> RunAsync)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Attack> All { get; } = [.. PeerLists.All, .. Floods.All, .. Crowds.All];
}
