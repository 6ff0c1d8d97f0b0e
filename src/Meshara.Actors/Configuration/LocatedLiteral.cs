using Akka.Configuration.Hocon;

namespace Meshara.Actors.Configuration;

/// <summary>
/// A value that knows where it was written, such as <c>node.conf:12</c>. Akka carries the elements of a configuration unchanged
/// through every merge, so whoever refuses a value later can say where to mend it.
/// </summary>
internal sealed class LocatedLiteral : HoconLiteral
{
    /// <summary>FILE:LINE, or the command line option.</summary>
    public required string Origin { get; init; }

    /// <summary>Where <paramref name="value"/> was written; null if nobody noted it.</summary>
    public static string? OriginOf(HoconValue value) => value.Values.Select(OriginOf).FirstOrDefault(o => o is not null);

    /// <summary>Makes every literal under <paramref name="value"/> know its origin.</summary>
    /// <param name="origin">Of a path, such as <c>a.b</c> or <c>a.b[0]</c>.</param>
    public static void Locate(HoconValue value, Func<string, string> origin, string path = "")
    {
        for (var i = 0; i < value.Values.Count; i++)
        {
            switch (value.Values[i])
            {
                case HoconObject block:
                    foreach (var (key, child) in block.Items)
                    {
                        Locate(child, origin, HoconOutline.Join(path, key));
                    }

                    break;
                case HoconArray list:
                    for (var n = 0; n < list.Count; n++)
                    {
                        Locate(list[n], origin, $"{path}[{n}]");
                    }

                    break;
                case HoconLiteral literal and not LocatedLiteral:
                    value.Values[i] = new LocatedLiteral { Value = literal.Value, Origin = origin(path) };
                    break;
            }
        }
    }

    private static string? OriginOf(IHoconElement element) => element switch
    {
        LocatedLiteral literal => literal.Origin,
        HoconArray list => list.Select(OriginOf).FirstOrDefault(o => o is not null),
        HoconSubstitution { ResolvedValue: { } resolved } => OriginOf(resolved),
        _ => null,
    };
}
