using System.Net;
using System.Net.Sockets;
using System.Text;
using Meshara.Actors;
using Meshara.Actors.Telemetry;
using Meshara.Core.Peers;
using Meshara.Node.Metrics;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Metrics;

/// <summary>What Prometheus reads, and what others who reach the port get.</summary>
public sealed class MetricsServerTests : IAsyncLifetime
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private MetricsServer _server = null!;
    private readonly NodeFigures _node = NodeFigures.Of(nameof(MetricsServerTests));

    public async Task InitializeAsync() => _server = await MetricsServer.StartAsync(AnyPort, TimeProvider.System);

    public async Task DisposeAsync()
    {
        _node.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Prometheus_reads_names_units_labels_and_values()
    {
        _node.Moved(sent: 1000, received: 7, messagesSent: 3, messagesReceived: 0);
        _node.Peers.Change(PeerState.Connected, Direction.Outbound, PeerSource.Mdns, 2);
        _node.Rejections.Add(Reason.WrongNetwork);
        _node.Ended(Direction.Outbound, PeerSource.Manual, "connected", TimeSpan.FromSeconds(0.3));

        var (status, text) = await AskAsync("GET /metrics HTTP/1.1\r\nHost: localhost:9464\r\n\r\n");

        status.ShouldBe("HTTP/1.1 200 OK");
        var lines = text.Split('\n');
        lines.ShouldContain("# TYPE meshara_io_bytes_total counter");
        lines.ShouldContain($"meshara_io_bytes_total{{meshara_node=\"{_node.Name}\",network_io_direction=\"transmit\"}} 1000");
        lines.ShouldContain($"meshara_messages_total{{meshara_node=\"{_node.Name}\",network_io_direction=\"transmit\"}} 3");
        lines.ShouldContain(
            $"meshara_peers{{meshara_direction=\"outbound\",meshara_node=\"{_node.Name}\",meshara_source=\"mdns\",meshara_state=\"connected\"}} 2");
        lines.ShouldContain($"meshara_rejections_total{{meshara_node=\"{_node.Name}\",meshara_reason=\"wrong-network\"}} 1");
        lines.ShouldContain("# TYPE meshara_dial_duration_seconds histogram");
        var labels = $"{{meshara_node=\"{_node.Name}\",meshara_outcome=\"connected\",meshara_source=\"manual\"";
        lines.ShouldContain($"meshara_dial_duration_seconds_bucket{labels},le=\"0.25\"}} 0");
        lines.ShouldContain($"meshara_dial_duration_seconds_bucket{labels},le=\"0.5\"}} 1");
        lines.ShouldContain($"meshara_dial_duration_seconds_bucket{labels},le=\"+Inf\"}} 1");
        lines.ShouldContain($"meshara_dial_duration_seconds_sum{labels}}} 0.3");
        lines.ShouldContain($"meshara_health{{meshara_check=\"no-peers\",meshara_node=\"{_node.Name}\"}} 0");
        lines.ShouldContain(l => l.StartsWith("dotnet_process_memory_working_set_bytes ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "200 OK")]
    [InlineData("GET /metrics?a=b HTTP/1.0\r\n\r\n", "200 OK")]
    [InlineData("HEAD /metrics HTTP/1.1\r\nHost: [::1]:9464\r\n\r\n", "200 OK")]
    [InlineData("GET /etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found")]
    [InlineData("POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 Method Not Allowed")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: rebound.example\r\n\r\n", "421 Misdirected Request")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /metrics\r\n\r\n", "400 Bad Request")]
    [InlineData("\u0016\u0003\u0001\r\n\r\n", "400 Bad Request")]
    public async Task Each_request_gets_one_answer(string request, string status) =>
        (await AskAsync(request)).Status.ShouldBe($"HTTP/1.1 {status}");

    [Fact]
    public async Task A_head_without_end_is_refused_when_it_is_too_long() =>
        (await AskAsync("GET /metrics HTTP/1.1\r\nX: " + new string('a', MetricsServer.MaxHead))).Status.ShouldBe("HTTP/1.1 431 Request Header Fields Too Large");

    [Fact]
    public async Task Many_who_say_nothing_neither_pile_up_nor_keep_Prometheus_out()
    {
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < MetricsServer.MaxCalls * 4; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(_server.EndPoint);
                await socket.SendAsync("GET /metr"u8.ToArray());
                silent.Add(socket);
            }

            (await AskAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status.ShouldBe("HTTP/1.1 200 OK");

            // The first have given way; who reads there finds the end.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await Should.NotThrowAsync(EndAsync(silent[0], patience.Token));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public async Task Who_does_not_finish_in_time_is_cut_off()
    {
        await using var hasty = await MetricsServer.StartAsync(AnyPort, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(hasty.EndPoint);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        await Should.NotThrowAsync(EndAsync(socket, patience.Token));
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_sentence() =>
        (await Should.ThrowAsync<MesharaStartException>(MetricsServer.StartAsync(_server.EndPoint, TimeProvider.System))).Message.ShouldBe(
            $"The metrics cannot be served at {_server.EndPoint}: the port is in use by another program. Stop that one, or choose another port with --metrics.");

    [Theory]
    [InlineData("9464", "127.0.0.1:9464")]
    [InlineData("0", "127.0.0.1:0")]
    [InlineData("0.0.0.0:9464", "0.0.0.0:9464")]
    [InlineData("[::1]:9464", "[::1]:9464")]
    public void A_port_alone_is_that_of_loopback(string text, string at)
    {
        MetricsServer.TryParse(text, out var endPoint, out _).ShouldBeTrue();
        endPoint.ToString().ShouldBe(at);
    }

    [Theory]
    [InlineData("")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("localhost:9464")]
    [InlineData("127.0.0.1:99999")]
    public void What_is_no_place_is_refused(string text)
    {
        MetricsServer.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldEndWith("such as 0.0.0.0:9464.");
    }

    private async Task<(string Status, string Body)> AskAsync(string request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_server.EndPoint, patience.Token);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        var answer = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        var text = answer.ToString();
        return (text.Split("\r\n")[0], text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    /// <summary>Reads until the other side has ended it, in whatever way.</summary>
    private static async Task EndAsync(Socket socket, CancellationToken patience)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[1024], patience) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // It was ended harshly.
        }
    }
}
