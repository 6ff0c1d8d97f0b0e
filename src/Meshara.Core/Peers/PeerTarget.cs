using System.Diagnostics.CodeAnalysis;
using Meshara.Core.Identity;

namespace Meshara.Core.Peers;

/// <summary>Whom to dial: an address, and who must be there if that is known. Written <c>HOST:PORT[@NODE-ID]</c>.</summary>
/// <param name="Address">Where to dial.</param>
/// <param name="Expected">Who must answer; another one is refused with <see cref="Reason.KeyMismatch"/>. Null: whoever is there.</param>
public sealed record PeerTarget(PeerAddress Address, NodeId? Expected = null)
{
    /// <summary>Reads <c>HOST:PORT[@NODE-ID]</c>.</summary>
    /// <exception cref="FormatException">With what is wrong.</exception>
    public static PeerTarget Parse(string text) =>
        TryParse(text, out var target, out var error) ? target : throw new FormatException(error);

    /// <summary>Reads <c>HOST:PORT[@NODE-ID]</c>; otherwise <paramref name="error"/> says in one sentence what is wrong.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out PeerTarget? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        NodeId expected = default;
        if (at >= 0 && !NodeId.TryParse(text![(at + 1)..], out expected, out error))
        {
            return false;
        }

        if (!PeerAddress.TryParse(at >= 0 ? text![..at] : text, out var address, out error))
        {
            return false;
        }

        target = new PeerTarget(address, at >= 0 ? expected : null);
        return true;
    }

    /// <summary>As it is typed.</summary>
    public override string ToString() => Expected is { } id ? $"{Address}@{id}" : Address.ToString();
}
