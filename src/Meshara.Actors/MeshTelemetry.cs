using System.Diagnostics;

namespace Meshara.Actors;

/// <summary>
/// What a host subscribes to: the meter and the activity source of all nodes of the process, both of this name. With OpenTelemetry:
/// <c>AddMeter(MeshTelemetry.Name)</c>, <c>AddSource(MeshTelemetry.Name)</c>. The README lists every instrument.
/// </summary>
public static class MeshTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Meshara";

    internal static string? Version { get; } = typeof(MeshTelemetry).Assembly.GetName().Version?.ToString(3);

    internal static ActivitySource Activities { get; } = new(Name, Version);
}
