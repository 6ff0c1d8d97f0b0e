using System.Net;
using Meshara.Actors.Transport;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Transport;

/// <summary>What only the in-memory network can do. Nothing here waits: what can happen has happened when the call returns.</summary>
public sealed class InMemoryNetworkSpec : IDisposable
{
    private static readonly IPAddress AlicesHost = IPAddress.Parse("10.0.0.1"), BobsHost = IPAddress.Parse("10.0.0.2");

    private readonly InMemoryNetwork _network = new();
    private readonly NodeIdentity _alice = Identities.Alice(), _bob = Identities.Bob();
    private readonly IPeerTransport _fromAlice, _fromBob;
    private readonly IPeerListener _listener;

    public InMemoryNetworkSpec()
    {
        (_fromAlice, _fromBob) = (_network.TransportOf(_alice, AlicesHost), _network.TransportOf(_bob, BobsHost));
        _listener = _fromBob.Listen(new(new IPEndPoint(IPAddress.IPv6Any, 7373)));
    }

    [Fact]
    public void A_host_listens_at_its_own_address() => _listener.LocalEndPoint.ShouldBe(new IPEndPoint(BobsHost, 7373));

    [Fact]
    public async Task Everything_completes_at_once()
    {
        var (dialled, accepted) = Connect();
        var reading = accepted.Stream.ReadAsync(new byte[10]).AsTask();
        reading.IsCompleted.ShouldBeFalse();

        Write(dialled, new byte[] { 1, 2 });

        reading.IsCompletedSuccessfully.ShouldBeTrue();
        (await reading).ShouldBe(2);
    }

    [Fact]
    public void Who_waits_for_a_dial_has_it_at_once()
    {
        var accepting = _listener.AcceptAsync(default);
        accepting.IsCompleted.ShouldBeFalse();

        Now(_fromAlice.DialAsync(PeerAddress.Of(_listener.LocalEndPoint), null, default));

        accepting.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_read_into_nothing_waits_until_there_is_something_and_takes_none_of_it()
    {
        var (dialled, accepted) = Connect();
        var waiting = accepted.Stream.ReadAsync(Memory<byte>.Empty).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        Write(dialled, new byte[] { 1, 2 });

        waiting.IsCompletedSuccessfully.ShouldBeTrue();
        Read(accepted).ShouldBe([1, 2]);
    }

    [Fact]
    public void Who_does_not_read_holds_the_writer_back()
    {
        var (dialled, accepted) = Connect();
        Write(dialled, new byte[MemoryPipe.Capacity]);
        var writing = dialled.Stream.WriteAsync(new byte[] { 42 }).AsTask();
        writing.IsCompleted.ShouldBeFalse();

        Read(accepted, 1).Length.ShouldBe(1);

        writing.IsCompletedSuccessfully.ShouldBeTrue();
        Read(accepted, MemoryPipe.Capacity)[^1].ShouldBe((byte)42);
    }

    [Fact]
    public void A_cut_is_silent_and_no_dial_gets_through()
    {
        var (dialled, accepted) = Connect();
        Write(dialled, new byte[] { 1 });

        _network.Partition(AlicesHost, BobsHost);

        Write(dialled, new byte[] { 2 });
        Read(accepted).ShouldBe([1], "what had arrived before is there");
        var reading = accepted.Stream.ReadAsync(new byte[1]).AsTask();
        dialled.Stream.Dispose();
        reading.IsCompleted.ShouldBeFalse("nobody tells the reader either");
        ReasonOf(_fromAlice.DialAsync(PeerAddress.Of(_listener.LocalEndPoint), null, default)).ShouldBe(Reason.Unreachable);
        ReasonOf(_fromBob.DialAsync(PeerAddress.Of(AlicesHost, 1), null, default)).ShouldBe(Reason.Unreachable);

        accepted.Stream.Dispose();
        reading.IsFaulted.ShouldBeTrue("one's own close is heard all the same");
    }

    [Fact]
    public void After_a_cut_new_dials_get_through_and_old_links_stay_silent()
    {
        var (dialled, accepted) = Connect();
        _network.Partition(BobsHost, AlicesHost);
        _network.Heal(AlicesHost, BobsHost);

        Write(dialled, new byte[] { 1 });

        accepted.Stream.ReadAsync(new byte[1]).AsTask().IsCompleted.ShouldBeFalse();
        var (again, there) = Connect();
        Write(again, new byte[] { 2 });
        Read(there).ShouldBe([2]);
    }

    [Fact]
    public void A_cut_between_two_leaves_others_alone()
    {
        using var carol = Identities.Carol();
        _network.Partition(AlicesHost, BobsHost);

        _network.TransportOf(carol, IPAddress.Parse("10.0.0.3")).DialAsync(PeerAddress.Of(_listener.LocalEndPoint), null, default)
            .IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void A_crash_breaks_every_link_and_frees_the_port()
    {
        var (dialled, accepted) = Connect();
        var reading = dialled.Stream.ReadAsync(new byte[1]).AsTask();
        var accepting = _listener.AcceptAsync(default);

        _network.Crash(BobsHost);

        reading.Exception!.InnerException.ShouldBeOfType<IOException>();
        dialled.Stream.WriteAsync(new byte[1]).AsTask().Exception!.InnerException.ShouldBeOfType<IOException>();
        accepted.Stream.ReadAsync(new byte[1]).AsTask().Exception!.InnerException.ShouldBeOfType<IOException>();
        accepting.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        ReasonOf(_fromAlice.DialAsync(PeerAddress.Of(_listener.LocalEndPoint), null, default)).ShouldBe(Reason.Refused);
        using var again = _fromBob.Listen(new(new IPEndPoint(BobsHost, 7373)));
        again.LocalEndPoint.Port.ShouldBe(7373);
    }

    [Fact]
    public async Task Who_closes_a_listener_turns_those_away_who_wait_there()
    {
        var dialled = await _fromAlice.DialAsync(PeerAddress.Of(_listener.LocalEndPoint), null, default);

        _listener.Dispose();

        (await dialled.Stream.ReadAsync(new byte[1])).ShouldBe(0);
    }

    [Fact]
    public void A_writer_feels_that_the_other_end_is_closed()
    {
        var (dialled, accepted) = Connect();

        accepted.Stream.Dispose();

        dialled.Stream.WriteAsync(new byte[1]).AsTask().Exception!.InnerException.ShouldBeOfType<IOException>();
    }

    [Fact]
    public void A_writer_that_waits_is_freed_by_the_close_of_the_other_end()
    {
        var (dialled, accepted) = Connect();
        var writing = dialled.Stream.WriteAsync(new byte[MemoryPipe.Capacity + 1]).AsTask();
        writing.IsCompleted.ShouldBeFalse();

        accepted.Stream.Dispose();

        writing.Exception!.InnerException.ShouldBeOfType<IOException>();
    }

    [Fact]
    public void What_is_over_is_forgotten()
    {
        for (var i = 0; i < 100; i++)
        {
            var (dialled, accepted) = Connect();
            dialled.Stream.Dispose();
            dialled.Stream.Dispose();
            accepted.Stream.Dispose();
        }

        _network.LinkCount.ShouldBe(0);
    }

    [Fact]
    public async Task Who_gives_up_a_read_leaves_the_bytes_to_the_next()
    {
        var (dialled, accepted) = Connect();
        using var given = new CancellationTokenSource();
        var reading = accepted.Stream.ReadAsync(new byte[1], given.Token).AsTask();

        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => reading);
        await dialled.Stream.WriteAsync(new byte[] { 7 });
        Read(accepted).ShouldBe([7]);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _alice.Dispose();
        _bob.Dispose();
    }

    private static byte[] Read(IPeerLink link, int most = 100)
    {
        var buffer = new byte[most];
        return buffer[..Now(link.Stream.ReadAsync(buffer).AsTask())];
    }

    /// <summary>A write that nobody has to wait for.</summary>
    private static void Write(IPeerLink link, byte[] bytes) => link.Stream.WriteAsync(bytes).AsTask().IsCompletedSuccessfully.ShouldBeTrue();

    private static T Now<T>(Task<T> task)
    {
        task.IsCompletedSuccessfully.ShouldBeTrue();
        return task.Result;
    }

    private static Reason ReasonOf(Task<IPeerLink> dial) => dial.Exception!.InnerException.ShouldBeOfType<TransportException>().Reason;

    private (IPeerLink Dialled, IPeerLink Accepted) Connect()
    {
        var dialled = Now(_fromAlice.DialAsync(PeerAddress.Of(_listener.LocalEndPoint), _bob.Id, default));
        return (dialled, Now(Now(_listener.AcceptAsync(default)).SecureAsync(default)));
    }
}
