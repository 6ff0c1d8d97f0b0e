using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>One setting as it holds.</summary>
/// <param name="Key">Relative to the block of the node.</param>
/// <param name="Value">As HOCON; a secret is masked.</param>
/// <param name="Origin">Where it was written, such as <c>node.conf:12</c> or an option; else which layer it is from.</param>
/// <param name="IsDefault">Whether nobody wrote it: it comes from the profile or the reference.</param>
internal sealed record EffectiveValue(string Key, string Value, string Origin, bool IsDefault);

/// <summary>What a configuration comes to, key by key, and where each value is from. For people to look at.</summary>
internal static class EffectiveConfiguration
{
    /// <summary>In the place of a secret that is set.</summary>
    public const string Masked = "\"********\"";

    /// <summary>Their values may hold passwords.</summary>
    private static readonly ImmutableHashSet<string> Secrets = ["store.connection-string"];

    /// <summary>The keys of the node <paramref name="name"/>, by name; the arguments are those of <see cref="MesharaConfiguration.Load"/>.</summary>
    public static ImmutableArray<EffectiveValue> Of(Config? system, string name = Mesh.DefaultName, Config? overrides = null)
    {
        var given = ConfigurationLayers.None.Over(overrides, name).Over(system, name);
        var profileName = given["profile"]?.GetString() ?? "standard";
        var profile = ConfigurationLayers.None.Over(EmbeddedHocon.Profiles.GetValueOrDefault(profileName), Mesh.DefaultName);
        var reference = ConfigurationLayers.None.Over(EmbeddedHocon.Reference, Mesh.DefaultName);
        return [.. given.Keys.Union(profile.Keys).Union(reference.Keys).Order(StringComparer.Ordinal).Select(key =>
            given[key] is { } written ? new EffectiveValue(key, Show(key, written), LocatedLiteral.OriginOf(written) ?? "the host's configuration", IsDefault: false)
            : profile[key] is { } meant ? new EffectiveValue(key, Show(key, meant), $"profile {profileName}", IsDefault: true)
            : new EffectiveValue(key, Show(key, reference[key]!), "default", IsDefault: true))];
    }

    private static string Show(string key, HoconValue value)
    {
        var text = value.Values.Any(v => v is HoconArray) ? $"[{string.Join(", ", value.GetStringList().Select(Quote))}]" : Quote(value.GetString() ?? "");
        return Mask(key, text);
    }

    /// <summary>The value of a key as people may see it.</summary>
    public static string Mask(string key, string value) => Secrets.Contains(key) && value.Trim('"').Length > 0 ? Masked : value;

    private static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '*' or ' ') ? text : $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
