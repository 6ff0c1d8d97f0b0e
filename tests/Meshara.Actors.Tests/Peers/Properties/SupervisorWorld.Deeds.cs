using System.Net;
using Akka.Actor;
using Meshara.Actors.Discovery;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Tests.Peers.Properties;

internal sealed partial class SupervisorWorld
{
    private static readonly Reason[] Goodbyes =
        [Reason.ShuttingDown, Reason.RemovedByOperator, Reason.Evicted, Reason.NoSlot, Reason.Banned, Reason.Duplicate, Reason.ClosedByPeer];

    private void Do(Act act)
    {
        var (who, much) = (_strangers[act.Who], act.Much);
        switch (act.Deed)
        {
            case Deed.DialIn:
                DialIn(who);
                break;
            case Deed.Crowd:
                Enumerable.Range(act.Who, Math.Min(much, Stranger.Count)).ToList().ForEach(n => DialIn(_strangers[n % Stranger.Count]));
                break;
            case Deed.Knock:
                who.Dial(_node.Address, greets: false);
                break;
            case Deed.Sight:
                _node.Supervisor.Tell(new LanDiscoveryProtocol.Sighted(new LanPeer(
                    who.Id, who.Key, "somebody", [who.Address], Scheduler.Now, Scheduler.Now + TimeSpan.FromMinutes(2))));
                break;
            case Deed.LoseSight:
                _node.Supervisor.Tell(new LanDiscoveryProtocol.Gone(who.Id));
                break;
            case Deed.Add:
                _rules.AskedFor = who.Address;
                Ask(new MeshProtocol.Add(new PeerTarget(who.Address, much % 2 == 0 ? who.Id : null)));
                _rules.AskedFor = null;
                break;
            case Deed.Remove:
                Ask(new MeshProtocol.Remove(who.Id));
                break;
            case Deed.Ban:
                Ask(new BanProtocol.Ban(who.Id, TimeSpan.FromMinutes(much), null));
                break;
            case Deed.Unban:
                Ask(new BanProtocol.Unban(who.Id));
                break;
            case Deed.BanRange:
                Ask(new BanProtocol.BanRange(RangeOf(who, much), TimeSpan.FromMinutes(much), null));
                break;
            case Deed.UnbanRange:
                Ask(new BanProtocol.UnbanRange(RangeOf(who, much)));
                break;
            case Deed.Cut:
                _node.HasNetwork = false;
                foreach (var stranger in _strangers)
                {
                    Network.Partition(_node.Host, stranger.Host);
                    stranger.CutOff(Scheduler.Now);
                }

                break;
            case Deed.Heal:
                _node.HasNetwork = true;
                _strangers.ToList().ForEach(s => Network.Heal(_node.Host, s.Host));
                break;
            case Deed.LoseStore:
                StoreSays("could not be written: the disk is full");
                break;
            case Deed.MendStore:
                StoreSays("");
                break;
            case Deed.Restart:
                Restart();
                break;
            case Deed.Wait:
                Wait(Seconds(much * 2), Seconds(1));
                break;
            case Deed.WaitLong:
                Wait(TimeSpan.FromMinutes(much), Seconds(5));
                break;
            default:
                Misbehave(act.Deed, who, much);
                break;
        }
    }

    private static void Misbehave(Deed deed, Stranger who, int much)
    {
        switch (deed)
        {
            case Deed.SayNonsense:
                who.Up.ToList().ForEach(l => l.Write([0, 0, 0, 1, 0xff]));
                break;
            case Deed.SayTooMuch:
                who.Up.ToList().ForEach(l => l.Write([0xff, 0xff, 0xff, 0xff]));
                break;
            case Deed.FloodPings:
                who.Say([.. Enumerable.Repeat(new Envelope { Ping = new Ping { Nonce = 1 } }, much * 5)]);
                break;
            case Deed.TellUnasked:
                who.Say([.. Enumerable.Repeat(who.Tell(isForged: much % 2 == 0), much)]);
                break;
            case Deed.Ask:
                who.Say([.. Enumerable.Repeat(new Envelope { GetPeers = new GetPeers { Max = 64 } }, much)]);
                break;
            case Deed.Send:
                who.Say([.. Enumerable.Repeat(new Envelope { Data = new Data { Channel = "chat" } }, much * 10)]);
                break;
            case Deed.Behave:
                who.Manner = Manner.Honest;
                break;
            case Deed.FallSilent:
                who.Manner = Manner.Silent;
                break;
            case Deed.Refuse:
                who.Manner = Manner.Refusing;
                break;
            case Deed.Lie:
                who.Manner = Manner.Lying;
                break;
            case Deed.Goodbye:
                who.Leave(Goodbyes[much % Goodbyes.Length]);
                break;
            case Deed.HangUp:
                who.Leave(null);
                break;
            case Deed.Die:
                who.Die();
                break;
            case Deed.Appear:
                who.Listen();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(deed), deed, null);
        }
    }

    private static IPNetwork RangeOf(Stranger who, int much) => AddressRange.Of(who.Host, much % 3 == 0 ? 8 : much % 3 == 1 ? 24 : 32);

    private void DialIn(Stranger who) => who.Dial(_node.Address, greets: who.Manner != Manner.Silent);

    /// <summary>As after kill -9: what was on the disk is all that is left.</summary>
    private void Restart()
    {
        Crash(_node);
        foreach (var line in _strangers.SelectMany(s => s.Lines).Where(l => l.CutAt is not null).ToList())
        {
            line.Leave(null);
        }

        _node.Disk.Cause = null;
        _rules.StartAgain();
        Begin();
    }

    private void StoreSays(string cause) => Sys.ActorSelection(_node.Supervisor.Path / "store").Tell(cause);
}
