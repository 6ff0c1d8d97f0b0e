using System.Net;
using Google.Protobuf;
using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;

namespace Meshara.Actors.Tests.Peers;

/// <summary>What a stranger makes of what it hears.</summary>
internal enum Manner
{
    Honest,

    /// <summary>It answers nothing, neither a hello nor a ping.</summary>
    Silent,

    /// <summary>It answers a hello with a goodbye.</summary>
    Refusing,

    /// <summary>It tells of peers whose records it has forged.</summary>
    Lying,
}

/// <summary>
/// Somebody out there, played by hand: it dials the node, and is there to be dialled, on any number of connections. Nothing here waits.
/// </summary>
internal sealed class Stranger(int number, InMemoryNetwork network)
{
    /// <summary>So many there are. The first ten share one range of addresses, the last two are on a private network.</summary>
    public const int Count = 16;

    /// <summary>When each sequence begins: the same time always, since what is drawn may follow from it.</summary>
    public static readonly DateTimeOffset Dawn = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly NodeIdentity[] Identities =
        [.. Enumerable.Range(0, Count).Select(n => NodeIdentity.FromSeed([.. Enumerable.Repeat((byte)(n + 1), 32)]))];

    private static readonly byte[][] Records = [.. Enumerable.Range(0, Count).Select(n => new PeerRecord(
        Identities[n].PublicKey, (ulong)Dawn.ToUnixTimeMilliseconds(), [PeerAddress.Of(HostOf(n), 7373)], []) { Network = "meshara" }.Sign(Identities[n]))];

    private readonly List<Line> _lines = [];
    private readonly IPeerTransport _transport = network.TransportOf(Identities[number], HostOf(number));
    private IPeerListener? _listener;
    private Task<IInboundSocket>? _next;

    public NodeId Id => Identities[number].Id;

    public PublicKey Key => Identities[number].PublicKey;

    public IPAddress Host { get; } = HostOf(number);

    public PeerAddress Address { get; } = PeerAddress.Of(HostOf(number), 7373);

    public Manner Manner { get; set; }

    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>Connections on which both said hello and neither goodbye.</summary>
    public IEnumerable<Line> Up => _lines.Where(l => l.IsUp);

    public override string ToString() => $"stranger {number} ({Id.ToString()[..8]})";

    public void Listen()
    {
        if (_listener is null)
        {
            _listener = _transport.Listen(new ListenAddress(new IPEndPoint(Host, 7373)));
            _next = _listener.AcceptAsync(default);
        }
    }

    /// <summary>Its process is killed.</summary>
    public void Die()
    {
        network.Crash(Host);
        (_listener, _next) = (null, null);
        _lines.RemoveAll(l => l.CutAt is null);
    }

    /// <summary>Dials the node; it says hello if it says anything.</summary>
    public void Dial(PeerAddress node, bool greets)
    {
        var dial = _transport.DialAsync(node, null, default);
        if (dial.IsCompletedSuccessfully)
        {
            var line = new Line(new FarEnd(dial.Result), isDialled: false);
            _lines.Add(line);
            if (greets)
            {
                Greet(line);
            }
        }
    }

    /// <summary>Says it on every connection that is up.</summary>
    public void Say(params Envelope[] frames) => Up.ToList().ForEach(l => l.Say(frames));

    /// <summary>Who is cut off cannot leave: the node would not hear of it.</summary>
    public void Leave(Reason? goodbye) => Up.Where(l => l.CutAt is null).ToList().ForEach(l => l.Leave(goodbye));

    /// <summary>The network between it and the node is cut: what was up falls silent.</summary>
    public void CutOff(DateTimeOffset now) => _lines.ForEach(l => l.CutAt ??= now);

    /// <summary>What has been said to it since it last listened; nothing is answered yet.</summary>
    public IReadOnlyList<(Line Line, Envelope Frame)> Hear()
    {
        while (_next is { IsCompletedSuccessfully: true } arrived)
        {
            _lines.Add(new Line(new FarEnd(arrived.Result.SecureAsync(default).Result), isDialled: true));
            _next = _listener!.AcceptAsync(default);
        }

        var heard = _lines.SelectMany(l => l.Hear().Select(frame => (l, frame))).ToList();
        _lines.RemoveAll(l => l.IsOver);
        return heard;
    }

    public void Answer(Line line, Envelope frame)
    {
        switch (frame.MessageCase)
        {
            case Envelope.MessageOneofCase.Goodbye:
                line.Leave(null);
                break;
            case var _ when Manner == Manner.Silent:
                break;
            case Envelope.MessageOneofCase.Hello when line.IsDialled && Manner == Manner.Refusing:
                line.Leave(Reason.NoSlot);
                break;
            case Envelope.MessageOneofCase.Hello when line.IsDialled:
                Greet(line);
                break;
            case Envelope.MessageOneofCase.Ping:
                line.Say(new Envelope { Pong = new Pong { Nonce = frame.Ping.Nonce } });
                break;
            case Envelope.MessageOneofCase.GetPeers:
                line.Say(Tell(isForged: Manner == Manner.Lying));
                break;
        }
    }

    /// <summary>Tells of the next three.</summary>
    public Envelope Tell(bool isForged)
    {
        var peers = new Core.Wire.Peers();
        peers.Records.AddRange(Enumerable.Range(1, 3).Select(n => ByteString.CopyFrom(Records[(number + n) % Count])));
        if (isForged)
        {
            var forged = peers.Records[0].ToByteArray();
            forged[^1] ^= 1;
            peers.Records[0] = ByteString.CopyFrom(forged);
        }

        return new Envelope { Peers = peers };
    }

    private static IPAddress HostOf(int n) => IPAddress.Parse(n < 10 ? $"5.5.5.{n + 1}" : n < Count - 2 ? $"5.{n}.1.1" : $"10.0.0.{n}");

    private void Greet(Line line)
    {
        line.HasGreeted = true;
        line.Say(Handshake.Hello("meshara", "stranger", 7373, null, Records[number]));
    }
}
