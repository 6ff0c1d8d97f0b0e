using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Meshara.Mdns.Sockets;
using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Mdns.Tests.Sockets;

/// <summary>Real sockets, on a free port and on this host alone.</summary>
public sealed class MdnsNetworkTests
{
    private static readonly InterfaceFilter LoopbackOnly = new(["lo"], []);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public async Task Two_on_one_host_both_hear_a_multicast_and_each_hears_it_once()
    {
        Requires.Linux();
        var port = FreePort();
        await using var one = MdnsNetwork.Open(LoopbackOnly, port);
        await using var other = MdnsNetwork.Open(LoopbackOnly, port);
        var lo = one.Interfaces.ShouldHaveSingleItem();
        (lo.Name, lo.IsLoopback).ShouldBe(("lo", true));

        one.Send("first"u8.ToArray(), lo.Index, AddressFamily.InterNetwork);
        other.Send("second"u8.ToArray(), lo.Index, AddressFamily.InterNetwork);

        foreach (var network in new[] { one, other })
        {
            // The second proves that the first did not come twice.
            foreach (var expected in new[] { "first", "second" })
            {
                var datagram = await NextAsync(network);
                Text(datagram).ShouldBe(expected);
                (datagram.InterfaceIndex, datagram.ToMulticast, datagram.HopLimit).ShouldBe((lo.Index, true, null));
                datagram.Source.ShouldBe(new IPEndPoint(IPAddress.Loopback, port));
            }

            network.Inputs.TryRead(out _).ShouldBeFalse();
            await CountedAsync(network, lo, 2);
            (network.Counts.Sent, network.Counts.Heard).ShouldBe((1, 2));
            var there = network.Counts.Of(lo.Index);
            (there.Sent, there.Heard, there.FromOthers, there.Errors).ShouldBe((1, 2, 0, 0));
            network.Counts.SendErrors.ShouldBeEmpty();
            network.Counts.JoinErrors.ShouldBeEmpty();
            network.Missing.ShouldBeEmpty();
        }
    }

    [SkippableFact]
    public async Task A_multicast_to_ipv6_goes_and_comes_by_its_interface()
    {
        Requires.Linux();
        var (real, port) = (RealInterface(AddressFamily.InterNetworkV6), FreePort());
        await using var one = MdnsNetwork.Open(new([real.Name, "lo"], []), port);
        await using var other = MdnsNetwork.Open(new([real.Name, "lo"], []), port);

        one.Send("hello"u8.ToArray(), real.Index, AddressFamily.InterNetworkV6);

        foreach (var network in new[] { one, other })
        {
            var datagram = await NextAsync(network);
            Text(datagram).ShouldBe("hello");
            (datagram.InterfaceIndex, datagram.ToMulticast).ShouldBe((real.Index, true));
            real.Addresses.ShouldContain(datagram.Source.Address);
        }
    }

    [SkippableFact]
    public async Task One_socket_sends_by_several_interfaces_in_turn_and_from_the_address_of_each()
    {
        Requires.Linux();
        var (real, port) = (RealInterface(AddressFamily.InterNetwork), FreePort());
        await using var network = MdnsNetwork.Open(new([real.Name, "lo"], []), port);
        network.Interfaces.Length.ShouldBe(2);
        var turns = Enumerable.Range(0, 40).Select(i => network.Interfaces[i % 2]).ToList();

        foreach (var by in turns)
        {
            network.Send(Encoding.ASCII.GetBytes(by.Name), by.Index, AddressFamily.InterNetwork);
        }

        foreach (var by in turns)
        {
            var datagram = await NextAsync(network);
            (Text(datagram), datagram.InterfaceIndex).ShouldBe((by.Name, by.Index));
            by.Addresses.ShouldContain(datagram.Source.Address);
        }
    }

    [SkippableTheory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_packet_to_one_host_goes_there_and_one_to_us_is_told_from_a_multicast(string loopback)
    {
        Requires.Linux();
        var address = IPAddress.Parse(loopback);
        var port = FreePort();
        await using var network = MdnsNetwork.Open(LoopbackOnly, port);
        var lo = network.Interfaces.ShouldHaveSingleItem();
        Requires.That(lo.Addresses.Contains(address), $"this test needs {loopback}");
        using var client = new UdpClient(new IPEndPoint(address, 0));
        using var patience = new CancellationTokenSource(Patience);

        await client.SendAsync("question"u8.ToArray(), new IPEndPoint(address, port), patience.Token);
        var question = await NextAsync(network);
        network.SendTo("answer"u8.ToArray(), lo.Index, question.Source);
        var answer = await client.ReceiveAsync(patience.Token);

        (Text(question), question.ToMulticast, question.InterfaceIndex).ShouldBe(("question", false, lo.Index));
        question.Source.ShouldBe(client.Client.LocalEndPoint);
        Encoding.ASCII.GetString(answer.Buffer).ShouldBe("answer");
        answer.RemoteEndPoint.Port.ShouldBe(port);
    }

    [SkippableFact]
    public async Task A_packet_from_this_host_to_an_address_of_an_interface_counts_as_come_by_that_interface()
    {
        Requires.Linux();
        var (real, port) = (RealInterface(AddressFamily.InterNetwork), FreePort());
        await using var network = MdnsNetwork.Open(new([real.Name], []), port);
        using var client = new UdpClient(AddressFamily.InterNetwork);

        foreach (var address in real.Addresses.Where(a => a.AddressFamily == AddressFamily.InterNetwork))
        {
            await client.SendAsync("question"u8.ToArray(), new IPEndPoint(address, port));

            var question = await NextAsync(network);
            (question.ToMulticast, question.InterfaceIndex).ShouldBe((false, real.Index));
        }
    }

    [SkippableFact]
    public async Task What_cannot_be_sent_is_counted_and_not_thrown()
    {
        Requires.Linux();
        var network = MdnsNetwork.Open(LoopbackOnly, FreePort());
        var lo = network.Interfaces.ShouldHaveSingleItem();

        network.Send("x"u8.ToArray(), 9999, AddressFamily.InterNetwork);
        network.Send(new byte[70_000], lo.Index, AddressFamily.InterNetwork);
        await network.DisposeAsync();
        network.Send("x"u8.ToArray(), lo.Index, AddressFamily.InterNetwork);
        network.SendTo("x"u8.ToArray(), lo.Index, new IPEndPoint(IPAddress.Loopback, 9));

        network.Counts.SendErrors.Keys.ShouldBe(
            [SocketError.NetworkDown, SocketError.MessageSize, SocketError.Shutdown], ignoreOrder: true);
        network.Counts.SendErrors[SocketError.Shutdown].ShouldBe(2);
    }

    [SkippableFact]
    public async Task When_it_is_closed_its_inputs_end_and_the_port_is_free()
    {
        Requires.Linux();
        var port = FreePort();
        var network = MdnsNetwork.Open(LoopbackOnly, port);

        await network.DisposeAsync();
        await network.DisposeAsync();

        await Should.ThrowAsync<ChannelClosedException>(async () => await network.Inputs.ReadAsync());
        using var next = new UdpClient(port, AddressFamily.InterNetwork);
    }

    [SkippableFact]
    public void A_port_that_is_not_shared_is_an_error()
    {
        Requires.Linux();
        using var ipv6 = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        ipv6.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));

        Should.Throw<SocketException>(() => MdnsNetwork.Open(LoopbackOnly, ((IPEndPoint)ipv6.LocalEndPoint!).Port))
            .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    /// <summary>A port that both families have free.</summary>
    private static int FreePort()
    {
        using var both = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        both.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)both.LocalEndPoint!).Port;
    }

    /// <summary>
    /// An interface that is not loopback. What a test sends by it stays on the link, and on a port that nobody listens to.
    /// </summary>
    private static MdnsInterface RealInterface(AddressFamily family)
    {
        var real = HostInterfaces.Read()!.Value.FirstOrDefault(i => !i.IsLoopback
            && i.Addresses.Any(a => a.AddressFamily == family && (a.IsIPv6LinkLocal || family == AddressFamily.InterNetwork)));
        Requires.That(real is not null, $"this test needs an interface with {family} besides loopback");
        return real!;
    }

    private static string Text(Datagram datagram) => Encoding.ASCII.GetString(datagram.Bytes.Span);

    /// <summary>A packet is counted as heard when it has been told of: perhaps after somebody has read it.</summary>
    private static async Task CountedAsync(MdnsNetwork network, MdnsInterface at, int heard)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (network.Counts.Of(at.Index).Heard < heard)
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private static async Task<Datagram> NextAsync(MdnsNetwork network)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            // An address that comes to the machine meanwhile is no concern of the test.
            if (await network.Inputs.ReadAsync(patience.Token) is NetworkInput.Received received)
            {
                return received.Datagram;
            }
        }
    }
}
