using static Meshara.Core.Peers.HealthLevel;

namespace Meshara.Core.Peers.Reachability;

/// <summary>Judges what a node has found out about its network. Pure.</summary>
internal static class Netchecks
{
    public const string Interfaces = "interfaces", Listen = "listen", DialBack = "dial-back", Bootstrap = "bootstrap", Clock = "clock";

    public static MeshNetcheck Judge(NetcheckFacts facts)
    {
        HealthFinding[] findings = [Multicast(facts), Listening(facts), DialBackVerdict.Of(facts), WayIn(facts), ClockOf(facts)];
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
}
