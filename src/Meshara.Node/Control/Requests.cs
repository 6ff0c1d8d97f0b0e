using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>What each request asks of the node, and the JSON that answers it.</summary>
internal sealed class Requests(Mesh mesh)
{
    private const int ShortestPrefix = 6;

    /// <summary>Whether the answers go on until the node stops or the one who asked has gone.</summary>
    public static bool IsEndless(JsonObject? request) =>
        Text(request, "command") == "events" && request!["follow"]?.GetValueKind() == JsonValueKind.True;

    public async IAsyncEnumerable<JsonObject> AnswerAsync(JsonObject? request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (IsEndless(request))
        {
            await foreach (var e in mesh.EventsAsync(history: true, cancellation))
            {
                yield return Json.Of(e);
            }
        }
        else if (Text(request, "command") == "events")
        {
            foreach (var past in await mesh.RecentEventsAsync(cancellation))
            {
                yield return Json.Of(past);
            }
        }
        else
        {
            yield return await AnswerOneAsync(request, cancellation);
        }
    }

    private async Task<JsonObject> AnswerOneAsync(JsonObject? request, CancellationToken cancellation)
    {
        try
        {
            return await (Text(request, "command") switch
            {
                "status" => StatusAsync(cancellation),
                "peers" => PeersAsync(cancellation),
                "discover" => DiscoverAsync(cancellation),
                "peer-show" => ShowAsync(Text(request, "id"), cancellation),
                "peer-add" => AddAsync(Text(request, "target"), cancellation),
                "peer-remove" => RemoveAsync(Text(request, "id"), cancellation),
                "ping" => PingAsync(Text(request, "id"), cancellation),
                "send" => SendAsync(Text(request, "id"), Text(request, "channel"), Text(request, "text"), cancellation),
                _ => Task.FromResult(Json.Error("usage", "The node does not know this command; node and command line may be of different versions.")),
            });
        }
        catch (MeshException e)
        {
            return Json.Error(e.Reason.Name(), e.Message);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return Json.Error("usage", e.Message);
        }
    }

    private async Task<JsonObject> StatusAsync(CancellationToken cancellation) => Json.Of(await mesh.StatusAsync(cancellation));

    private async Task<JsonObject> PeersAsync(CancellationToken cancellation) => new()
    {
        ["schema"] = 1, ["peers"] = new JsonArray([.. (await mesh.ListPeersAsync(cancellation)).Select(Json.Of)]),
    };

    private async Task<JsonObject> DiscoverAsync(CancellationToken cancellation) =>
        Json.Of(await mesh.DiscoverAsync(cancellation), TimeProvider.System.GetUtcNow());

    private async Task<JsonObject> ShowAsync(string id, CancellationToken cancellation) =>
        Json.Of(await mesh.GetPeerAsync(await ResolveAsync(id, cancellation), cancellation));

    private async Task<JsonObject> AddAsync(string target, CancellationToken cancellation)
    {
        var added = await mesh.AddPeerAsync(PeerTarget.Parse(target), cancellation);
        return new JsonObject
        {
            ["schema"] = 1, ["peerId"] = added.Peer.PeerId.ToString(), ["alreadyConnected"] = added.WasConnected, ["peer"] = Json.Of(added.Peer),
        };
    }

    private async Task<JsonObject> RemoveAsync(string id, CancellationToken cancellation)
    {
        var peer = await ResolveAsync(id, cancellation);
        await mesh.RemovePeerAsync(peer, cancellation);
        return new JsonObject { ["schema"] = 1, ["peerId"] = peer.ToString(), ["removed"] = true };
    }

    private async Task<JsonObject> PingAsync(string id, CancellationToken cancellation)
    {
        var peer = await ResolveAsync(id, cancellation);
        var time = await mesh.PingAsync(peer, cancellation);
        return new JsonObject { ["schema"] = 1, ["peerId"] = peer.ToString(), ["rttMs"] = Math.Round(time.TotalMilliseconds, 3) };
    }

    private async Task<JsonObject> SendAsync(string id, string channel, string text, CancellationToken cancellation)
    {
        var peer = await ResolveAsync(id, cancellation);
        var reason = await mesh.SendAsync(peer, channel, Encoding.UTF8.GetBytes(text), cancellation) switch
        {
            SendResult.NotConnected => Reason.NotConnected,
            SendResult.QueueFull => Reason.QueueFull,
            SendResult.TooLarge => Reason.MessageTooLarge,
            _ => (Reason?)null,
        };
        return reason is { } why
            ? Json.Error(why.Name(), why.Sentence())
            : new JsonObject { ["schema"] = 1, ["peerId"] = peer.ToString(), ["queued"] = true };
    }

    /// <summary>An id may be shortened to any unique prefix of 6 or more digits.</summary>
    private async Task<NodeId> ResolveAsync(string prefix, CancellationToken cancellation)
    {
        if (NodeId.TryParse(prefix, out var id, out var error))
        {
            return id;
        }

        if (prefix.Length is < ShortestPrefix or >= NodeId.Size * 2 || !prefix.All(char.IsAsciiHexDigit))
        {
            throw new FormatException($"{error} It may be shortened to its first {ShortestPrefix} or more.");
        }

        var known = (await mesh.ListKnownPeersAsync(cancellation)).Select(p => p.PeerId)
            .Where(p => p.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return known.Count switch
        {
            0 => throw new MeshException(Reason.UnknownPeer),
            1 => known[0],
            _ => throw new FormatException($"More than one known peer's id starts with {prefix}; give more digits."),
        };
    }

    private static string Text(JsonObject? request, string name) =>
        request?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
