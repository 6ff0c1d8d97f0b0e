using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>What each request asks of the node, and the JSON that answers it.</summary>
internal sealed class Requests(Mesh mesh, ProgramParts program)
{
    private readonly BanRequests _bans = new(mesh);

    private readonly InviteRequests _invites = new(mesh, TimeProvider.System);

    private const int ShortestPrefix = 6;

    /// <summary>The answers, as they come; null stands for what was no request.</summary>
    public IAsyncEnumerable<JsonObject> AnswerAsync(Request? request, CancellationToken cancellation) => request switch
    {
        { Command: Request.Events, Follow: true } => FollowAsync(cancellation),
        { Command: Request.Events } => PastAsync(cancellation),
        _ => OneAsync(request, cancellation),
    };

    private async IAsyncEnumerable<JsonObject> PastAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var past in await mesh.RecentEventsAsync(cancellation))
        {
            yield return Json.Of(past);
        }
    }

    private async IAsyncEnumerable<JsonObject> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // The past and the present in one subscription: with two, what happens between them would be lost.
        await foreach (var e in mesh.EventsAsync(history: true, cancellation))
        {
            yield return Json.Of(e);
        }
    }

    private async IAsyncEnumerable<JsonObject> OneAsync(Request? request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return await AnswerOneAsync(request, cancellation);
    }

    private async Task<JsonObject> AnswerOneAsync(Request? request, CancellationToken cancellation)
    {
        try
        {
            return await (request?.Command switch
            {
                "status" => StatusAsync(cancellation),
                "health" => HealthAsync(cancellation),
                "netcheck" => NetcheckAsync(cancellation),
                "peers" => PeersAsync(cancellation),
                "discover" => DiscoverAsync(cancellation),
                "peer-show" => ShowAsync(request.Id ?? "", request.History, cancellation),
                "peer-add" => AddAsync(request.Target ?? "", cancellation),
                "peer-remove" => RemoveAsync(request.Id ?? "", cancellation),
                "ping" => PingAsync(request.Id ?? "", cancellation),
                "send" => SendAsync(request.Id ?? "", request.Channel ?? "", request.Text ?? "", cancellation),
                "known" => _bans.KnownAsync(cancellation),
                "bans" => _bans.ListAsync(cancellation),
                "peer-ban" => _bans.BanAsync(request, ResolveAsync, cancellation),
                "peer-unban" => _bans.UnbanAsync(request, ResolveAsync, cancellation),
                "why" => _bans.WhyAsync(request, ResolveAsync, cancellation),
                "invite" => _invites.InviteAsync(request, cancellation),
                "join" => _invites.JoinAsync(request, cancellation),
                "page" => Task.FromResult(program.PageLink is not { } link
                    ? Json.Error("no-page", "This node serves no page; start it with: meshara run --page 127.0.0.1:7374")
                    : new JsonObject { ["schema"] = 1, ["link"] = link() }),
                "reload" => ReloadAsync(),
                null => Usage("""A request is a line of JSON, such as {"command":"status"}."""),
                _ => Usage("The node does not know this command; node and command line may be of different versions."),
            });
        }
        catch (MeshException e)
        {
            return Json.Error(e.Reason.Name(), e.Message);
        }
        catch (AskTimeoutException)
        {
            return Json.Error(Json.NoAnswer, "The node did not get it done in time; its status may tell why.");
        }
        catch (FormatException e)
        {
            return Json.Error("usage", e.Message);
        }
    }

    private async Task<JsonObject> ReloadAsync()
    {
        try
        {
            return ReloadText.Json(await program.Reload());
        }
        catch (MesharaStartException e)
        {
            return Json.Error("configuration-refused", $"The node goes on with the configuration that it had.\n{e.Message}");
        }
    }

    private static Task<JsonObject> Usage(string message) => Task.FromResult(Json.Error("usage", message));

    private async Task<JsonObject> StatusAsync(CancellationToken cancellation) => Json.Of(await mesh.StatusAsync(cancellation));

    private async Task<JsonObject> HealthAsync(CancellationToken cancellation) => Json.Of(await mesh.HealthAsync(cancellation));

    private async Task<JsonObject> NetcheckAsync(CancellationToken cancellation) => NetcheckJson.Of(await mesh.NetcheckAsync(cancellation));

    private async Task<JsonObject> PeersAsync(CancellationToken cancellation) => new()
    {
        ["schema"] = 1, ["peers"] = new JsonArray([.. (await mesh.ListPeersAsync(cancellation)).Select(Json.Of)]),
    };

    private async Task<JsonObject> DiscoverAsync(CancellationToken cancellation) =>
        Json.Of(await mesh.DiscoverAsync(cancellation), TimeProvider.System.GetUtcNow());

    private async Task<JsonObject> ShowAsync(string id, bool history, CancellationToken cancellation)
    {
        var peer = await ResolveAsync(id, cancellation);
        var shown = Json.Of(await mesh.GetPeerAsync(peer, cancellation));
        if (history)
        {
            shown["history"] = BanJson.Of(await mesh.HistoryAsync(peer, cancellation));
        }

        return shown;
    }

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
        if (Encoding.UTF8.GetByteCount(channel) is 0 or > Mesh.MaxChannelLength)
        {
            throw new FormatException($"A channel's name has 1 to {Mesh.MaxChannelLength} bytes of UTF-8.");
        }

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
}
