using System.Text;
using Google.Protobuf;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Meshara.Node.Commands;
using Meshara.Node.Control;

namespace Meshara.Fuzz.Targets;

/// <summary>What local programs and people write.</summary>
internal static class TextTargets
{
    public static IEnumerable<Target> All =>
    [
        new("control", "a line that a local program writes to the control socket", Control)
        {
            Seeds = Some.Texts(
                """{"command":"status"}""", """{"command":"peer-ban","target":"192.0.2.0/24","for":"1h","reason":"spam"}""",
                $$"""{"command":"peer-show","id":"{{Some.Peer.Id}}","history":true}""", """{"command":"events","follow":true}""",
                """{"command":"send","id":"d41f86","channel":"chat","text":"hello"}""", """{"command":"why","target":"[2001:db8::1]:7373"}""", "[]", "null", ""),
            Words = Some.Texts("\"command\":", "\"follow\":true", "null", "1e999", "\\ud800", "[[[[[[[[", "{\"a\":{\"a\":", "\"id\":1"), Allowance = (64 * 1024, 256),
        },
        new("address", "addresses, ids, ranges and times, as they are typed or told", Address)
        {
            Seeds = Some.Texts(
                "192.0.2.1:7373", "[2001:db8::1]:7373", "[fe80::1%4]:7373", "node.example:7373", "node.example.:1", $"192.0.2.1:7373@{Some.Peer.Id}", "192.0.2.0/24", "2001:db8::/32",
                "::ffff:192.0.2.1/128", "30s", "1.5h", $"{Some.Peer.Id}"),
            Words = Some.Texts("[", "]", ":", "%", "@", "/", ".", "::", "::ffff:", "0x", "65535", "xn--"), MaxLength = 400, Allowance = (32 * 1024, 512),
        },
        new("ticket", "an invite ticket, of which somebody made the checksum right", Ticket)
        {
            Seeds = [Content("lab", Some.Addresses), Content("meshara", [Some.Addresses[0]]), []],
            MaxLength = 1024, Allowance = (32 * 1024, 512),
        },
    ];

    private static string? Control(byte[] bytes)
    {
        if (Request.Parse(bytes) is not { } request)
        {
            return null;
        }

        return request.Command?.Length + request.Id?.Length + request.Target?.Length + request.Text?.Length > bytes.Length ? "A request is longer than its line."
            : Address(Encoding.UTF8.GetBytes(request.Target ?? "")) ?? Address(Encoding.UTF8.GetBytes(request.For ?? ""))
                ?? Mesh.BanErrorOf(null, request.Reason) switch { { Length: > 400 } => "What is wrong takes a page.", _ => null };
    }

    private static byte[] Content(string network, IEnumerable<PeerAddress> addresses) => new Ticket
    {
        Network = network, NodeId = ByteString.CopyFrom(Some.Peer.Id.ToByteArray()), Addresses = { addresses.Select(a => a.ToWire()) },
        Expires = Some.Noon.ToUnixTimeSeconds(),
    }.ToByteArray();

    private static string? Ticket(byte[] content) =>
        !InviteTicket.TryParse(InviteTicket.Prefix + CopySafe.Write(InviteTicket.Prefix, content), out var ticket, out var error)
            ? error.Length > 200 ? "What is wrong takes a page." : null
            : InviteTicket.Parse($"{ticket}") != ticket ? $"A ticket is read as another: {ticket}" : null;

    /// <summary>What is read is written so that it is read as the same; otherwise one sentence says what is wrong.</summary>
    private static string? Address(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var errors = new List<string?>();
        if (PeerTarget.TryParse(text, out var target, out var error) && PeerTarget.Parse(target.ToString()) != target)
        {
            return $"A target is read as another: {target}";
        }

        errors.Add(error);
        if (AddressRange.TryParse(text, out var range, out error) && !AddressRange.Parse(range.ToString()).Equals(range))
        {
            return $"A range is read as another: {range}";
        }

        errors.Add(error);
        if (NodeId.TryParse(text, out var id, out error) && !string.Equals($"{id}", text, StringComparison.OrdinalIgnoreCase))
        {
            return $"An id is read as another: {id}";
        }

        errors.Add(error);
        if (Duration.TryParse(text, Mesh.ShortestBan, Mesh.LongestBan, out var time, out error) && (time < Mesh.ShortestBan || time > Mesh.LongestBan))
        {
            return $"A time is out of its bounds: {time}";
        }

        errors.Add(error);
        return errors.Any(e => e?.Length > text.Length + 300) ? "What is wrong takes a page." : null;
    }
}
