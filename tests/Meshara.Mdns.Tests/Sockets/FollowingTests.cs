using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Meshara.Mdns.Sockets;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

/// <summary>The real network, shown interfaces that come and go at the test's word. Only loopback is ever joined.</summary>
public sealed class FollowingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>No host has this many interfaces, so joining it fails.</summary>
    private static readonly MdnsInterface Gone = Some.Interface(99_999, "eth9", "192.0.2.9/24");

    private ImmutableArray<MdnsInterface>? _seen;

    [SkippableFact]
    public async Task A_change_is_told_even_when_packets_that_nobody_reads_fill_the_inputs()
    {
        var (lo, time) = Start();
        await using var network = MdnsNetwork.Open(() => _seen, FreePort(), time);
        await FloodAsync(network, lo);
        var changed = lo with { Subnets = lo.Subnets.Add((IPAddress.Parse("192.0.2.1"), 24)) };

        _seen = [changed];
        time.Fire();

        network.Inputs.Count.ShouldBe(256);
        var inputs = await ReadUntilChangeAsync(network);
        inputs.Count.ShouldBe(257);
        inputs[^1].ShouldBeOfType<NetworkInput.InterfacesChanged>().Interfaces.ShouldBe([changed]);
        network.Interfaces.ShouldBe([changed]);
    }

    [SkippableFact]
    public async Task An_interface_is_used_from_when_it_is_seen_and_until_it_is_gone()
    {
        var (lo, time) = Start();
        _seen = [];
        await using var network = MdnsNetwork.Open(() => _seen, FreePort(), time);
        network.Send("x"u8.ToArray(), lo.Index, AddressFamily.InterNetwork);
        network.Counts.SendErrors[SocketError.NetworkDown].ShouldBe(1);

        _seen = [lo];
        time.Fire();
        (await ReadUntilChangeAsync(network)).Count.ShouldBe(1);
        await SendAndHearAsync(network, lo);

        // Its addresses change: it is left and joined again.
        _seen = [lo with { Name = "renamed" }];
        time.Fire();
        (await ReadUntilChangeAsync(network)).Count.ShouldBe(1);
        await SendAndHearAsync(network, lo);

        _seen = [];
        time.Fire();
        (await ReadUntilChangeAsync(network)).Count.ShouldBe(1);
        network.Send("x"u8.ToArray(), lo.Index, AddressFamily.InterNetwork);
        network.Counts.SendErrors[SocketError.NetworkDown].ShouldBe(2);
    }

    [SkippableFact]
    public async Task A_join_that_failed_is_counted_and_tried_again()
    {
        var (lo, time) = Start();
        _seen = [lo, Gone];
        await using var network = MdnsNetwork.Open(() => _seen, FreePort(), time);
        using var patience = new CancellationTokenSource(Patience);
        network.Counts.JoinErrors.Values.Sum().ShouldBe(1);

        while (network.Counts.JoinErrors.Values.Sum() == 1)
        {
            time.Fire();
            await Task.Delay(5, patience.Token);
        }

        network.Inputs.TryRead(out _).ShouldBeFalse();
    }

    [SkippableFact]
    public async Task When_the_system_cannot_be_seen_the_last_sight_stands()
    {
        var (lo, time) = Start();
        await using var network = MdnsNetwork.Open(() => _seen, FreePort(), time);

        _seen = null;
        time.Fire();
        await SendAndHearAsync(network, lo);

        network.Interfaces.ShouldBe([lo]);
    }

    private (MdnsInterface Lo, FiringTime Time) Start()
    {
        Requires.Linux();
        var lo = HostInterfaces.Read()!.Value.Single(i => i.Name == "lo");
        _seen = [lo];
        return (lo, new FiringTime());
    }

    private static async Task FloodAsync(MdnsNetwork network, MdnsInterface by)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (network.Counts.Overflowed == 0)
        {
            for (var i = 0; i < 32; i++)
            {
                network.Send("x"u8.ToArray(), by.Index, AddressFamily.InterNetwork);
            }

            await Task.Delay(1, patience.Token);
        }
    }

    private static async Task SendAndHearAsync(MdnsNetwork network, MdnsInterface by)
    {
        using var patience = new CancellationTokenSource(Patience);
        network.Send("x"u8.ToArray(), by.Index, AddressFamily.InterNetwork);
        (await network.Inputs.ReadAsync(patience.Token)).ShouldBeOfType<NetworkInput.Received>();
    }

    private static async Task<List<NetworkInput>> ReadUntilChangeAsync(MdnsNetwork network)
    {
        using var patience = new CancellationTokenSource(Patience);
        List<NetworkInput> inputs = [];
        while (inputs is not [.., NetworkInput.InterfacesChanged])
        {
            inputs.Add(await network.Inputs.ReadAsync(patience.Token));
        }

        return inputs;
    }

    private static int FreePort()
    {
        using var socket = new UdpClient(0);
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    /// <summary>Timers that go off when the test says so.</summary>
    private sealed class FiringTime : TimeProvider
    {
        private Action _fire = () => { };

        public void Fire() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire += () => callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
