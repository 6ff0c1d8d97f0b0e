using System.Net;
using Akka.Actor;
using Akka.TestKit;
using Meshara.Actors.Configuration;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Properties;

/// <summary>One whole node among strangers. Whatever happens here is judged by <see cref="SupervisorRules"/> while it happens.</summary>
internal sealed partial class SupervisorWorld : MeshSpec
{
    /// <summary>One that is not there in the beginning, though it may be configured.</summary>
    private const int Absent = 12;

    private readonly Stranger[] _strangers;
    private readonly SupervisorRules _rules;
    private readonly Node[] _configured;
    private readonly Node _node;
    private TestProbe _answers = null!;
    private int _asked;

    public SupervisorWorld(Play play)
    {
        // What is drawn may follow from the time; so that a play comes out the same again, it begins at the same.
        Scheduler.AdvanceTo(Stranger.Dawn);
        _strangers = [.. Enumerable.Range(0, Stranger.Count).Select(n => new Stranger(n, Network))];
        _configured = play.IsConfigured ? [Configured(_strangers[0]), Configured(_strangers[Absent])] : [];
        Settings = Settings with
        {
            RemovedFor = TimeSpan.FromMinutes(2),
            Backoff = new Backoff(Seconds(1), TimeSpan.FromMinutes(1)),
            Connection = Settings.Connection with { MaxPingsPerMinute = 30 },

            // These limits count by the wall clock.
            Listener = Settings.Listener with { AcceptsPerSecond = 1_000_000, AcceptsPerSourcePerMinute = 60_000_000 },
            Discovery = Settings.Discovery with
            {
                EnabledMethods = [DiscoveryMethod.Manual, DiscoveryMethod.LocalMdns, DiscoveryMethod.Bootstrap],
                TargetPeers = play.IsGreedy ? play.MaxPeers : (play.MaxPeers + 1) / 2,
                MaxPeers = play.MaxPeers,
                BootstrapNodes = play.IsConfigured ? [new PeerTarget(_strangers[10].Address, null)] : [],
            },
        };
        _node = new Node(NodeIdentity.FromSeed(new byte[32]), IPAddress.Parse("5.99.0.1"), new VolatileStore.Disk());
        _rules = new SupervisorRules(_node.Disk, Settings, [.. _configured.Select(c => c.Address)], _strangers, () => Scheduler.Now);
        foreach (var stranger in _strangers.Where((_, n) => n != Absent))
        {
            stranger.Listen();
        }

        Begin();
    }

    public static void Run(Play play)
    {
        using var world = new SupervisorWorld(play);
        for (var n = 0; n < play.Acts.Length; n++)
        {
            world._rules.Scene = $"Act {n + 1}, {play.Acts[n]}";

            // Not all at one moment: what is due at most so often would seldom be due then.
            world.Wait(TimeSpan.FromMilliseconds(37 * play.Acts[n].Much), TimeSpan.FromMilliseconds(37 * play.Acts[n].Much));
            world.Do(play.Acts[n]);
            world.Settle();
        }

        world._rules.Scene = "At the end";
        world.End();
    }

    private protected override IPeerTransport TransportOf(Node node) => new Watched(base.TransportOf(node), _rules.OnDial);

    private static Node Configured(Stranger stranger) => new(NodeIdentity.FromSeed(new byte[32]), stranger.Host, new VolatileStore.Disk());

    private void Begin()
    {
        _answers = CreateTestProbe();
        _asked = 0;
        Start(_node, _configured);
        Settle();
    }

    /// <summary>All say what they have to say to what they heard, until nobody has anything more to say.</summary>
    private void Settle()
    {
        while (true)
        {
            // All is heard before anything is answered: what was said was said when these were, or were not, manual peers.
            var manual = _node.Disk.Book.Peers.Values.Where(p => p.Manual).Select(p => p.Id).ToHashSet();
            var heard = _strangers.SelectMany(s => s.Hear().Select(h => (Stranger: s, h.Line, h.Frame))).ToList();
            foreach (var (stranger, line, frame) in heard)
            {
                if (frame.MessageCase == Envelope.MessageOneofCase.Goodbye)
                {
                    _rules.OnGoodbye(stranger, Reasons.FromWire(frame.Goodbye.Reason), manual.Contains(stranger.Id));
                }

                stranger.Answer(line, frame);
            }

            if (heard.Count == 0)
            {
                break;
            }
        }

        foreach (var e in AllOf(_node.Events).OfType<MeshEvent>())
        {
            _rules.OnEvent(e);
        }

        _rules.Hold(PeersOf(_node), StatusOf(_node));
    }

    private void Wait(TimeSpan time, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Scheduler.Advance(step);
            Settle();
        }
    }

    /// <summary>When all that hindered it is gone, every protected peer is connected again, and nobody waits for an answer.</summary>
    private void End()
    {
        Do(new Act(Deed.Heal, 0, 1));
        Do(new Act(Deed.MendStore, 0, 1));
        foreach (var stranger in _strangers)
        {
            stranger.Manner = Manner.Honest;
            stranger.Listen();
        }

        foreach (var range in _node.Disk.Book.Ranges.All.ToList())
        {
            Ask(new BanProtocol.UnbanRange(range.Range));
        }

        var manual = _node.Disk.Book.Peers.Values.Where(p => p.Manual).Select(p => p.Id).ToList();
        manual.ForEach(p => Ask(new BanProtocol.Unban(p)));
        Wait(TimeSpan.FromMinutes(4), Seconds(5));

        var connected = PeersOf(_node).Select(p => p.PeerId).ToHashSet();
        foreach (var peer in manual)
        {
            _rules.Must(connected.Contains(peer), $"{Array.Find(_strangers, s => s.Id == peer)}, whom a person asked for, is not connected");
        }

        var answers = AllOf(_answers).Count;
        _rules.Must(answers == _asked, $"{answers} of {_asked} questions were answered");
    }

    private void Ask(object question)
    {
        _asked++;
        _node.Supervisor.Tell(question, _answers.Ref);
    }

    private sealed class Watched(IPeerTransport network, Action<PeerAddress, NodeId?> onDial) : IPeerTransport
    {
        public Task<IPeerLink> DialAsync(PeerAddress address, NodeId? expected, CancellationToken cancellation)
        {
            onDial(address, expected);
            return network.DialAsync(address, expected, cancellation);
        }

        public IPeerListener Listen(ListenAddress address) => network.Listen(address);
    }
}
