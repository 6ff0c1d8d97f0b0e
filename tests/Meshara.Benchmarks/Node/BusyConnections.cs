using System.Diagnostics;
using Meshara.Benchmarks.Tables;

namespace Meshara.Benchmarks.Node;

/// <summary>What a node with many busy connections takes, against bare SslStreams whose frames are only counted.</summary>
internal sealed class BusyConnections : IBenchmark
{
    private const int Connections = 200;
    private const int MessagesPerSecond = 1_000;
    private const int MessageSize = 100;

    public string Name => "busy";

    public async IAsyncEnumerable<Figure> MeasureAsync(Scale scale)
    {
        await using var node = await Side.StartAsync(node: true);
        await using var raw = await Side.StartAsync(node: false);

        // What the store does once a second is compiled for good after thirty times.
        var warmUp = TimeSpan.FromSeconds(scale.Of(6, 45));
        await node.SendAsync(warmUp);
        await raw.SendAsync(warmUp);
        for (var round = 0; round < scale.Of(1, 4); round++)
        {
            // In turns, for the machine is now fast and now slow.
            await node.MeasureAsync(TimeSpan.FromSeconds(scale.Of(4, 10)));
            await raw.MeasureAsync(TimeSpan.FromSeconds(scale.Of(4, 10)));
        }

        var name = $"{Connections} connections, each {MessagesPerSecond:N0} messages of {MessageSize} bytes a second";
        yield return new Figure($"CPU of one node with {name}", node.Cpu, "% of a core", raw.Cpu, Aim.RatioAtMost(1.5))
        {
            Note = $"scaled from the {Table.Number(node.Rate)}/s that this machine could send, ceiling {Table.Number(raw.Rate)}/s",
        };
        yield return new Figure("bytes allocated per message received", node.Allocated - MessageSize, "B", Aim: Aim.AtMost(100)) { Note = $"{name}; beside the {MessageSize} bytes of payload" };
    }

    /// <summary>A target with its crowd, and what came of it in all the turns that were measured.</summary>
    private sealed class Side(TargetProcess target, Crowd crowd) : IAsyncDisposable
    {
        private static readonly byte[] Message = RawPeer.Frame(Target.Channel, MessageSize);

        private TimeSpan _cpu;
        private TimeSpan _took;
        private double _allocated;
        private double _messages;

        /// <summary>In hundredths of a core, at the rate that was asked for.</summary>
        public double Cpu => 100 * _cpu.TotalSeconds / _messages * Connections * MessagesPerSecond;

        /// <summary>Bytes a message.</summary>
        public double Allocated => _allocated / _messages;

        /// <summary>Messages a second.</summary>
        public double Rate => _messages / _took.TotalSeconds;

        public static async Task<Side> StartAsync(bool node)
        {
            var target = await TargetProcess.StartAsync(node ? "node" : "raw");
            return new Side(target, await Crowd.ConnectAsync(target, node, Connections));
        }

        public Task SendAsync(TimeSpan time) => crowd.SendAsync(Message, MessagesPerSecond, time);

        public async Task MeasureAsync(TimeSpan time)
        {
            var before = await target.MeasureAsync();
            var clock = Stopwatch.StartNew();
            await SendAsync(time);
            var after = await target.MeasureAsync();
            if (after.Received - before.Received < Connections)
            {
                throw new InvalidOperationException($"{after.Received - before.Received} messages arrived.");
            }

            _took += clock.Elapsed;
            _cpu += after.Cpu - before.Cpu;
            _allocated += after.Allocated - before.Allocated;
            _messages += after.Received - before.Received;
        }

        public async ValueTask DisposeAsync()
        {
            await crowd.DisposeAsync();
            await target.DisposeAsync();
        }
    }
}
