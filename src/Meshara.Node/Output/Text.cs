using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Meshara.Node.Output;

/// <summary>The same answers for people.</summary>
internal static class Text
{
    private static readonly string[] Columns = ["ID", "ADDRESS", "DIRECTION", "SOURCE", "RTT", "SENT", "RECEIVED", "SCORE", "AGENT"];

    private static readonly string[] NodeColumns = ["ID", "ADDRESSES", "KEY", "FIRST SEEN", "TTL", "CONNECTED"];

    private static readonly string[] EventDetails = ["address", "range", "reason", "detail"];

    public static void Peers(JsonObject answer)
    {
        var peers = answer["peers"]!.AsArray();
        if (peers.Count == 0)
        {
            Console.WriteLine("No peer is connected. Add one with: meshara peer add HOST:PORT");
            return;
        }

        Table(Columns, peers.OfType<JsonObject>().Select(peer => new[]
        {
            Get(peer, "peerId")[..8], Get(peer, "address"), Get(peer, "direction"), Get(peer, "source"),
            peer["rttMs"] is null ? "-" : $"{Get(peer, "rttMs")} ms", Bytes(peer, "bytesSent"), Bytes(peer, "bytesReceived"),
            Get(peer, "reputation"), Get(peer, "agent"),
        }));
    }

    public static void Nodes(JsonObject answer)
    {
        var nodes = answer["nodes"]!.AsArray();
        if (nodes.Count == 0)
        {
            Console.WriteLine("No node was heard on the local network.");
            return;
        }

        Table(NodeColumns, nodes.OfType<JsonObject>().Select(node => new[]
        {
            Get(node, "peerId")[..8], string.Join(' ', node["addresses"]!.AsArray()), Get(node, "publicKey")[..8], Time(Get(node, "firstSeen")),
            $"{Get(node, "ttlSeconds")} s", node["connected"]!.GetValue<bool>() ? "yes" : "no",
        }));
    }

    /// <summary>A name and a value a line.</summary>
    public static void Fields(JsonObject answer)
    {
        foreach (var (name, value) in answer.Where(f => f.Key != "schema"))
        {
            switch (value)
            {
                case JsonArray { Count: > 0 } list:
                    Console.WriteLine($"{name}:");
                    foreach (var item in list)
                    {
                        Console.WriteLine($"  {Clean(item is JsonObject row ? string.Join("  ", row.Select(f => $"{f.Key}={f.Value}")) : $"{item}")}");
                    }

                    break;
                case JsonArray or null:
                    Console.WriteLine($"{name}: -");
                    break;
                default:
                    Console.WriteLine($"{name}: {Clean(value is JsonObject map ? string.Join("  ", map.Select(f => $"{f.Key}={f.Value}")) : $"{value}")}");
                    break;
            }
        }
    }

    public static string Event(JsonObject e)
    {
        var peer = e["peerId"] is null ? "" : " " + Get(e, "peerId")[..8];
        var rest = string.Concat(EventDetails.Where(f => e[f] is not null).Select(f => $" {Get(e, f)}"));
        return Clean($"{Time(Get(e, "at"))} {Get(e, "event")}{peer}{rest}");
    }

    public static void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => Markup.Escape(Clean(cell)))]);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        console.Profile.Width = Console.IsOutputRedirected ? 400 : Math.Max(console.Profile.Width, 120);
        console.Write(table);
    }

    private static string Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A peer chose some of these characters: none may move the cursor.</summary>
    public static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    public static string Get(JsonObject o, string name) => o[name]?.ToString() ?? "-";

    private static string Bytes(JsonObject o, string name)
    {
        var bytes = o[name]!.GetValue<long>();
        return bytes < 10_000 ? $"{bytes} B" : bytes < 10_000_000 ? $"{bytes / 1024} KiB" : $"{bytes / 1024 / 1024} MiB";
    }
}
