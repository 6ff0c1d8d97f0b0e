using System.Collections.Immutable;
using Akka.Actor;
using Google.Protobuf;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Actors.Peers.Connection;

/// <summary>
/// What one connection asks and tells of other peers. Owned by its connection. Records are verified here, on the thread of the one who
/// sent them; what is made of them is the supervisor's to decide.
/// </summary>
internal sealed class Hearsay(long connection, NodeId peer, NodeContext node, Offences offences, IActorRef supervisor)
{
    private bool _asked;
    private TimeSpan? _answered;
    private TimeSpan? _renewed;

    public NodeId Peer => peer;

    public static Envelope Tell(ImmutableArray<ReadOnlyMemory<byte>> records)
    {
        var peers = new Core.Wire.Peers();
        peers.Records.AddRange(records.Select(r => ByteString.CopyFrom(r.Span)));
        return new Envelope { Peers = peers };
    }

    public Envelope Ask()
    {
        _asked = true;
        return new Envelope { GetPeers = new GetPeers { Max = PeerExchange.MaxRecords } };
    }

    /// <summary>Answered once a minute: a flood of questions would make this node send far more than it is sent.</summary>
    public AfterFrame OnGetPeers(GetPeers question)
    {
        if (!IsDue(ref _answered))
        {
            return offences.Add(ReputationCause.RateExceeded);
        }

        supervisor.Tell(new AskedForPeers(connection, (int)Math.Min(question.Max, PeerExchange.MaxRecords)));
        return AfterFrame.GoOn.Instance;
    }

    /// <summary>The answer to a question, or the peer's own new record. Anything else was not asked for.</summary>
    public AfterFrame OnPeers(Core.Wire.Peers told)
    {
        if (told.Records.Count > PeerExchange.MaxRecords || told.Records.Any(r => r.Length > PeerRecord.MaxSize))
        {
            return new AfterFrame.SayGoodbye(Reason.ProtocolError);
        }

        if (_asked)
        {
            _asked = false;
            Pass(told);
            return AfterFrame.GoOn.Instance;
        }

        // Whose record it is can be seen without its signature, which costs more.
        var isOwn = told.Records.Count == 1 && PeerRecord.TryDecode(told.Records[0].Span, out var record) && record.Id == peer;
        if (!isOwn || !IsDue(ref _renewed))
        {
            return offences.Add(isOwn ? ReputationCause.RateExceeded : ReputationCause.Unsolicited);
        }

        Pass(told);
        return AfterFrame.GoOn.Instance;
    }

    private void Pass(Core.Wire.Peers told)
    {
        var verified = told.Records.Select(r => node.Records.TryVerify(r.Memory, out var record) ? record : null).OfType<SignedRecord>().ToImmutableArray();
        supervisor.Tell(new ToldOfPeers(connection, verified, told.Records.Count - verified.Length));
    }

    /// <summary>Whether an interval has passed since the last time; a tenth of it is left to the network's jitter.</summary>
    private bool IsDue(ref TimeSpan? last)
    {
        var now = node.Clock.Elapsed;
        if (last is { } before && now - before < node.Settings.Discovery.Exchange.AnswerInterval * 0.9)
        {
            return false;
        }

        last = now;
        return true;
    }
}
