using Meshara.Tests;
using Shouldly;
using Xunit;

namespace Meshara.Node.Tests.Lan;

/// <summary>The lab itself: what other tests build on.</summary>
[Collection(Lan.Collection)]
public sealed class LanTests
{
    private const string Hear =
        """
        import socket, struct
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(('', 5399))
        membership = socket.inet_aton('224.0.0.251') + struct.pack('=I', socket.INADDR_ANY)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        print('listening', flush=True)
        while True:
            data, source = s.recvfrom(100)
            print(source[0], data.decode(), flush=True)
        """;

    private const string Say =
        """
        import socket, sys
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), ('224.0.0.251', 5399))
        """;

    [SkippableFact]
    public async Task Hosts_hear_each_others_multicasts_until_the_link_goes_and_again_when_it_is_back()
    {
        Lan.Require();
        var python = Requires.Command("python3");
        await using var lan = await Lan.CreateAsync(2);
        await using var hearer = lan[2].Start(python, "-c", Hear);
        await hearer.NextAsync(line => line == "listening");

        (await lan[1].RunAsync(python, "-c", Say, "hello")).Exit.ShouldBe(0);
        await hearer.NextAsync(line => line == "10.78.0.1 hello");
        await lan[1].LinkDownAsync();
        (await lan[1].RunAsync(python, "-c", Say, "lost")).Exit.ShouldNotBe(0);
        (await AddressesAsync(lan[1])).ShouldNotContain("fe80");
        await lan[1].LinkUpAsync();
        (await lan[1].RunAsync(python, "-c", Say, "again")).Exit.ShouldBe(0);
        await hearer.NextAsync(line => line == "10.78.0.1 again");
        await lan[1].ChangeAddressAsync("10.78.0.99");
        (await lan[1].RunAsync(python, "-c", Say, "moved")).Exit.ShouldBe(0);
        await hearer.NextAsync(line => line == "10.78.0.99 moved");
    }

    [SkippableFact]
    public async Task A_host_has_its_addresses_at_once_and_nothing_of_the_machine()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(1);

        var addresses = await AddressesAsync(lan[1]);

        addresses.ShouldContain("inet 10.78.0.1/24");
        addresses.ShouldContain("inet6 fe80::");
        addresses.ShouldNotContain("tentative");
        addresses.Split('\n').Count(line => line is [>= '0' and <= '9', ..]).ShouldBe(2);
    }

    [SkippableFact]
    public async Task A_lan_that_is_gone_leaves_neither_processes_nor_namespaces()
    {
        Lan.Require();
        var lan = await Lan.CreateAsync(1);
        var names = lan.Namespaces.ToList();
        await using var sleeper = lan[1].Start("sh", "-c", "sleep 600 & echo sleeping; wait");
        await sleeper.NextAsync(line => line == "sleeping");

        await lan.DisposeAsync();

        names.Count.ShouldBe(2);
        (await NamespacesAsync()).ShouldNotContain(name => names.Contains(name));

        // Both it and its child have ended: nobody holds its output any more.
        await Should.ThrowAsync<EndOfStreamException>(() => sleeper.NextAsync(_ => false));
    }

    [SkippableFact]
    public async Task A_lan_that_cannot_be_made_leaves_nothing_and_takes_nothing_that_was_there()
    {
        Lan.Require();
        var prefix = $"msh{Environment.ProcessId}y";
        (await Lan.RunAsync("ip", "netns", "add", $"{prefix}-2")).Exit.ShouldBe(0);
        try
        {
            await Should.ThrowAsync<InvalidOperationException>(() => Lan.CreateAsync(3, prefix));

            (await NamespacesAsync()).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ShouldBe([$"{prefix}-2"]);
        }
        finally
        {
            await Lan.RunAsync("ip", "netns", "delete", $"{prefix}-2");
        }
    }

    [SkippableFact]
    public async Task A_command_that_takes_too_long_is_killed()
    {
        Lan.Require();
        await using var lan = await Lan.CreateAsync(1);

        await Should.ThrowAsync<TimeoutException>(
            () => Lan.RunAsync(lan[1].In("sleep", "600"), patience: TimeSpan.FromMilliseconds(100)));

        (await Lan.RunAsync("ip", "netns", "pids", lan[1].Name)).Out.ShouldBeEmpty();
    }

    private static async Task<string> AddressesAsync(LanHost host) => (await host.RunAsync("ip", "address")).Out;

    private static async Task<IEnumerable<string>> NamespacesAsync() =>
        (await Lan.RunAsync("ip", "netns", "list")).Out.Split('\n').Select(line => line.Split(' ')[0]);
}
