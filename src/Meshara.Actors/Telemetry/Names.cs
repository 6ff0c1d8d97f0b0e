using System.Collections.Frozen;
using Meshara.Core.Peers;
using Meshara.Mdns.Sockets;

namespace Meshara.Actors.Telemetry;

/// <summary>The values of labels, each made once.</summary>
internal static class Names
{
    private static readonly FrozenDictionary<PeerSource, string> Sources = All<PeerSource>();
    private static readonly FrozenDictionary<Direction, string> Directions = All<Direction>();
    private static readonly FrozenDictionary<PeerState, string> States = All<PeerState>();
    private static readonly FrozenDictionary<ReputationCause, string> Causes = All<ReputationCause>();
    private static readonly FrozenDictionary<Verdict, string> Verdicts = All<Verdict>();

    public static string Of(PeerSource source) => Sources[source];

    public static string Of(Direction direction) => Directions[direction];

    public static string Of(PeerState state) => States[state];

    public static string Of(ReputationCause cause) => Causes[cause];

    public static string Of(Verdict verdict) => Verdicts[verdict];

    private static FrozenDictionary<T, string> All<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToFrozenDictionary(v => v, v => Kebab($"{v}"));

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
