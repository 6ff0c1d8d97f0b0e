using System.Globalization;
using System.Text.Json.Nodes;

namespace Meshara.Node.Output;

/// <summary>The same for people.</summary>
internal static class BanText
{
    private static readonly string[] KnownColumns = ["ID", "SCORE", "SOURCE", "STATE", "PINNED", "TABLE", "ADDRESS", "LAST RESULT", "NEXT TRY"];

    private static readonly string[] BanColumns = ["PEER OR RANGE", "UNTIL", "SINCE", "CAUSE", "NOTE"];

    private static readonly string[] HistoryColumns = ["WHEN", "EVENT", "CAUSE", "DELTA", "SCORE", "UNTIL", "NOTE"];

    /// <summary>A row for each address; a peer without one has a row all the same.</summary>
    public static void Known(JsonObject answer)
    {
        var peers = answer["peers"]!.AsArray();
        if (peers.Count == 0)
        {
            Console.WriteLine("No peer is known. Add one with: meshara peer add HOST:PORT");
            return;
        }

        Text.Table(KnownColumns, peers.OfType<JsonObject>().SelectMany(Rows));
    }

    public static void Bans(JsonObject answer)
    {
        var bans = answer["bans"]!.AsArray();
        if (bans.Count == 0)
        {
            Console.WriteLine("Nobody is banned.");
            return;
        }

        Text.Table(BanColumns, bans.OfType<JsonObject>().Select(ban => new[]
        {
            ban["range"] is null ? Text.Get(ban, "peerId") : Text.Get(ban, "range"), Time(ban, "until"), Time(ban, "since"), Text.Get(ban, "cause"),
            Text.Get(ban, "note"),
        }));
    }

    /// <summary>The fields of a peer, and its history as a table.</summary>
    public static void Shown(JsonObject answer)
    {
        var history = answer["history"] as JsonArray;
        answer.Remove("history");
        Text.Fields(answer);
        if (history is null)
        {
            return;
        }

        Console.WriteLine(history.Count == 0 ? "history: -" : "history:");
        if (history.Count > 0)
        {
            Text.Table(HistoryColumns, history.OfType<JsonObject>().Select(e => new[]
            {
                Time(e, "at"), Text.Get(e, "event"), Text.Get(e, "cause"), Text.Get(e, "delta"), Text.Get(e, "score"), Time(e, "until"), Text.Get(e, "note"),
            }));
        }
    }

    private static IEnumerable<string[]> Rows(JsonObject peer)
    {
        string[] first = [Text.Get(peer, "peerId")[..8], Text.Get(peer, "reputation"), Text.Get(peer, "source"), State(peer), YesNo(peer, "pinned"), Text.Get(peer, "table")];
        var addresses = peer["addresses"]!.AsArray().OfType<JsonObject>().ToList();
        return addresses.Count == 0
            ? [[.. first, "-", "-", "-"]]
            : addresses.Select((a, i) => (string[])
                [.. i == 0 ? first : ["", "", "", "", "", ""], Text.Get(a, "address"), Result(a), Time(a, "nextTry")]);
    }

    private static string State(JsonObject peer) => peer["connected"]!.GetValue<bool>() ? "connected"
        : peer["bannedUntil"] is not null ? $"banned until {Time(peer, "bannedUntil")}"
        : peer["removedUntil"] is not null ? "removed"
        : "-";

    private static string Result(JsonObject address) => address["lastTry"] is null ? "-"
        : $"{(address["lastFailure"] is null ? "ok" : Text.Get(address, "lastFailure"))} at {Time(address, "lastTry")}";

    private static string YesNo(JsonObject o, string name) => o[name]!.GetValue<bool>() ? "yes" : "no";

    private static string Time(JsonObject o, string name) => o[name] is null ? "-"
        : DateTimeOffset.Parse(Text.Get(o, name), CultureInfo.InvariantCulture).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
