using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>One node's block of several configurations, the strongest first: for each key the first layer that has it wins.</summary>
internal sealed class ConfigurationLayers
{
    private readonly ImmutableArray<ImmutableDictionary<string, HoconValue>> _layers;

    private ConfigurationLayers(ImmutableArray<ImmutableDictionary<string, HoconValue>> layers) => _layers = layers;

    public static readonly ConfigurationLayers None = new([]);

    /// <summary>Every key that some layer has, relative to the block.</summary>
    public IEnumerable<string> Keys => _layers.SelectMany(l => l.Keys).Distinct();

    /// <summary>The value of a key; null if no layer has it.</summary>
    public HoconValue? this[string key] => _layers.Select(l => l.GetValueOrDefault(key)).FirstOrDefault(v => v is not null);

    /// <summary>These layers over the block <paramref name="block"/> of <paramref name="config"/>.</summary>
    public ConfigurationLayers Over(Config? config, string block)
    {
        if (config?.Root?.GetObject() is not { } root || (root.GetKey(block) ?? config.GetValue(block)) is not { } value)
        {
            return this;
        }

        var leaves = ImmutableDictionary.CreateBuilder<string, HoconValue>();
        Flatten(value, "", leaves);
        return new ConfigurationLayers(_layers.Add(leaves.ToImmutable()));
    }

    /// <summary>The values of <paramref name="config"/>, each by its full path.</summary>
    public static ImmutableDictionary<string, HoconValue> Leaves(Config config)
    {
        var leaves = ImmutableDictionary.CreateBuilder<string, HoconValue>();
        Flatten(config.Root, "", leaves);
        return leaves.ToImmutable();
    }

    private static void Flatten(HoconValue value, string path, ImmutableDictionary<string, HoconValue>.Builder leaves)
    {
        if (value.GetObject() is { } block)
        {
            foreach (var (key, child) in block.Items)
            {
                Flatten(child, HoconOutline.Join(path, key), leaves);
            }
        }
        else if (!IsNull(value))
        {
            leaves[path] = value;
        }
    }

    /// <summary>In HOCON <c>null</c> takes a value back: the weaker layer speaks.</summary>
    private static bool IsNull(HoconValue value) => value.Values is [HoconLiteral { Value: "null" }];
}
