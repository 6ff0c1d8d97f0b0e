using System.Diagnostics;

namespace Meshara.Node.Tests.Lan;

/// <summary>A host of the LAN.</summary>
internal sealed class LanHost(string name, string address)
{
    /// <summary>The name of its network namespace.</summary>
    public string Name { get; } = name;

    /// <summary>Its IPv4 address.</summary>
    public string Address { get; private set; } = address;

    /// <summary>What has to be said to <c>ip</c> for its IPv4, again whenever the link was down or the address changed.</summary>
    internal string[] Addressing =>
        ["address flush dev eth0 scope global", $"address add {Address}/24 dev eth0", "route replace 224.0.0.0/4 dev eth0"];

    /// <summary>How to start that command on this host: for who wants to hold the process itself.</summary>
    public ProcessStartInfo In(string command, params IEnumerable<string> arguments) =>
        new("ip", ["netns", "exec", Name, command, .. arguments]);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="TimeoutException">It took too long, and was killed.</exception>
    public Task<(int Exit, string Out, string Error)> RunAsync(string command, params string[] arguments) =>
        Lan.RunAsync(In(command, arguments));

    /// <summary>Starts what runs until it is disposed of, or until the LAN is.</summary>
    public LanProcess Start(string command, params string[] arguments) => new(In(command, arguments));

    /// <summary>
    /// As an administrator's <c>ip link set eth0 down</c>: the interface stays, without its IPv6 addresses and its routes.
    /// </summary>
    public Task LinkDownAsync() => Lan.IpAsync(Name, ["link set eth0 down"]);

    /// <summary>Up again, with the address it had.</summary>
    public Task LinkUpAsync() => Lan.IpAsync(Name, ["link set eth0 up", .. Addressing]);

    /// <summary>Another IPv4 address in place of the old one, as a new lease of DHCP.</summary>
    public Task ChangeAddressAsync(string address)
    {
        Address = address;
        return Lan.IpAsync(Name, Addressing);
    }
}
