using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Node.Commands;
using Meshara.Node.Output;

namespace Meshara.Node.Control;

/// <summary>What the requests about invite tickets ask of the node: to make one, and to go where one leads.</summary>
internal sealed class InviteRequests(Mesh mesh, TimeProvider clock)
{
    /// <summary>How long a ticket holds when nobody says: addresses change, and a ticket stays in a mailbox.</summary>
    public static readonly TimeSpan DefaultTime = TimeSpan.FromDays(1);

    public static readonly TimeSpan ShortestTime = TimeSpan.FromMinutes(1), LongestTime = TimeSpan.FromDays(3650);

    /// <summary>The name of the error that a ticket is used too late.</summary>
    private const string Expired = "expired-ticket";

    public async Task<JsonObject> InviteAsync(Request request, CancellationToken cancellation)
    {
        var time = request.For is null ? DefaultTime
            : Duration.TryParse(request.For, ShortestTime, LongestTime, out var given, out var error) ? given
            : throw new FormatException(error);
        var node = await mesh.ReadyAsync(cancellation);
        IEnumerable<PeerAddress> told = request.Address is null ? [] : [PeerAddress.Parse(request.Address)];

        // What a person says goes first, also where it would not be chosen.
        var own = InviteTicket.Choose(node.Listen, out var onlyHere);
        ImmutableArray<PeerAddress> addresses = [.. told.Concat(request.Address is not null && onlyHere ? [] : own).Distinct().Take(InviteTicket.MaxAddresses)];
        if (addresses.IsEmpty)
        {
            return Json.Error(Reason.Unreachable.Name(), "The node listens at no address that means the same to another machine; name one with --address.");
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + time).ToUnixTimeSeconds());
        return new JsonObject
        {
            ["schema"] = 1,
            ["ticket"] = new InviteTicket(node.Network, node.Id, addresses, expires).ToString(),
            ["network"] = node.Network,
            ["nodeId"] = node.Id.ToString(),
            ["addresses"] = new JsonArray([.. addresses.Select(a => (JsonNode)a.ToString())]),
            ["expires"] = Json.Time(expires),
            ["onlyThisMachine"] = request.Address is null && onlyHere,
        };
    }

    /// <summary>Each address in turn, until one is connected; that the last one failed says less than what all of them did.</summary>
    public async Task<JsonObject> JoinAsync(Request request, CancellationToken cancellation)
    {
        var ticket = InviteTicket.Parse(request.Ticket ?? "");
        var node = await mesh.ReadyAsync(cancellation);
        if (ErrorOf(ticket, clock.GetUtcNow()) is { } error)
        {
            return error;
        }

        if (ticket.Network != node.Network)
        {
            return Json.Error(
                Reason.WrongNetwork.Name(), $"The ticket is for the network {ticket.Network}, and this node belongs to {node.Network}; join with another data folder.");
        }

        if (ticket.Node == node.Id)
        {
            return Json.Error(Reason.SelfConnection.Name(), "The ticket is this node's own; join on another machine, or with another data folder.");
        }

        var failures = new List<(PeerTarget Target, MeshException Failure)>();
        foreach (var target in ticket.Targets)
        {
            try
            {
                var added = await mesh.AddPeerAsync(target, cancellation);
                return new JsonObject
                {
                    ["schema"] = 1, ["peerId"] = added.Peer.PeerId.ToString(), ["alreadyConnected"] = added.WasConnected, ["peer"] = Json.Of(added.Peer),
                };
            }
            catch (MeshException e)
            {
                failures.Add((target, e));
            }
        }

        return Json.Error(failures[0].Failure.Reason.Name(), string.Join(' ', failures.Select(f => $"{f.Target.Address}: {f.Failure.Message}")));
    }

    /// <summary>Why the ticket must not be used now; null: it may be.</summary>
    public static JsonObject? ErrorOf(InviteTicket ticket, DateTimeOffset now) => !ticket.IsExpired(now) ? null
        : Json.Error(Expired, $"The ticket expired at {ticket.Expires:yyyy-MM-dd HH:mm:ss} UTC, and the clock here says {now:yyyy-MM-dd HH:mm:ss}; ask for a new one (meshara invite).");
}
