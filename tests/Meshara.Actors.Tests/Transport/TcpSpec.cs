using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>Sockets: where a node listens, and how one is found that has several addresses.</summary>
public sealed class TcpSpec : TlsSpec
{
    private readonly TlsTransport _dialler;

    public TcpSpec() => _dialler = TransportOf(Other);

    [Fact]
    public async Task Every_interface_means_IPv4_and_IPv6()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, 0)));
        var addresses = Socket.OSSupportsIPv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback];
        foreach (var address in addresses)
        {
            var serving = Task.Run(async () =>
            {
                using var socket = await listener.AcceptAsync(Soon);
                socket.Remote.Address.ShouldBe(address, "an IPv4 address is seen as one");
                return await socket.SecureAsync(Soon);
            });
            await using var dialled = await _dialler.DialAsync(PeerAddress.Of(address, listener.LocalEndPoint.Port), Node.Id, Soon);
            await dialled.Stream.FlushAsync(Soon);
            await using var accepted = await serving;
            accepted.Remote.ShouldBeOfType<PeerAddress.Ip>().EndPoint.Address.ShouldBe(address);
        }
    }

    [Fact]
    public void A_port_that_another_listens_on_everywhere_is_taken_on_each_interface()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Any, 0)));

        Should.Throw<TransportException>(() => Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoint.Port))))
            .Message.ShouldStartWith($"Port {listener.LocalEndPoint.Port} on 127.0.0.1 is in use by another program.");
    }

    [Fact]
    public void An_address_of_another_machine_is_one_clear_line() =>
        Should.Throw<TransportException>(() => Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0))))
            .Message.ShouldBe("This machine has no address 192.0.2.1. Listen on one that it has, or on 0.0.0.0 for all.");

    [Fact]
    public void What_is_proposed_instead_of_a_taken_IPv6_port_can_be_typed()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, 0)));
        var message = Should.Throw<TransportException>(() => Transport.Listen(new ListenAddress(listener.LocalEndPoint))).Message;

        var proposed = message[(message.IndexOf("instance on ", StringComparison.Ordinal) + 12)..message.IndexOf(" for a free", StringComparison.Ordinal)];

        ListenAddress.TryParse(proposed, out var address, out var error).ShouldBeTrue(error);
        address!.EndPoint.Port.ShouldBe(0);
    }

    [Fact]
    public async Task A_closed_listener_ends_an_accept_under_way()
    {
        var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0)));
        var accepting = listener.AcceptAsync(Soon);

        listener.Dispose();

        var failure = await Record.ExceptionAsync(() => accepting);
        (failure is SocketException or ObjectDisposedException).ShouldBeTrue(failure?.ToString());
    }

    [Fact]
    public async Task Of_several_addresses_the_one_that_answers_is_taken()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0)));
        using var bound = Unlistened();
        var nobody = (IPEndPoint)bound.LocalEndPoint!;

        using var socket = await TcpDial.RaceAsync([nobody, listener.LocalEndPoint], Soon);

        socket.RemoteEndPoint.ShouldBe(listener.LocalEndPoint);
    }

    [SkippableFact]
    public async Task A_silent_address_does_not_hold_up_the_next()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere a full backlog refuses instead of keeping silent.");
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.Loopback, 0)));
        using var full = new FullBacklog();
        await full.Fill(Soon);

        using var socket = await TcpDial.RaceAsync([full.EndPoint, listener.LocalEndPoint], Soon);

        socket.RemoteEndPoint.ShouldBe(listener.LocalEndPoint);
    }

    [Fact]
    public async Task When_none_answers_the_reason_is_the_one_that_tells_most()
    {
        // TCP has no way to everybody at once.
        var nowhere = new IPEndPoint(IPAddress.Broadcast, 7373);
        using var bound = Unlistened();
        var nobody = (IPEndPoint)bound.LocalEndPoint!;

        ReasonOf(await Record.ExceptionAsync(() => TcpDial.RaceAsync([nowhere, nowhere], Soon))).ShouldBe(Reason.Unreachable);
        ReasonOf(await Record.ExceptionAsync(() => TcpDial.RaceAsync([nobody, nobody], Soon))).ShouldBe(Reason.Refused);
        ReasonOf(await Record.ExceptionAsync(() => TcpDial.RaceAsync([nowhere, nobody], Soon))).ShouldBe(Reason.Refused);
    }

    [SkippableFact]
    public async Task Giving_up_ends_a_race()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere a full backlog refuses instead of keeping silent.");
        using var full = new FullBacklog();
        await full.Fill(Soon);
        using var given = new CancellationTokenSource();
        var racing = TcpDial.RaceAsync([full.EndPoint, full.EndPoint], given.Token);

        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => racing);
    }

    [Fact]
    public async Task A_name_is_looked_up()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, 0)));
        var serving = Task.Run(async () => await (await listener.AcceptAsync(Soon)).SecureAsync(Soon));

        await using var dialled = await _dialler.DialAsync(PeerAddress.Parse($"localhost:{listener.LocalEndPoint.Port}"), Node.Id, Soon);
        await dialled.Stream.FlushAsync(Soon);
        await using var accepted = await serving;

        dialled.RemoteKey.ShouldBe(Node.PublicKey);
        dialled.Remote.ShouldBeOfType<PeerAddress.Ip>();
    }

    [Fact]
    public async Task A_name_that_leads_only_to_banned_addresses_is_not_dialled()
    {
        using var listener = Transport.Listen(new ListenAddress(new IPEndPoint(IPAddress.IPv6Any, 0)));
        var name = PeerAddress.Parse($"localhost:{listener.LocalEndPoint.Port}");

        var failure = await Record.ExceptionAsync(() => _dialler.DialAsync(name, null, IPAddress.IsLoopback, Soon));

        ReasonOf(failure).ShouldBe(Reason.Banned);
    }

    public override void Dispose()
    {
        _dialler.Dispose();
        base.Dispose();
    }

    private static Reason ReasonOf(Exception? failure) => failure.ShouldBeOfType<TransportException>().Reason;

    /// <summary>Bound and not listened on: dials are refused, and no other test is given the port.</summary>
    private static Socket Unlistened()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>An address that neither accepts nor refuses: its queue of unaccepted connections is full.</summary>
    private sealed class FullBacklog : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public FullBacklog()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
        }

        public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

        public async Task Fill(CancellationToken cancellation)
        {
            while (true)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _waiting.Add(socket);
                using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                moment.CancelAfter(TimeSpan.FromMilliseconds(150));
                try
                {
                    await socket.ConnectAsync(EndPoint, moment.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    return;
                }
            }
        }

        public void Dispose()
        {
            _waiting.ForEach(s => s.Dispose());
            _listener.Dispose();
        }
    }
}
