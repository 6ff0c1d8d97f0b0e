namespace Meshara.Core.Peers;

/// <summary>The stable kebab-case names of <see cref="ReputationCause"/>, such as <c>protocol-violation</c>.</summary>
internal static class ReputationCauses
{
    public static string Name(this ReputationCause cause) => string.Concat(
        cause.ToString().Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
