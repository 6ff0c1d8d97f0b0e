namespace Meshara.Benchmarks.Tables;

/// <summary>The seam behind which each benchmark stands: it measures, and tells its lines of the table one after the other.</summary>
internal interface IBenchmark
{
    /// <summary>By which it can be run alone.</summary>
    string Name { get; }

    IAsyncEnumerable<Figure> MeasureAsync(Scale scale);
}

/// <summary>How much is measured: for a first look, or for a table that is published.</summary>
internal sealed record Scale(bool Quick)
{
    /// <summary>
    /// For so long the code of both sides is compiled anew for what it does most; that is no part of a steady state. A first look counts some of it.
    /// </summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Of(6, 15));

    public T Of<T>(T quick, T full) => Quick ? quick : full;
}
