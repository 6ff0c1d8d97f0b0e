namespace Meshara.Actors.Tests.Store;

/// <summary>A folder that a test owns.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("meshara-store-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
