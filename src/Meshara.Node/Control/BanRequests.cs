using System.Net;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Node.Commands;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>What the requests about the known, about bans, and about why ask of the node.</summary>
internal sealed class BanRequests(Mesh mesh)
{
    /// <summary>The full id of a known peer, of which a person may have typed the beginning only.</summary>
    public delegate Task<NodeId> Resolver(string id, CancellationToken cancellation);

    public async Task<JsonObject> KnownAsync(CancellationToken cancellation) => BanJson.Of(await mesh.KnownAsync(cancellation));

    public async Task<JsonObject> ListAsync(CancellationToken cancellation) => BanJson.Of(await mesh.BansAsync(cancellation));

    public async Task<JsonObject> BanAsync(Request request, Resolver resolve, CancellationToken cancellation)
    {
        TimeSpan? length = request.For is null ? null
            : Duration.TryParse(request.For, Mesh.ShortestBan, Mesh.LongestBan, out var time, out var error) ? time
            : throw new FormatException(error);
        if (Mesh.BanErrorOf(length, request.Reason) is { } wrong)
        {
            throw new FormatException(wrong);
        }

        var ban = RangeOf(request.Target) is { } range
            ? await mesh.BanAsync(range, length, request.Reason, cancellation)
            : await mesh.BanAsync(await resolve(request.Target ?? "", cancellation), length, request.Reason, cancellation);
        var answer = BanJson.Of(ban);
        answer.Insert(0, "schema", 1);
        return answer;
    }

    public async Task<JsonObject> UnbanAsync(Request request, Resolver resolve, CancellationToken cancellation)
    {
        var range = RangeOf(request.Target);
        NodeId? peer = range is null ? await resolve(request.Target ?? "", cancellation) : null;
        var wasBanned = range is { } net ? await mesh.UnbanAsync(net, cancellation) : await mesh.UnbanAsync(peer!.Value, cancellation);
        return new JsonObject
        {
            ["schema"] = 1, ["peerId"] = peer?.ToString(), ["range"] = range?.ToString(), ["wasBanned"] = wasBanned,
        };
    }

    public async Task<JsonObject> WhyAsync(Request request, Resolver resolve, CancellationToken cancellation)
    {
        var target = request.Target ?? "";
        return BanJson.Of(target.Contains(':', StringComparison.Ordinal)
            ? await mesh.WhyAsync(PeerAddress.Parse(target), cancellation)
            : await mesh.WhyAsync(await resolve(target, cancellation), cancellation));
    }

    /// <summary>An id has neither a dot nor a colon nor a slash, and a range at least one of them.</summary>
    private static IPNetwork? RangeOf(string? target) =>
        target?.IndexOfAny(['.', ':', '/']) >= 0 ? AddressRange.Parse(target) : null;
}
