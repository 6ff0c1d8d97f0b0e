using System.Buffers;
using Akka.Actor;
using Meshara.Actors;
using Meshara.Actors.Configuration;
using Meshara.Actors.Diagnostics;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Connection;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Fuzz.Targets;

/// <summary>
/// A connection's link, greeting and conversation, as its actor puts them together, over a stream of given bytes. Time stands still; what
/// would be told to other actors is told to nobody.
/// </summary>
internal sealed class Exchanged : IFrameReceiver
{
    private static readonly MesharaSettings Settings = new();

    private static readonly NodeClock Clock = new(() => Some.Noon, () => TimeSpan.FromHours(1));

    private static readonly NodeContext Node = new(
        new NodeDescription(Some.Node.Id, Some.Node.PublicKey, [Some.Addresses[0]], "/memory", Settings.Network),
        Some.Node, Settings, new InMemoryNetwork().TransportOf(Some.Node, System.Net.IPAddress.Loopback), Clock,
        OwnRecord.Make(Some.Node, Settings.Network, [Some.Addresses[0]], Some.Noon), Seed: 1);

    private readonly Wire _wire;
    private readonly Link _link;
    private readonly Vitality _vitality = new(Settings, Clock, new Random(1));
    private Conversation? _conversation;

    public Exchanged(byte[] bytes)
    {
        _wire = new Wire(bytes);

        // Timers would only let a peer wait that is faster than any input here.
        _link = new Link(
            new Line(_wire), Settings.Connection, new Intake(Settings.Connection, Clock, timers: null!), _vitality, ActorRefs.Nobody, default);
        AfterFrame after = AfterFrame.GoOn.Instance;
        while (after is AfterFrame.GoOn && _wire.HasMore)
        {
            _link.Read();
            after = _link.Take(this);
            _conversation?.Deliver();
            _link.Flush();
        }

        Flaw = _wire.Written > MaxAnswer + (2 * bytes.Length) ? $"It answers more than it is told: {_wire.Written} bytes for {bytes.Length}" : null;
    }

    /// <summary>A stranger gets no more out of the node than he puts in: otherwise he could aim it at somebody.</summary>
    private const int MaxAnswer = 1024;

    public string? Flaw { get; }

    public int FrameLimit => _conversation is null ? Settings.Connection.MaxHandshakeFrameSize : Settings.Connection.MaxFrameSize;

    public int TakeMessages(ref ReadOnlySpan<byte> frames) => _conversation?.TakeMessages(ref frames, FrameLimit) ?? 0;

    public AfterFrame TakeFrame(ReadOnlySequence<byte> body)
    {
        var frame = Envelope.Parser.ParseFrom(body);
        if (_conversation is { } conversation)
        {
            return conversation.On(frame);
        }

        var (introduction, after) = Greeting.On(frame, Settings.Network, Some.Peer.PublicKey, Node.Records);
        if (introduction is not null)
        {
            _conversation = Conversation.Begin(1, Some.Peer.Id, Node, ActorRefs.Nobody, _link, _vitality, ActorRefs.Nobody);
            _conversation.OnMessage(PeerConnectionProtocol.AskForPeers.Instance, ActorRefs.Nobody);
            _conversation.OnMessage(new PeerConnectionProtocol.AskToDialBack(Some.Nonce, 7373), ActorRefs.Nobody);
        }

        return after;
    }

    private sealed class Line(Stream stream) : IPeerLink
    {
        public PublicKey RemoteKey => Some.Peer.PublicKey;

        public PeerAddress Remote => Some.Addresses[0];

        public Stream Stream => stream;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Gives the bytes in pieces whose sizes follow from them, and counts what is written.</summary>
    private sealed class Wire(byte[] all) : MemoryStream(all, 0, all.Length, writable: false, publiclyVisible: true)
    {
        public bool HasMore => Position < Length;

        public long Written { get; private set; }

        public override bool CanWrite => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(buffer.Length, HasMore ? 1 + (GetBuffer()[Position] * 8) : 0)]));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
