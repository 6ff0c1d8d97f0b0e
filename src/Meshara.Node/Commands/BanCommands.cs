using System.CommandLine;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Node.Output;

namespace Meshara.Node.Commands;

/// <summary>The commands about the known, about bans, and about why.</summary>
internal static class BanCommands
{
    public static Command Known() =>
        SteeringCommands.Steer("known", "List all known peers, connected or not.", "meshara known --json", [], BanText.Known);

    public static Command Bans() => SteeringCommands.Steer("bans", "List the bans that hold.", "meshara bans", [], BanText.Bans);

    public static Command Why() => SteeringCommands.Steer(
        "why", "Why a peer is not connected, or why it is.", "meshara why 192.0.2.1:7373",
        [new Argument<string>("target") { Description = "A node id, or its first 6 or more digits, or an address.", HelpName = "ID|HOST:PORT" }],
        answer => Console.WriteLine(Text.Clean(Text.Get(answer, "sentence"))));

    public static Command Ban()
    {
        var length = new Option<string?>("--for")
        {
            Description = "For how long, such as 30s, 10m, 1h or 7d. Without it: an hour, and for a peer twice as long as the last time.", HelpName = "TIME",
        };
        length.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text
                && !Duration.TryParse(text, Mesh.ShortestBan, Mesh.LongestBan, out _, out var error))
            {
                result.AddError($"--for: {error}");
            }
        });
        var note = new Option<string?>("--reason") { Description = "Why, in your words: a line of at most 200 characters.", HelpName = "TEXT" };
        return SteeringCommands.Steer(
            "ban", "Close the connections of a peer or an address range, and keep it out.", "meshara peer ban 192.0.2.0/24 --for 1h --reason scanners",
            [Target()], Banned, "peer-ban", options: [length, note]);
    }

    public static Command Unban() => SteeringCommands.Steer(
        "unban", "Lift a ban.", "meshara peer unban 192.0.2.0/24", [Target()],
        answer => Console.WriteLine($"{Whom(answer)} {(answer["wasBanned"]!.GetValue<bool>() ? "is no longer banned" : "was not banned")}."), "peer-unban");

    private static void Banned(JsonObject answer) => Console.WriteLine($"Banned {Whom(answer)} until {Text.Get(answer, "until")}.");

    private static JsonNode? Whom(JsonObject answer) => answer["peerId"] ?? answer["range"];

    private static Argument<string> Target() => new("target")
    {
        Description = "A node id, or its first 6 or more digits; or an IP address or range.", HelpName = "ID|CIDR",
    };
}
