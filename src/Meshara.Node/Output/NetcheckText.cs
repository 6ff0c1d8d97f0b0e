using System.Text.Json.Nodes;

namespace Meshara.Node.Output;

/// <summary>The same for people: the verdict, then each section with what was found in it.</summary>
internal static class NetcheckText
{
    private static readonly Dictionary<string, (string Rows, Func<JsonObject, string> Line)> Sections = new()
    {
        ["interfaces"] = ("interfaces", Interface), ["listen"] = ("listen", Listen), ["dial-back"] = ("dialBack", DialBack), ["bootstrap"] = ("bootstrap", Bootstrap),
    };

    public static void Print(JsonObject answer)
    {
        Console.WriteLine(Text.Clean(Text.Get(answer, "verdict")));
        foreach (var finding in answer["findings"]!.AsArray().OfType<JsonObject>())
        {
            Console.WriteLine($"\n{Text.Get(finding, "name")}: {Text.Get(finding, "level")}");
            Console.WriteLine($"  {Text.Clean(Text.Get(finding, "cause"))}");
            if (finding["remedy"] is not null)
            {
                Console.WriteLine($"  {Text.Clean(Text.Get(finding, "remedy"))}");
            }

            if (Sections.TryGetValue(Text.Get(finding, "name"), out var section))
            {
                foreach (var row in answer[section.Rows]?.AsArray().OfType<JsonObject>() ?? [])
                {
                    Console.WriteLine($"    {Text.Clean(section.Line(row))}");
                }
            }
        }
    }

    private static string Interface(JsonObject row)
    {
        var addresses = string.Join(' ', row["addresses"]!.AsArray());
        var use = Is(row, "mdns")
            ? $"multicast {Text.Get(row, "packetsOut")} out, {Text.Get(row, "packetsIn")} in ({Text.Get(row, "packetsFromOthers")} of other machines), {Text.Get(row, "errors")} errors"
            : Is(row, "multicast") ? "not used by mDNS" : "no multicast";
        return $"{Text.Get(row, "name")}  {addresses}  {use}";
    }

    private static string Listen(JsonObject row) => $"{Text.Get(row, "address")}  {Outcome(row)}";

    private static string DialBack(JsonObject row)
    {
        var who = $"{Text.Get(row, "peerId")[..8]} {Text.Get(row, "address")} ({(Is(row, "local") ? "local" : "elsewhere")})";
        var what = Text.Get(row, "outcome") switch
        {
            "reached" => $"reached {Text.Get(row, "dialled")}, {Time(row)}",
            "not-reached" => $"could not reach {Text.Get(row, "dialled")}: {Text.Get(row, "reason")}, {Time(row)}",
            "busy" => "was asked too often, and did not try",
            "no-answer" => "did not answer",
            _ => "does not know how to dial back",
        };
        var age = row["ageSeconds"]?.GetValue<int>() ?? 0;
        return age > 0 ? $"{who}  {what} ({age} s ago; it tries once a minute)" : $"{who}  {what}";
    }

    private static string Bootstrap(JsonObject row)
    {
        var addresses = string.Join(' ', row["addresses"]!.AsArray());
        return $"{Text.Get(row, "node")}  {(addresses.Length == 0 ? "" : $"{addresses}  ")}{(Is(row, "connected") ? "connected" : Outcome(row))}";
    }

    private static string Outcome(JsonObject row) => Is(row, "ok")
        ? row["reason"] is null ? $"ok, {Time(row)}" : "ok, this node itself"
        : $"{Text.Get(row, "reason")}, {Time(row)}{(row["detail"] is null ? "" : $": {Text.Get(row, "detail")}")}";

    private static string Time(JsonObject row) => row["tookMs"] is { } took ? $"{took.GetValue<double>():0} ms" : "-";

    private static bool Is(JsonObject row, string name) => row[name]?.GetValue<bool>() == true;
}
