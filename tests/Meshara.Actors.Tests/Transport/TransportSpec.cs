using System.Net;
using Meshara.Actors.Configuration;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>What every transport keeps to; run over each of them.</summary>
public abstract class TransportSpec : IDisposable
{
    /// <summary>Far more than anything here takes: a test that would hang fails instead.</summary>
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly NodeIdentity _alice = Identities.Alice(), _bob = Identities.Bob();
    private readonly List<IDisposable> _opened = [];

    private protected CancellationToken Soon => _patience.Token;

    [Fact]
    public async Task Both_ends_know_who_is_at_the_other()
    {
        var (dialled, accepted) = await ConnectAsync(_bob.Id);

        dialled.RemoteKey.ShouldBe(_bob.PublicKey);
        accepted.RemoteKey.ShouldBe(_alice.PublicKey);
    }

    [Fact]
    public async Task The_dialled_end_is_where_it_was_dialled()
    {
        using var listener = Open(Bob).Listen(Anywhere);
        listener.LocalEndPoint.Port.ShouldBeGreaterThan(0);
        var address = PeerAddress.Of(listener.LocalEndPoint);
        var accepting = AcceptAsync(listener);

        await using var dialled = await Open(Alice).DialAsync(address, null, Soon);
        await dialled.Stream.FlushAsync(Soon);
        await using var accepted = await accepting;

        dialled.Remote.ShouldBe(address);
        accepted.Remote.ShouldBeOfType<PeerAddress.Ip>();
    }

    [Fact]
    public async Task Bytes_arrive_in_order_in_both_directions()
    {
        var (dialled, accepted) = await ConnectAsync();

        await Task.WhenAll(
            NumberedBytes.Send(dialled.Stream, Soon),
            NumberedBytes.Send(accepted.Stream, Soon),
            NumberedBytes.Take(dialled.Stream, Soon),
            NumberedBytes.Take(accepted.Stream, Soon));
    }

    [Fact]
    public async Task Another_key_than_the_expected_one_is_a_key_mismatch()
    {
        using var listener = Open(Bob).Listen(Anywhere);
        var accepting = AcceptAsync(listener);
        using var carol = Identities.Carol();

        var failure = await Failure(() => Open(Alice).DialAsync(PeerAddress.Of(listener.LocalEndPoint), carol.Id, Soon));

        failure.Reason.ShouldBe(Reason.KeyMismatch);
        failure.Message.ShouldContain(carol.Id.ToShortString());
        failure.Message.ShouldContain(_bob.Id.ToShortString());
        Forget(accepting);
    }

    [Fact]
    public async Task An_address_that_leads_back_is_a_self_connection()
    {
        var alice = Open(Alice);
        using var listener = alice.Listen(Anywhere);
        var accepting = AcceptAsync(listener);

        (await Failure(() => alice.DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, Soon))).Reason.ShouldBe(Reason.SelfConnection);
        Forget(accepting);
    }

    [Fact]
    public async Task Where_a_peer_was_and_this_node_is_now_that_peer_is_not()
    {
        var alice = Open(Alice);
        using var listener = alice.Listen(Anywhere);
        var accepting = AcceptAsync(listener);

        var failure = await Failure(() => alice.DialAsync(PeerAddress.Of(listener.LocalEndPoint), _bob.Id, Soon));

        failure.Reason.ShouldBe(Reason.KeyMismatch);
        failure.Message.ShouldContain("this node itself");
        Forget(accepting);
    }

    [Fact]
    public async Task Where_nobody_listens_a_dial_is_refused()
    {
        IPEndPoint was;
        using (var listener = Open(Bob).Listen(Anywhere))
        {
            was = listener.LocalEndPoint;
        }

        (await Failure(() => Open(Alice).DialAsync(PeerAddress.Of(was), null, Soon))).Reason.ShouldBe(Reason.Refused);
    }

    [Fact]
    public void A_taken_port_is_one_clear_line()
    {
        using var first = Open(Bob).Listen(Anywhere);

        var failure = Should.Throw<TransportException>(() => Open(Bob).Listen(new ListenAddress(first.LocalEndPoint)));

        failure.Message.ShouldContain($"ort {first.LocalEndPoint.Port} on {first.LocalEndPoint.Address} is in use by another program");
        failure.Message.ShouldNotContain('\n');
    }

    [Fact]
    public void Where_it_may_a_listener_takes_a_free_port_instead_of_a_taken_one()
    {
        using var first = Open(Bob).Listen(Anywhere);
        using var second = Open(Bob).Listen(new ListenAddress(first.LocalEndPoint, FallsBack: true));

        second.LocalEndPoint.Address.ShouldBe(first.LocalEndPoint.Address);
        second.LocalEndPoint.Port.ShouldNotBe(first.LocalEndPoint.Port);
    }

    [Fact]
    public async Task A_port_is_free_again_at_once_although_connections_to_it_were_open()
    {
        var bob = Open(Bob);
        var listener = bob.Listen(Anywhere);
        var accepting = AcceptAsync(listener);
        var dialled = await Open(Alice).DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, Soon);
        await dialled.Stream.FlushAsync(Soon);
        var accepted = await accepting;

        // The side that closes first keeps the connection in TIME_WAIT.
        await accepted.DisposeAsync();
        listener.Dispose();
        (await ReadEndOf(dialled)).ShouldBeTrue();
        await dialled.DisposeAsync();

        using var again = bob.Listen(new ListenAddress(listener.LocalEndPoint));
        again.LocalEndPoint.ShouldBe(listener.LocalEndPoint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_other_side_sees_a_close(bool dialledCloses)
    {
        var (dialled, accepted) = await ConnectAsync();
        var (closing, other) = dialledCloses ? (dialled, accepted) : (accepted, dialled);
        await closing.Stream.WriteAsync(new byte[] { 1, 2, 3 }, Soon);

        await closing.DisposeAsync();

        var buffer = new byte[3];
        await other.Stream.ReadExactlyAsync(buffer, Soon);
        buffer.ShouldBe([1, 2, 3], "what was sent before the close still arrives");
        (await ReadEndOf(other)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_read_under_way_ends_when_its_own_end_is_closed()
    {
        var (dialled, _) = await ConnectAsync();
        var reading = dialled.Stream.ReadAsync(new byte[1], Soon).AsTask();

        await dialled.DisposeAsync();

        (await Record.ExceptionAsync(() => reading)).ShouldNotBeOfType<OperationCanceledException>();
    }

    [Fact]
    public async Task A_socket_that_is_turned_away_costs_the_dialler_its_connection()
    {
        using var listener = Open(Bob).Listen(Anywhere);
        var dialling = Task.Run(() => Open(Alice).DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, Soon));
        (await listener.AcceptAsync(Soon)).Dispose();

        var failure = await Record.ExceptionAsync(async () =>
        {
            await using var link = await dialling;
            (await ReadEndOf(link)).ShouldBeTrue();
        });
        (failure as TransportException)?.Reason.ShouldBe(Reason.HandshakeRejected);
    }

    [Fact]
    public async Task Giving_up_ends_a_dial()
    {
        using var listener = Open(Bob).Listen(Anywhere);
        using var given = new CancellationTokenSource();
        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Open(Alice).DialAsync(PeerAddress.Of(listener.LocalEndPoint), null, given.Token));
    }

    [Fact]
    public async Task Giving_up_ends_an_accept()
    {
        using var listener = Open(Bob).Listen(Anywhere);
        using var given = new CancellationTokenSource();
        var accepting = listener.AcceptAsync(given.Token);

        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => accepting);
    }

    [Fact]
    public async Task Nobody_is_found_under_a_name_that_does_not_exist() =>
        (await Failure(() => Open(Alice).DialAsync(PeerAddress.Parse("nobody.invalid:7373"), null, Soon))).Reason.ShouldBe(Reason.NameNotFound);

    public void Dispose()
    {
        _opened.ForEach(o => o.Dispose());
        _alice.Dispose();
        _bob.Dispose();
        _patience.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract IPeerTransport TransportOf(NodeIdentity identity, IPAddress host);

    /// <summary>Where Bob lives; over TLS all live on loopback.</summary>
    private protected abstract IPAddress BobsHost { get; }

    private protected abstract IPAddress AlicesHost { get; }

    private static ListenAddress Anywhere => new(new IPEndPoint(IPAddress.Loopback, 0));

    private (NodeIdentity, IPAddress) Alice => (_alice, AlicesHost);

    private (NodeIdentity, IPAddress) Bob => (_bob, BobsHost);

    private IPeerTransport Open((NodeIdentity Identity, IPAddress Host) node)
    {
        var transport = TransportOf(node.Identity, node.Host);
        if (transport is IDisposable disposable)
        {
            _opened.Add(disposable);
        }

        return transport;
    }

    private async Task<(IPeerLink Dialled, IPeerLink Accepted)> ConnectAsync(NodeId? expected = null)
    {
        using var listener = Open(Bob).Listen(Anywhere);
        var accepting = AcceptAsync(listener);
        var dialled = await Open(Alice).DialAsync(PeerAddress.Of(listener.LocalEndPoint), expected, Soon);
        await dialled.Stream.FlushAsync(Soon);
        var accepted = await accepting;
        _opened.Add(dialled.Stream);
        _opened.Add(accepted.Stream);
        return (dialled, accepted);
    }

    private async Task<IPeerLink> AcceptAsync(IPeerListener listener)
    {
        using var socket = await listener.AcceptAsync(Soon);
        return await socket.SecureAsync(Soon);
    }

    private static async Task<TransportException> Failure(Func<Task<IPeerLink>> dial) => await Should.ThrowAsync<TransportException>(dial);

    private static void Forget(Task task) => _ = task.ContinueWith(t => t.Exception, TaskScheduler.Default);

    private async Task<bool> ReadEndOf(IPeerLink link)
    {
        try
        {
            return await link.Stream.ReadAsync(new byte[1], Soon) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
