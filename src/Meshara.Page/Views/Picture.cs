using System.Collections.Immutable;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Page.Live;

namespace Meshara.Page.Views;

/// <summary>One peer, or one dial, in the picture of the mesh.</summary>
/// <param name="Key">The same from picture to picture, so that what moves is seen to move.</param>
/// <param name="Peer">Who; null while nobody knows.</param>
/// <param name="Name">For the label.</param>
/// <param name="About">For who points at it, or hears it read.</param>
/// <param name="Weight">How thick the line is, 0 to 5.</param>
/// <param name="Tone">The class that colours it.</param>
internal sealed record Dot(string Key, NodeId? Peer, string Name, string About, double X, double Y, double Radius, int Weight, string Tone, bool IsDial);

/// <summary>The name of a network group, beside its dots.</summary>
internal sealed record GroupLabel(string Name, double X, double Y);

/// <summary>
/// The mesh around its node: those on the local network near it, those beyond in a ring of their own, neighbours by network group. Pure: the same
/// node gives the same picture.
/// </summary>
internal sealed record Picture(ImmutableArray<Dot> Dots, ImmutableArray<GroupLabel> Labels, Ring? Near, Ring? Far)
{
    /// <summary>Half of the width and height of what is drawn.</summary>
    public const double HalfWidth = 480, HalfHeight = 400;

    /// <summary>More groups than these are not named one by one; a name on a dot is read up to there too.</summary>
    private const int MostLabels = 28, MostNames = 60;

    private const double LabelAt = 384;

    private static readonly Ring All = new(130, 350), NearOfTwo = new(75, 185), FarOfTwo = new(235, 355);

    public static Picture Of(Snapshot now, double disconnectBelow)
    {
        var peers = now.Peers.Select(p => new Item(p.PeerId.ToString(), p.PeerId, p.Address, p, p.Reputation, Weigh(now.Rates.GetValueOrDefault(p.PeerId))));
        var dials = now.Dials.Select(d => new Item($"dial-{d.Number}", d.Peer, d.Address, null, 0, 0));
        var items = peers.Concat(dials)
            .Select(i => (Item: i, Group: Words.Group(i.Address)))
            .OrderBy(i => i.Group, StringComparer.Ordinal).ThenBy(i => i.Item.Key, StringComparer.Ordinal)
            .ToLookup(i => Words.IsNear(i.Item.Address));
        var (nearCount, farCount) = (items[true].Count(), items[false].Count());
        var near = nearCount == 0 ? null : farCount == 0 ? All : NearOfTwo;
        var far = farCount == 0 ? null : nearCount == 0 ? All : FarOfTwo;

        var dots = ImmutableArray.CreateBuilder<Dot>(nearCount + farCount);
        var labels = ImmutableArray<GroupLabel>.Empty;
        if (near is not null)
        {
            Draw(near, [.. items[true]], disconnectBelow, dots);
        }

        if (far is not null)
        {
            labels = Draw(far, [.. items[false]], disconnectBelow, dots);
        }

        return new Picture(dots.ToImmutable(), labels, near, far);
    }

    /// <summary>A step of thickness for each tenfold of traffic: a heartbeat is not nothing, and a transfer not everything.</summary>
    public static int Weigh(double bytesPerSecond) => bytesPerSecond < 1 ? 0 : Math.Clamp((int)Math.Log10(bytesPerSecond), 0, 5);

    private static ImmutableArray<GroupLabel> Draw(
        Ring ring, IReadOnlyList<(Item Item, string Group)> items, double disconnectBelow, ImmutableArray<Dot>.Builder dots)
    {
        // A free place after each group sets it apart, where there is room.
        var groups = items.Select(i => i.Group).Distinct().Count();
        var gap = groups is > 1 and <= MostLabels ? 1 : 0;
        var places = items.Count + (gap * groups);
        var (radius, circles) = ring.Fit(places);
        var labels = ImmutableArray.CreateBuilder<GroupLabel>();
        var (place, first) = (0, 0);
        for (var i = 0; i < items.Count; i++)
        {
            var (item, group) = items[i];
            if (i > 0 && group != items[i - 1].Group)
            {
                place += gap;
                first = place;
            }

            var (x, y) = ring.Place(place, places, circles);
            dots.Add(DotOf(item, group, x, y, radius, items.Count <= MostNames, disconnectBelow));
            if (gap > 0 && (i == items.Count - 1 || items[i + 1].Group != group))
            {
                var angle = Ring.AngleOf((first + place) / 2.0, places);
                labels.Add(new GroupLabel(group, LabelAt * Math.Sin(angle), -LabelAt * Math.Cos(angle)));
            }

            place++;
        }

        return labels.ToImmutable();
    }

    private static Dot DotOf(Item item, string group, double x, double y, double radius, bool isNamed, double disconnectBelow)
    {
        var name = item.Peer is { } id ? Words.Short(id) : item.Address?.ToString() ?? "";
        var about = item.Info is { } p
            ? $"Peer {name}, {group}, score {Words.Score(p.Reputation)}, round trip {Words.Milliseconds(p.RoundTripTime)}, {(p.Direction == Direction.Outbound ? "dialled by us" : "dialled us")}"
            : $"Dialling {item.Address}";
        return new Dot(
            item.Key, item.Peer, isNamed ? name : "", about, x, y, radius, item.Weight,
            item.Info is null ? "dialling" : Words.Tone(item.Score, disconnectBelow), item.Info is null);
    }

    private sealed record Item(string Key, NodeId? Peer, PeerAddress? Address, PeerInfo? Info, double Score, int Weight);
}
