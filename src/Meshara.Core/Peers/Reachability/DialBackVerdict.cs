using System.Globalization;
using static Meshara.Core.Peers.HealthLevel;

namespace Meshara.Core.Peers.Reachability;

/// <summary>Whether others can reach the node, by what those say who were asked to dial back.</summary>
internal static class DialBackVerdict
{
    public static HealthFinding Of(NetcheckFacts f)
    {
        if (f.AwaySince is { } since)
        {
            return new(
                Netchecks.DialBack, Failing, $"This node is cut off from the network since {since.ToString("u", CultureInfo.InvariantCulture)}: most of its connections broke at once.",
                "Check the network of this machine; the node tries again by itself, every few seconds.");
        }

        if (f.DialBacks.IsEmpty)
        {
            return new(
                Netchecks.DialBack, Degraded, "Whether others can reach this node is not known: no peer is connected that could dial back.",
                "Connect one (meshara peer add HOST:PORT), and ask again.");
        }

        var (outside, inside) = (f.DialBacks.Where(d => !d.IsLocal).ToList(), f.DialBacks.Where(d => d.IsLocal).ToList());
        if (Reached(outside) is { } far)
        {
            return Minority(outside) is { } some
                ? new(Netchecks.DialBack, Degraded, $"Other nodes can reach this one{At(far)}, but {some}.", RemedyFor(NotReached(outside)!, f))
                : new(Netchecks.DialBack, Healthy, $"Other nodes can reach this one{At(far)}.", null);
        }

        if (Reached(inside) is { } near)
        {
            var who = near.Remote is PeerAddress.Ip ip && AddressReach.Of(ip.EndPoint.Address) == Reach.Loopback ? "on this machine" : "on the local network";
            return NotReached(outside) is { } blocked
                ? new(Netchecks.DialBack, Degraded, $"Nodes {who} can reach this one{At(near)}; those elsewhere cannot: {Why(blocked)}.", RemedyFor(blocked, f))
                : new(Netchecks.DialBack, Healthy, $"Nodes {who} can reach this one{At(near)}; nobody elsewhere has tried.", null);
        }

        return (NotReached(outside) ?? NotReached(inside)) is { } failed
            ? new(Netchecks.DialBack, Failing, $"No peer could dial back: {Why(failed)}.", RemedyFor(failed, f))
            : Unknown(f);
    }

    private static HealthFinding Unknown(NetcheckFacts f)
    {
        var (why, remedy) = f.DialBacks[0].Outcome switch
        {
            DialBackOutcome.Unable => ("the connected peers do not know how to dial back", "Bring them to the release of this node, or connect others."),
            DialBackOutcome.Busy => ("the peers were asked too often", "Ask again in a minute."),
            _ => ("no peer that was asked to dial back has answered", "Ask again; if it stays so, see how the peers are: meshara peers."),
        };
        return new(Netchecks.DialBack, Degraded, $"Whether others can reach this node is not known: {why}.", remedy);
    }

    private static DialBackCheck? Reached(IEnumerable<DialBackCheck> checks) => checks
        .Where(d => d.Outcome == DialBackOutcome.Reached)
        .GroupBy(d => d.Dialled).OrderByDescending(g => g.Key is not null).ThenByDescending(g => g.Count())
        .FirstOrDefault()?.First();

    private static DialBackCheck? NotReached(IEnumerable<DialBackCheck> checks) => checks.FirstOrDefault(d => d.Outcome == DialBackOutcome.NotReached);

    /// <summary>Half of those who tried, and more, could not: then one who could is not the rule.</summary>
    private static string? Minority(IReadOnlyCollection<DialBackCheck> checks)
    {
        var (reached, failed) = (checks.Count(d => d.Outcome == DialBackOutcome.Reached), checks.Count(d => d.Outcome == DialBackOutcome.NotReached));
        return failed >= reached ? $"{failed} of {failed + reached} could not: {Why(NotReached(checks)!)}" : null;
    }

    private static string At(DialBackCheck check) => check.Dialled is { } address ? $" at {address}" : "";

    private static string Why(DialBackCheck check)
    {
        var at = check.Dialled is { } address ? $" at {address}" : "";
        var reason = check.Failure ?? Reason.ClosedByPeer;
        return reason switch
        {
            Reason.Refused => $"the port is closed{at} (refused)",
            Reason.HandshakeTimeout => $"nothing answers in time{at} (handshake-timeout)",
            Reason.KeyMismatch => $"another node answers{at} (key-mismatch)",
            Reason.BadCertificate or Reason.AlpnMismatch or Reason.ProtocolError or Reason.HandshakeRejected => $"what answers{at} does not speak for this node ({reason.Name()})",
            _ => $"there is no way to this node{at} ({reason.Name()})",
        };
    }

    private static string RemedyFor(DialBackCheck check, NetcheckFacts f) => check.Failure switch
    {
        Reason.KeyMismatch => "Behind one address only one node can have a port: give each its own (meshara.listen), and forward that.",
        Reason.BadCertificate or Reason.AlpnMismatch or Reason.ProtocolError or Reason.HandshakeRejected =>
            "Check that the router forwards the port to this node, and that nothing between rewrites TLS.",
        _ when !IsOwn(check.Dialled, f) =>
            "Forward the node's TCP port from the router to this machine, and let it in through the firewall; without that the node lives on what it dials itself.",
        _ when f.Listen.Any(d => d.Address == check.Dialled) => "Let the node's TCP port in through the firewall of this machine, and of the network.",
        _ => "This machine has that address, but the node does not listen there: start it with meshara.listen = auto, or with that address.",
    };

    /// <summary>Whether this machine itself has the address: then no router stands between.</summary>
    private static bool IsOwn(PeerAddress? address, NetcheckFacts f) =>
        address is PeerAddress.Ip ip && f.Interfaces.Any(i => i.Addresses.Contains(ip.EndPoint.Address));
}
