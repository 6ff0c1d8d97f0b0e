using System.Globalization;
using static Meshara.Core.Peers.HealthLevel;

namespace Meshara.Core.Peers;

/// <summary>Judges what a node has found out about its network. Pure.</summary>
internal static class Netchecks
{
    public const string Interfaces = "interfaces", Listen = "listen", DialBack = "dial-back", Bootstrap = "bootstrap", Clock = "clock";

    public static MeshNetcheck Judge(NetcheckFacts facts)
    {
        HealthFinding[] findings = [Multicast(facts), Listening(facts), Reachability.Judge(facts), WayIn(facts), ClockOf(facts)];
        return new MeshNetcheck(Verdict(findings), [.. findings])
        {
            Interfaces = facts.Interfaces,
            Listen = facts.Listen,
            DialBacks = facts.DialBacks,
            Bootstrap = facts.Bootstrap,
            Clock = new ClockCheck(facts.ClockOffsets.Count, OffsetOf(facts)),
        };
    }

    /// <summary>Whether the node can be reached comes first, whatever else is wrong; that is named.</summary>
    private static string Verdict(IReadOnlyList<HealthFinding> findings)
    {
        var first = findings.First(f => f.Name == Listen) is { Level: Failing } deaf ? deaf : findings.First(f => f.Name == DialBack);
        var others = findings.Where(f => f.Level != Healthy && f.Name != first.Name).Select(f => f.Name).ToList();
        return others.Count == 0 ? first.Cause : $"{first.Cause} Worth a look: {string.Join(", ", others)}.";
    }

    private static HealthFinding Multicast(NetcheckFacts f)
    {
        if (f.Mdns.Level != Healthy)
        {
            return f.Mdns with { Name = Interfaces };
        }

        if (!f.UsesMdns)
        {
            return Well(Interfaces, "The local network is not searched: mDNS is off.");
        }

        var used = f.Interfaces.Where(i => i.UsedByMdns).ToList();
        if (Names(used.Where(i => i is { Errors: > 0, PacketsSent: 0 })) is { } mute)
        {
            return new(
                Interfaces, Degraded, $"Nothing could be sent by multicast on {mute}.",
                "Check that the interface has an address and a route for multicast (224.0.0.0/4), or leave it out (discovery.mdns.exclude-interfaces).");
        }

        if (Names(used.Where(i => i is { PacketsSent: > 0, PacketsHeard: 0 })) is { } deaf)
        {
            return new(
                Interfaces, Degraded, $"Nothing comes in by multicast on {deaf}, not even what this node sends there itself.",
                "Let UDP port 5353 in through the firewall of this machine.");
        }

        if (used.All(i => i.PacketsSent == 0))
        {
            return Well(Interfaces, "Nothing was sent by multicast yet.");
        }

        // To hear nobody is how it is where nobody else is.
        return Names(used.Where(i => i is { PacketsFromOthers: 0, PacketsSent: > 0 })) is { } alone
            ? Well(Interfaces, $"Multicast works; on {alone} no other machine was heard: this one may be alone there, or the network may not carry multicast.")
            : Well(Interfaces, $"Multicast goes out and comes in on {Names(used)}.");
    }

    private static HealthFinding Listening(NetcheckFacts f)
    {
        var failed = f.Listen.Where(d => d.Failure is not null).ToList();
        if (failed.Count == 0)
        {
            return Well(Listen, $"The node answers itself at {Join(f.Listen.Select(d => d.Address))}.");
        }

        var where = Join(failed.Select(d => d.Address));
        var why = failed[0].Failure!.Value;
        var remedy = why == Reason.KeyMismatch
            ? "Another node answers there: stop that one, or listen elsewhere."
            : "Check the firewall of this machine, and the node's log; if an address is gone, that is seen within a minute.";
        return failed.Count < f.Listen.Length
            ? new(Listen, Degraded, $"The node does not answer itself at {where} ({why.Name()}).", remedy)
            : new(Listen, Failing, $"The node does not even answer itself at {where} ({why.Name()}).", remedy);
    }

    private static HealthFinding WayIn(NetcheckFacts f)
    {
        if (f.Bootstrap.IsEmpty)
        {
            return Well(Bootstrap, "No bootstrap nodes are configured.");
        }

        var silent = f.Bootstrap.Where(b => !b.Answers).ToList();
        if (silent.Count == 0)
        {
            return Well(
                Bootstrap,
                (f.Bootstrap.Length == 1 ? "The bootstrap node answers" : $"All {f.Bootstrap.Length} bootstrap nodes answer")
                + (f.Bootstraps ? "." : ", but the method bootstrap is not enabled."));
        }

        var (why, none) = (silent[0].Failure!.Value, silent.Count == f.Bootstrap.Length);
        return new(
            Bootstrap,
            none && f.Connected == 0 ? Failing : Degraded,
            $"{(none ? "No bootstrap node answers" : $"{silent.Count} of {f.Bootstrap.Length} bootstrap nodes do not answer")}: {silent[0].Node.Address} ({why.Name()}).",
            why == Reason.NameNotFound
                ? "Check the name under discovery.bootstrap-nodes, and the DNS server of this machine."
                : "Check the addresses under discovery.bootstrap-nodes, and that these nodes run.");
    }

    private static HealthFinding ClockOf(NetcheckFacts f) => f.ClockOffsets.Count == 0
        ? f.Clock with { Name = Clock }
        : f.Clock with { Name = Clock, Cause = $"{f.Clock.Cause.TrimEnd('.')} ({f.ClockOffsets.Count} {(f.ClockOffsets.Count == 1 ? "peer" : "peers")})." };

    private static TimeSpan? OffsetOf(NetcheckFacts f) =>
        f.ClockOffsets.Count < Health.FewestClocks ? null
        : f.Clock.Level == Healthy ? TimeSpan.Zero
        : f.ClockOffsets.Order().ElementAt(f.ClockOffsets.Count / 2);

    private static HealthFinding Well(string name, string cause) => new(name, Healthy, cause, null);

    private static string? Names(IEnumerable<InterfaceCheck> interfaces)
    {
        var names = string.Join(", ", interfaces.Select(i => i.Name));
        return names.Length == 0 ? null : names;
    }

    private static string Join(IEnumerable<PeerAddress> addresses) => string.Join(", ", addresses);

    /// <summary>Whether others can reach the node, by what those say who were asked to dial back.</summary>
    private static class Reachability
    {
        public static HealthFinding Judge(NetcheckFacts f)
        {
            if (f.AwaySince is { } since)
            {
                return new(
                    DialBack, Failing, $"This node is cut off from the network since {since.ToString("u", CultureInfo.InvariantCulture)}: most of its connections broke at once.",
                    "Check the network of this machine; the node tries again by itself, every few seconds.");
            }

            if (f.DialBacks.IsEmpty)
            {
                return new(
                    DialBack, Degraded, "Whether others can reach this node is not known: no peer is connected that could dial back.",
                    "Connect one (meshara peer add HOST:PORT), and ask again.");
            }

            var (outside, inside) = (f.DialBacks.Where(d => !d.IsLocal).ToList(), f.DialBacks.Where(d => d.IsLocal).ToList());
            if (Reached(outside) is { } far)
            {
                return Minority(outside) is { } some
                    ? new(DialBack, Degraded, $"Other nodes can reach this one{At(far)}, but {some}.", RemedyFor(NotReached(outside)!.Failure))
                    : new(DialBack, Healthy, $"Other nodes can reach this one{At(far)}.", null);
            }

            if (Reached(inside) is { } near)
            {
                var who = near.Remote is PeerAddress.Ip ip && AddressReach.Of(ip.EndPoint.Address) == Reach.Loopback ? "on this machine" : "on the local network";
                return NotReached(outside) is { } blocked
                    ? new(DialBack, Degraded, $"Nodes {who} can reach this one{At(near)}; those elsewhere cannot: {Why(blocked)}.", RemedyFor(blocked.Failure))
                    : new(DialBack, Healthy, $"Nodes {who} can reach this one{At(near)}; nobody elsewhere has tried.", null);
            }

            return (NotReached(outside) ?? NotReached(inside)) is { } failed
                ? new(DialBack, Failing, $"No peer could dial back: {Why(failed)}.", RemedyFor(failed.Failure))
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
            return new(DialBack, Degraded, $"Whether others can reach this node is not known: {why}.", remedy);
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

        private static string RemedyFor(Reason? reason) => reason switch
        {
            Reason.KeyMismatch => "Behind one address only one node can have a port: give each its own (meshara.listen), and forward that.",
            Reason.BadCertificate or Reason.AlpnMismatch or Reason.ProtocolError or Reason.HandshakeRejected =>
                "Check that the router forwards the port to this node, and that nothing between rewrites TLS.",
            _ => "Forward the node's TCP port from the router to this machine, and let it in through the firewall; without that the node lives on what it dials itself.",
        };
    }
}
