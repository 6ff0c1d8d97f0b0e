using System.Collections.Immutable;
using Akka.Actor;
using Meshara.Actors.Peers.Connection;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Meshara.Simulation.Time;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using static Meshara.Simulation.Policies.ShellFrames;

namespace Meshara.Simulation.Policies;

/// <summary>
/// What <see cref="PeerConnection"/> does, without an actor and without bytes: the same course from dial or accept to close, the same
/// heartbeat, the same rules of who may ask and tell.
/// </summary>
internal sealed partial class ShellConnection : IHappen
{
    private readonly ShellNode _node;
    private readonly long _number;
    private readonly ConnectionOrigin _origin;
    private ShellLink? _link;
    private int _side;
    private ulong _nonce;
    private Stage _stage = Stage.Proving;
    private Introduction? _introduction;
    private PeerAddress? _remote;
    private PublicKey _key;
    private Heartbeat _heartbeat;
    private TimeSpan _nextBeat;
    private int _beats;
    private bool _asked;
    private TimeSpan? _answered, _renewed, _heardAt;

    public ShellConnection(ShellNode node, long number, ConnectionOrigin origin, int seed)
    {
        (_node, _number, _origin, _nonce) = (node, number, origin, (ulong)seed << 32);
        Action<object> onTold = OnTold;
        Ref = new ShellRef(message => node.Engine.Post(onTold, message));
        node.Engine.Time.After(node.State.Settings.Connection.HandshakeTimeout, OnDeadline);
    }

    private enum Stage
    {
        Proving,
        Handshaking,
        Connected,
        Closing,
        Gone,
    }

    public IActorRef Ref { get; }

    public bool IsGone => _stage == Stage.Gone;

    public TimeSpan? RoundTripTime => _stage == Stage.Connected ? _heartbeat.RoundTripTime : null;

    public DateTimeOffset? LastSeen => _heardAt is { } at ? _node.State.Now - (_node.Engine.Time.Elapsed - at) : null;

    /// <summary>The far end has proven its key.</summary>
    public void Proven(ShellLink link, int side, PublicKey key, PeerAddress remote)
    {
        (_link, _side, _key, _remote) = (link, side, key, remote);
        if (_stage == Stage.Gone)
        {
            link.Close(side, isKnown: true);
            return;
        }

        _stage = Stage.Handshaking;
        if (_origin.Direction == Direction.Outbound)
        {
            _node.Tell(new AskAdmission(_number, key, remote));
        }
    }

    public void Failed(Reason reason, string? detail)
    {
        if (_stage == Stage.Proving)
        {
            End(reason, detail: detail);
        }
    }

    public void OnReset()
    {
        if (_stage == Stage.Closing)
        {
            Leave();
        }
        else if (_stage != Stage.Gone)
        {
            End(_stage == Stage.Connected ? Reason.ConnectionLost : Reason.HandshakeRejected);
        }
    }

    /// <summary>The process is gone.</summary>
    public void Die(bool isKnown)
    {
        _stage = Stage.Gone;
        _link?.Close(_side, isKnown);
    }

    public void SayGoodbye(Reason reason)
    {
        Send(new GoodbyeFrame(reason), SizeOfGoodbye);
        Die(isKnown: true);
    }

    public void On(object frame)
    {
        if (_stage is Stage.Closing or Stage.Gone)
        {
            return;
        }

        _heardAt = _node.Engine.Time.Elapsed;
        if (frame is GoodbyeFrame goodbye)
        {
            End(goodbye.Reason, byPeer: true);
        }
        else if (_stage == Stage.Handshaking && frame is HelloFrame hello)
        {
            _introduction = hello.Introduction;
            if (_origin.Direction == Direction.Outbound)
            {
                Connect();
            }
            else
            {
                _node.Tell(new AskAdmission(_number, _key, _remote!));
            }
        }
        else if (_stage == Stage.Connected)
        {
            _heartbeat = _heartbeat.OnHeard(_node.Engine.Time.Elapsed);
            Converse(frame);
            if (_stage == Stage.Connected && _heartbeat.Due < _nextBeat)
            {
                ArmHeartbeat();
            }
        }
    }

    private void Greet()
    {
        var record = _node.State.Node.Record.For(AddressReach.Of(_remote!));
        var size = FrameCodec.SizeOf(_node.State.Node.Hello(_remote!));
        Send(new HelloFrame(new Introduction(_node.State.Node.Agent, _node.State.Node.ListenPort, _remote, _node.Engine.Records[record])), size);
    }

    private void Connect()
    {
        _stage = Stage.Connected;
        _heartbeat = _node.State.Settings.Heartbeat.Begin(_node.Engine.Time.Elapsed);
        _node.Tell(new Opened(_number, _introduction!));
        _node.Engine.Time.After(PeerConnection.FirstPing, OnFirstPing);
    }

    private void OnFirstPing()
    {
        if (_stage == Stage.Connected)
        {
            AskForLife();
        }
    }

    private void AskForLife()
    {
        _heartbeat = _heartbeat.OnPingSent(++_nonce, _node.Engine.Time.Elapsed);
        Send(new PingFrame(_nonce), SizeOfPing);
        ArmHeartbeat();
    }

    private void ArmHeartbeat()
    {
        var wait = (_nextBeat = _heartbeat.Due) - _node.Engine.Time.Elapsed;
        _node.Engine.Time.After(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), this, null, ++_beats);
    }

    /// <summary>A beat; one that was put off has another number.</summary>
    void IHappen.Happen(object? what, long number)
    {
        if (number == _beats && _stage == Stage.Connected)
        {
            OnBeat();
        }
    }

    private void OnBeat()
    {
        (_heartbeat, var step) = _heartbeat.OnTick(_node.Engine.Time.Elapsed, ++_nonce);
        switch (step)
        {
            case HeartbeatStep.SendPing ping:
                Send(new PingFrame(ping.Nonce), SizeOfPing);
                ArmHeartbeat();
                break;
            case HeartbeatStep.DeclareDead:
                End(Reason.HeartbeatTimeout);
                break;
            default:
                ArmHeartbeat();
                break;
        }
    }

    private void OnDeadline()
    {
        if (_stage == Stage.Proving)
        {
            End(Reason.HandshakeTimeout);
        }
        else if (_stage == Stage.Handshaking)
        {
            Close(Reason.HandshakeTimeout);
        }
    }

    /// <summary>Says goodbye, and gives it a moment to arrive.</summary>
    private void Close(Reason reason)
    {
        _stage = Stage.Closing;
        _node.Tell(new Ended(_number, reason, ByPeer: false));
        Send(new GoodbyeFrame(reason), SizeOfGoodbye);
        _node.Engine.Time.After(_node.State.Settings.Connection.GoodbyeTimeout, Leave);
    }

    private void End(Reason reason, bool byPeer = false, string? detail = null)
    {
        _node.Tell(new Ended(_number, reason, byPeer, detail));
        _stage = Stage.Closing;
        Leave();
    }

    private void Leave()
    {
        if (_stage == Stage.Closing)
        {
            Die(isKnown: true);
            _node.Tell(new ShellNode.Stopped(_number, Ref));
        }
    }

    private void Send(object frame, int bytes) => _link?.Send(_side, frame, bytes);

    private bool IsDue(ref TimeSpan? last)
    {
        var now = _node.Engine.Time.Elapsed;
        if (last is { } before && now - before < _node.State.Settings.Discovery.Exchange.AnswerInterval * 0.9)
        {
            return false;
        }

        last = now;
        return true;
    }
}
