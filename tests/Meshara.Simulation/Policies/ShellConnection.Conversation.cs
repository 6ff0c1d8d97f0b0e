using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Simulation.Policies.ShellFrames;

namespace Meshara.Simulation.Policies;

/// <summary>What is said between two that are connected.</summary>
internal sealed partial class ShellConnection
{
    private void Converse(object frame)
    {
        switch (frame)
        {
            case PingFrame ping:
                Send(new PongFrame(ping.Nonce), SizeOfPing);
                break;
            case PongFrame pong:
                _heartbeat = _heartbeat.OnPong(pong.Nonce, _node.Engine.Time.Elapsed);
                break;
            case GetPeersFrame when IsDue(ref _answered):
                _node.Tell(new AskedForPeers(_number, PeerExchange.MaxRecords));
                break;
            case GetPeersFrame:
                _node.Tell(new Misbehaved(_number, ReputationCause.RateExceeded));
                break;
            case PeersFrame peers:
                OnPeers([.. peers.Records.Select(r => _node.Engine.Records[r])]);
                break;
        }
    }

    private void OnPeers(ImmutableArray<SignedRecord> records)
    {
        if (_asked)
        {
            _asked = false;
            _node.Tell(new ToldOfPeers(_number, records, 0));
            return;
        }

        var isOwn = records.Length == 1 && records[0].Peer == NodeId.Of(_key);
        if (isOwn && IsDue(ref _renewed))
        {
            _node.Tell(new ToldOfPeers(_number, records, 0));
        }
        else
        {
            _node.Tell(new Misbehaved(_number, isOwn ? ReputationCause.RateExceeded : ReputationCause.Unsolicited));
        }
    }

    private void OnTold(object message)
    {
        switch (message)
        {
            case Admit when _stage == Stage.Handshaking:
                Greet();
                if (_origin.Direction == Direction.Inbound)
                {
                    Connect();
                }

                break;
            case Refuse refusal when _stage == Stage.Handshaking:
                Close(refusal.Reason);
                break;
            case Close close when _stage is Stage.Handshaking or Stage.Connected:
                Close(close.Reason);
                break;
            case Close close when _stage == Stage.Proving:
                End(close.Reason);
                break;
            case Probe when _stage == Stage.Connected:
                AskForLife();
                break;
            case AskForPeers when _stage == Stage.Connected:
                _asked = true;
                Send(GetPeersFrame.Instance, SizeOfGetPeers);
                break;
            case TellOfPeers told when _stage == Stage.Connected:
                var peers = new PeersFrame(told.Records);
                Send(peers, SizeOf(peers));
                break;
        }
    }
}
