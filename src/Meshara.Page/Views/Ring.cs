namespace Meshara.Page.Views;

/// <summary>
/// Places on a band around the centre for any number of dots: as large as they fit, in as few circles as hold them, in the order in which they are
/// given around the clock, so that what is sorted by group stands together.
/// </summary>
/// <param name="Inner">Where the band begins.</param>
/// <param name="Outer">Where it ends.</param>
internal sealed record Ring(double Inner, double Outer)
{
    private const double Largest = 15, Smallest = 2.5, Step = 0.5;

    /// <summary>From centre to centre, in radii.</summary>
    private const double Spacing = 2.7;

    /// <summary>The radius of a dot and the number of circles for <paramref name="count"/> dots.</summary>
    public (double Radius, int Circles) Fit(int count)
    {
        for (var radius = Largest; radius > Smallest; radius -= Step)
        {
            var most = (int)((Outer - Inner) / (Spacing * radius));
            for (var circles = 1; circles <= most; circles++)
            {
                if (RadiusOf(0, circles) * circles * Math.Tau / Math.Max(count, 1) >= Spacing * radius)
                {
                    return (radius, circles);
                }
            }
        }

        return (Smallest, Math.Max(1, (int)((Outer - Inner) / (Spacing * Smallest))));
    }

    /// <summary>The place of the <paramref name="index"/>-th of <paramref name="count"/> dots; the first is at the top, and it goes clockwise.</summary>
    public (double X, double Y) Place(int index, int count, int circles)
    {
        var (angle, radius) = (AngleOf(index, count), RadiusOf(index % circles, circles));
        return (radius * Math.Sin(angle), -radius * Math.Cos(angle));
    }

    public static double AngleOf(double index, int count) => Math.Tau * index / Math.Max(count, 1);

    private double RadiusOf(int circle, int circles) => Inner + ((Outer - Inner) * (circle + 0.5) / circles);
}
