using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Meshara.Node.Tests.EndToEnd;
using Meshara.Tests;
using Shouldly;

namespace Meshara.Node.Tests.Lan;

/// <summary>Avahi, the mDNS of Linux desktops, on a host of the LAN, with a message bus of its own.</summary>
internal sealed class Avahi : IAsyncDisposable
{
    private const string DBusConfiguration =
        """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>system</type>
          <listen>unix:path=@BUS@</listen>
          <auth>EXTERNAL</auth>
          <policy context="default">
            <allow user="*"/><allow own="*"/>
            <allow send_type="*"/><allow receive_type="*"/>
            <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
          </policy>
        </busconfig>
        """;

    private const string AvahiConfiguration =
        """
        [server]
        host-name=@HOST@
        use-ipv4=yes
        use-ipv6=yes
        allow-interfaces=eth0
        enable-dbus=yes
        disallow-other-stacks=no
        ratelimit-interval-usec=1000000
        ratelimit-burst=1000
        [wide-area]
        enable-wide-area=no
        [publish]
        publish-workstation=no
        publish-hinfo=no
        """;

    /// <summary>Where the daemon keeps its pid file, and where it cannot be told to keep it elsewhere.</summary>
    private const string RunFolder = "/run/avahi-daemon";

    private readonly LanHost _host;
    private readonly TempFolder _folder = new();
    private readonly List<LanProcess> _processes = [];

    private Avahi(LanHost host) => _host = host;

    private string Bus => _folder["bus"];

    /// <summary>Skips the test where there is no Avahi.</summary>
    public static void Require()
    {
        foreach (var command in new[] { "dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-publish" })
        {
            Requires.Command(command);
        }
    }

    /// <summary>Starts it; it answers and asks when this returns.</summary>
    public static async Task<Avahi> StartAsync(LanHost host)
    {
        var avahi = new Avahi(host);
        try
        {
            await avahi.StartAsync();
            return avahi;
        }
        catch
        {
            await avahi.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// All services of that type that it can resolve now, one row for each interface and address family it sees them by.
    /// </summary>
    public async Task<ImmutableArray<AvahiService>> BrowseAsync(string type)
    {
        var (exit, rows, error) = await Lan.RunAsync(OnBus(Requires.Command("avahi-browse"), "-p", "-r", "-t", type));
        exit.ShouldBe(0, error);
        return [.. rows.Split('\n').Select(AvahiService.Parse).OfType<AvahiService>()];
    }

    /// <summary>Browses until what it sees is as wanted, and returns that.</summary>
    public async Task<ImmutableArray<AvahiService>> BrowseAsync(string type, Func<ImmutableArray<AvahiService>, bool> wanted)
    {
        var start = Stopwatch.StartNew();
        while (true)
        {
            var services = await BrowseAsync(type);
            if (wanted(services))
            {
                return services;
            }

            start.Elapsed.ShouldBeLessThan(Lan.Patience, $"Avahi sees:\n{string.Join('\n', services)}");
        }
    }

    /// <summary>
    /// Publishes a service until the process is disposed of. It has been probed for and announced when this returns.
    /// </summary>
    /// <param name="txt">Strings of the form key=value.</param>
    public async Task<LanProcess> PublishAsync(string name, string type, int port, params string[] txt)
    {
        var publish = Run(OnBus(
            Requires.Command("avahi-publish"), ["-s", name, type, port.ToString(CultureInfo.InvariantCulture), .. txt]));
        await publish.NextAsync(line => line.StartsWith("Established", StringComparison.Ordinal));
        return publish;
    }

    /// <summary>Ends it and what it publishes; the daemon says goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        // The bus last: without it the daemon would end by itself, and not in an orderly way.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        await File.WriteAllTextAsync(_folder["dbus.conf"], DBusConfiguration.Replace("@BUS@", Bus, StringComparison.Ordinal));
        await File.WriteAllTextAsync(
            _folder["avahi.conf"], AvahiConfiguration.Replace("@HOST@", _host.Name, StringComparison.Ordinal));
        Directory.CreateDirectory(RunFolder);

        // It prints its address when it listens.
        var bus = Run(_host.In(
            Requires.Command("dbus-daemon"),
            $"--config-file={_folder["dbus.conf"]}", "--nofork", "--nopidfile", "--nosyslog", "--print-address"));
        await bus.NextAsync(line => line.StartsWith("unix:", StringComparison.Ordinal));

        // A process started in a network namespace by 'ip' has mounts of its own, so several daemons can have one pid file each.
        var daemon = Run(OnBus(
            "sh", "-c", $"mount -t tmpfs tmpfs {RunFolder} && exec \"$@\"", "sh",
            Requires.Command("avahi-daemon"), "-f", _folder["avahi.conf"], "--no-drop-root", "--no-chroot", "--no-rlimits"));
        await daemon.NextAsync(line => line.Contains("startup complete", StringComparison.Ordinal));
    }

    private LanProcess Run(ProcessStartInfo start)
    {
        var process = new LanProcess(start);
        _processes.Add(process);
        return process;
    }

    private ProcessStartInfo OnBus(string command, params IEnumerable<string> arguments)
    {
        var start = _host.In(command, arguments);
        start.Environment["DBUS_SYSTEM_BUS_ADDRESS"] = $"unix:path={Bus}";
        return start;
    }
}
