using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Meshara.Core.Peers;

namespace Meshara.Actors.Configuration;

/// <summary>The typed settings as keys and values again: each property is one key.</summary>
internal static partial class SettingKeys
{
    private static readonly ImmutableHashSet<Type> Blocks =
    [
        typeof(DiscoverySettings), typeof(MdnsSettings), typeof(ExchangeSettings), typeof(HeartbeatSettings), typeof(Backoff), typeof(ConnectionSettings),
        typeof(ListenerSettings), typeof(StoreSettings), typeof(ReputationPolicy), typeof(EventSettings),
    ];

    /// <summary>Every setting by its key, relative to the block of the node; a value as HOCON writes it, or nearly.</summary>
    public static ImmutableSortedDictionary<string, string> Of(MesharaSettings settings)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        Add(settings, "", values);
        return values.ToImmutable();
    }

    private static void Add(object block, string path, ImmutableSortedDictionary<string, string>.Builder values)
    {
        foreach (var property in block.GetType().GetProperties())
        {
            var (key, value) = (path + WordStart().Replace(property.Name, "-$0").ToLowerInvariant(), property.GetValue(block));
            if (Blocks.Contains(property.PropertyType))
            {
                Add(value!, $"{key}.", values);
            }
            else
            {
                values.Add(key, Text(value));
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        TimeSpan time => HoconText.Time(time),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>())}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
