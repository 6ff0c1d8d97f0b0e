using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Core.Peers;
using Meshara.Core.Peers.Reachability;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Actors.Peers.Reachability.NetcheckProtocol;

namespace Meshara.Actors.Peers.Reachability;

/// <summary>
/// Has the network looked at, one look at a time, for whoever asks meanwhile; and hands on what peers ask for who want to be dialled back.
/// Owned by the supervisor.
/// </summary>
/// <param name="dialBacks">The <see cref="DialBackDesk"/>.</param>
/// <param name="context">Where a <see cref="Netcheck"/> is started.</param>
internal sealed class NetcheckDesk(NodeState state, HealthWatch health, NodeParts parts, IActorRef dialBacks, IActorContext context)
{
    private readonly List<IActorRef> _waiting = [];
    private IActorRef _underWay = ActorRefs.Nobody;

    public void On(IMessage message, IActorRef sender)
    {
        switch (message)
        {
            case Run:
                _waiting.Add(sender);
                if (_underWay.IsNobody())
                {
                    Begin();
                }

                break;
            case Done done when sender.Equals(_underWay):
                _waiting.ForEach(w => w.Tell(done.Report));
                End();
                break;
            case Over over when over.Netcheck.Equals(_underWay):
                // It has not come to its end: that is a bug of ours, and who waits gives up; the next look is not to wait for it too.
                End();
                break;
        }
    }

    /// <summary>The peer may name a port, but no address: it is dialled where it is.</summary>
    public void OnAskedToDialBack(AskedToDialBack asked)
    {
        if (state.Connections.TryGet(asked.Connection, out var connection)
            && connection is { IsOpen: true, Peer: { } peer, Remote: PeerAddress.Ip { EndPoint.Address: var host } })
        {
            dialBacks.Tell(new DialBack(peer, (PeerAddress.Ip)PeerAddress.Of(host, asked.Port), asked.Nonce, connection.Actor));
        }
    }

    private void Begin()
    {
        var plan = Plan();
        foreach (var address in plan.Listen)
        {
            state.Knocks.Await(null, address);
        }

        foreach (var asked in plan.Ask.Where(p => p.IsAble))
        {
            state.Knocks.Await(asked.Peer, asked.Remote);
        }

        _underWay = context.ActorOf(Netcheck.Props(state.Node, plan));
        context.WatchWith(_underWay, new Over(_underWay));
    }

    private void End()
    {
        _waiting.Clear();
        _underWay = ActorRefs.Nobody;
    }

    private NetcheckPlan Plan()
    {
        var (open, ranges, now) = (state.Connections.Open.ToList(), state.Ranges, state.Now);
        var findings = health.Judge().Findings;
        var discovery = state.Settings.Discovery;
        return new NetcheckPlan(
            new NetcheckFacts
            {
                Connected = open.Count,
                AwaySince = state.OwnFault.AwaySince,
                UsesMdns = discovery.EnabledMethods.Contains(Configuration.DiscoveryMethod.LocalMdns),
                Bootstraps = discovery.Bootstraps(),
                Mdns = findings.First(f => f.Name == Health.MdnsDown),
                Clock = findings.First(f => f.Name == Health.ClockSkew),
                ClockOffsets = [.. open.Select(c => c.ClockOffset).OfType<TimeSpan>()],
            },
            [.. parts.Addresses().Take(NetcheckPlan.MaxDials)],
            Choose(open),
            [.. discovery.BootstrapNodes.Take(NetcheckPlan.MaxDials).Select(n => (n, open.Any(c => Is(c, n))))],
            address => ranges.BanOf(address, now) is not null,
            parts.Interfaces);
    }

    private ImmutableArray<AskedPeer> Choose(IReadOnlyCollection<LiveConnection> open)
    {
        var now = state.Node.Clock.Elapsed;
        var chosen = DialBackChoice.Of(open.Select(c => new DialBackCandidate(
            c.Number, c.Remote!, c.Direction == Direction.Outbound, c.Introduction!.ChecksReach, now - c.ReachAskedAt < DialBackBudget.PerPeer)));
        return [.. chosen.Select(number => Ask(open.First(c => c.Number == number), now))];
    }

    private AskedPeer Ask(LiveConnection connection, TimeSpan now)
    {
        var isAble = connection.Introduction!.ChecksReach;
        if (isAble && !(now - connection.ReachAskedAt < DialBackBudget.PerPeer))
        {
            state.Connections.Update(connection with { ReachAskedAt = now });
        }

        return new AskedPeer(connection.Number, connection.Actor, connection.Peer!.Value, connection.Remote!, (ulong)state.Random.NextInt64(), isAble);
    }

    /// <summary>Whether that connection leads to the configured node.</summary>
    private static bool Is(LiveConnection connection, PeerTarget node) =>
        node.Expected is { } id ? connection.Peer == id : connection.Dialled == node.Address || connection.Remote == node.Address;
}
