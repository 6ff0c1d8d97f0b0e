using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using Meshara.Core.Wire;

namespace Meshara.Benchmarks.Micro;

/// <summary>One message of 100 bytes, to the wire and from it.</summary>
public class CodecBenchmarks
{
    private static readonly byte[] Channel = "chat"u8.ToArray(), Payload = new byte[100];

    private readonly byte[] _buffer = new byte[DataFrame.SizeOf(Channel.Length, Payload.Length)];
    private readonly byte[] _frame = new byte[DataFrame.SizeOf(Channel.Length, Payload.Length)];
    private readonly Envelope _ping = new() { Ping = new Ping { Nonce = 7 } };

    public CodecBenchmarks() => DataFrame.Write(_frame, Channel, Payload);

    [Benchmark]
    public int WriteMessage() => DataFrame.Write(_buffer, Channel, Payload);

    [Benchmark]
    public int ReadMessage()
    {
        ReadOnlySpan<byte> frames = _frame;
        DataFrame.TryTake(ref frames, 4096, out _, out var payload);
        return payload.Length;
    }

    [Benchmark]
    public int WritePing() => FrameCodec.Write(_buffer, _ping);

    [Benchmark]
    public object ReadEnvelope() => Envelope.Parser.ParseFrom(_frame.AsSpan(FrameCodec.HeaderSize));
}
