using System.Globalization;

namespace Meshara.Core.Peers;

/// <summary>
/// Why a person banned somebody, in that person's words. It is stored, logged and shown in terminals: it is short, and nothing in it moves
/// a cursor, breaks a line or turns the direction of writing.
/// </summary>
internal static class BanNote
{
    /// <summary>In UTF-16 units.</summary>
    public const int MaxLength = 200;

    /// <summary>What is wrong with the note, in one sentence; null if nothing is.</summary>
    public static string? ErrorOf(string? note) =>
        note is null ? null
        : note.Length > MaxLength ? $"The reason of a ban has at most {MaxLength} characters."
        : note.EnumerateRunes().Any(r => r == System.Text.Rune.ReplacementChar || CategoryIsUnfit(System.Text.Rune.GetUnicodeCategory(r)))
            ? "The reason of a ban is one line of plain text, without control characters."
            : null;

    private static bool CategoryIsUnfit(UnicodeCategory category) => category is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
