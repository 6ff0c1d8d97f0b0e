using System.Collections.Immutable;

namespace Meshara.Page.Views;

/// <summary>A column by which rows are sorted.</summary>
internal sealed record Column<T>(string Name, Func<T, IComparable?> Key, bool IsNumber = false);

/// <summary>What a person wants to see of a table: sorted how, filtered by what, which page.</summary>
internal sealed class Table<T>(ImmutableArray<Column<T>> columns, Func<T, string> text, int sortedBy = 0, bool descending = false)
{
    /// <summary>Rows that are drawn at a time: ten thousand would be nothing that anybody reads, and much that a browser has to hold.</summary>
    public const int PageSize = 50;

    /// <summary>Longer is no word to look for.</summary>
    private const int MaxFilter = 100;

    private string _filter = "";

    public ImmutableArray<Column<T>> Columns => columns;

    public int SortedBy { get; private set; } = sortedBy;

    public bool Descending { get; private set; } = descending;

    /// <summary>From 0.</summary>
    public int Page { get; private set; }

    public string Filter
    {
        get => _filter;
        set => (_filter, Page) = (value.Length > MaxFilter ? value[..MaxFilter] : value, 0);
    }

    /// <summary>How many rows pass the filter.</summary>
    public int Count { get; private set; }

    public int Pages => Math.Max(1, (Count + PageSize - 1) / PageSize);

    /// <summary>Sorts by that column; the second time the other way round.</summary>
    public void Sort(int column)
    {
        Descending = column == SortedBy ? !Descending : columns[column].IsNumber;
        (SortedBy, Page) = (column, 0);
    }

    public void Turn(int pages) => Page = Math.Clamp(Page + pages, 0, Pages - 1);

    /// <summary>The rows of the page that is shown.</summary>
    public ImmutableArray<T> Rows(IEnumerable<T> all)
    {
        var words = _filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var rows = all.Where(r => words.Length == 0 || words.All(w => text(r).Contains(w, StringComparison.OrdinalIgnoreCase))).ToList();
        Count = rows.Count;
        Page = Math.Min(Page, Pages - 1);
        var key = columns[SortedBy].Key;

        // What is not known comes last, whichever way it goes.
        var sorted = rows.OrderBy(r => key(r) is null);
        sorted = Descending ? sorted.ThenByDescending(key) : sorted.ThenBy(key);
        return [.. sorted.Skip(Page * PageSize).Take(PageSize)];
    }
}
