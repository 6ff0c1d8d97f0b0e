using System.Collections.Immutable;

namespace Meshara.Mdns.Sockets;

/// <summary>What differs between two looks at the interfaces.</summary>
/// <param name="Changed">Those that are still there with another name or other addresses, as they are now.</param>
internal sealed record InterfaceChanges(
    ImmutableArray<MdnsInterface> Added, ImmutableArray<MdnsInterface> Removed, ImmutableArray<MdnsInterface> Changed)
{
    public bool Any => !(Added.IsEmpty && Removed.IsEmpty && Changed.IsEmpty);

    public static InterfaceChanges Between(ImmutableArray<MdnsInterface> before, ImmutableArray<MdnsInterface> after)
    {
        var old = before.ToDictionary(i => i.Index);
        var indices = after.Select(i => i.Index).ToHashSet();
        return new(
            [.. after.Where(i => !old.ContainsKey(i.Index))],
            [.. before.Where(i => !indices.Contains(i.Index))],
            [.. after.Where(i => old.TryGetValue(i.Index, out var was) && !was.Equals(i))]);
    }
}
