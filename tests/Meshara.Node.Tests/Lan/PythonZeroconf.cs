using System.Globalization;
using System.Text.Json;
using Meshara.Tests;

namespace Meshara.Node.Tests.Lan;

/// <summary>
/// python-zeroconf, the mDNS of Home Assistant and many others, on a host of the LAN. It is Debian's python3-zeroconf, so it is
/// Debian's Python that runs it, whichever else is on the PATH.
/// </summary>
internal static class PythonZeroconf
{
    private const string Python = "/usr/bin/python3";

    private const string Publish =
        """
        import signal, socket, sys
        from zeroconf import IPVersion, ServiceInfo, Zeroconf

        # Blocked before any thread is there, so that it is this one that takes it.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        address, name, kind, port, *txt = sys.argv[1:]
        zeroconf = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
        zeroconf.register_service(ServiceInfo(
            f'{kind}.local.', f'{name}.{kind}.local.', addresses=[socket.inet_aton(address)], port=int(port),
            properties=dict(t.split('=', 1) for t in txt), server=f'python-{address.replace(".", "-")}.local.'))
        print('registered', flush=True)
        signal.sigwait([signal.SIGTERM])
        zeroconf.unregister_all_services()
        zeroconf.close()
        """;

    private const string Browse =
        """
        import json, signal, sys, time
        from zeroconf import IPVersion, ServiceBrowser, Zeroconf

        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        address, kind = sys.argv[1:]

        def tell(event, name, info=None):
            print(json.dumps({
                'Event': event, 'Name': name.removesuffix(f'.{kind}.local.'), 'Nanoseconds': time.monotonic_ns(),
                'Addresses': info.parsed_addresses() if info else [], 'Port': info.port if info else 0,
                'Txt': {k.decode(): (v or b'').decode('utf-8', 'replace') for k, v in info.properties.items()} if info else {},
            }), flush=True)

        class Listener:
            def add_service(self, zeroconf, kind, name):
                tell('ADD', name, zeroconf.get_service_info(kind, name, 3000))

            def update_service(self, zeroconf, kind, name):
                tell('UPDATE', name, zeroconf.get_service_info(kind, name, 3000))

            def remove_service(self, zeroconf, kind, name):
                tell('REMOVE', name)

        zeroconf = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
        ServiceBrowser(zeroconf, f'{kind}.local.', Listener())
        print('browsing', flush=True)
        signal.sigwait([signal.SIGTERM])
        zeroconf.close()
        """;

    /// <summary>Skips the test where there is none.</summary>
    public static async Task RequireAsync()
    {
        Requires.That(File.Exists(Python), $"this test needs {Python}");
        var (exit, _, _) = await Lan.RunAsync(Python, "-c", "import zeroconf");
        Requires.That(exit == 0, "this test needs Debian's python3-zeroconf");
    }

    /// <summary>
    /// Publishes a service until the process is disposed of, by the host's IPv4 address. It has been announced when this
    /// returns.
    /// </summary>
    /// <param name="type">Without the domain, as _meshara._tcp.</param>
    /// <param name="txt">Strings of the form key=value.</param>
    public static async Task<LanProcess> PublishAsync(LanHost host, string name, string type, int port, params string[] txt)
    {
        var publish = host.Start(
            Python, ["-c", Publish, host.Address, name, type, port.ToString(CultureInfo.InvariantCulture), .. txt]);
        await publish.NextAsync(line => line == "registered");
        return publish;
    }

    /// <summary>Browses until it is disposed of.</summary>
    public static async Task<Browser> BrowseAsync(LanHost host, string type)
    {
        var browse = host.Start(Python, "-c", Browse, host.Address, type);
        await browse.NextAsync(line => line == "browsing");
        return new Browser(browse);
    }

    /// <summary>What a browser saw.</summary>
    /// <param name="Event">ADD, UPDATE or REMOVE.</param>
    /// <param name="Name">The instance's name, without its type.</param>
    /// <param name="Addresses">Empty, with port 0, if it could not be resolved, and when it was removed.</param>
    /// <param name="Nanoseconds">When, by the machine's monotonic clock.</param>
    internal sealed record Seen(
        string Event, string Name, IReadOnlyList<string> Addresses, int Port, IReadOnlyDictionary<string, string> Txt,
        long Nanoseconds);

    /// <summary>A browser that runs.</summary>
    internal sealed class Browser(LanProcess process) : IAsyncDisposable
    {
        /// <summary>The next that it sees for which that holds.</summary>
        public async Task<Seen> NextAsync(Func<Seen, bool> wanted, TimeSpan? patience = null)
        {
            Seen? seen = null;
            await process.NextAsync(
                line => line.StartsWith('{') && wanted(seen = JsonSerializer.Deserialize<Seen>(line)!), patience);
            return seen!;
        }

        public ValueTask DisposeAsync() => process.DisposeAsync();
    }
}
