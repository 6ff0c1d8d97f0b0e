using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Shouldly;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>
/// Hosts on one link, virtual time, and a wire on which the test can listen and speak as well. Packets arrive at once.
/// </summary>
internal sealed class FakeLan
{
    public static readonly DomainName Type = DomainName.Parse("_meshara._tcp.local");

    private readonly List<FakeHost> _hosts = [];

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>All that was multicast, in order.</summary>
    public List<WirePacket> Wire { get; } = [];

    public FakeHost Add(string name, int number, bool askForUnicast = false)
    {
        var host = new FakeHost(this, name, number, askForUnicast);
        _hosts.Add(host);
        return host;
    }

    public void Remove(FakeHost host) => _hosts.Remove(host);

    /// <summary>Time goes on from one deadline to the next.</summary>
    public void Pass(TimeSpan time)
    {
        var end = Now + time;
        while (_hosts.Select(h => h.Engine.Due).Min() is { } due && due <= end)
        {
            Now = due > Now ? due : Now;
            foreach (var host in _hosts.Where(h => h.Engine.Due <= Now).ToList())
            {
                host.Engine.Advance(Now);
                host.Flush();
            }
        }

        Now = end;
    }

    public void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Multicast by a host of the link, or by the test from an address of its own.</summary>
    public void Multicast(byte[] packet, IPEndPoint from)
    {
        var malformed = MessageReader.TryRead(packet, out var message);
        malformed.ShouldBe(Malformed.None);
        Wire.Add(new WirePacket(Now, from, message!, packet));
        foreach (var host in _hosts.ToList())
        {
            host.Hear(packet, from, toMulticast: true);
        }
    }

    public void Unicast(byte[] packet, IPEndPoint from, IPEndPoint to) =>
        _hosts.Find(h => h.Address.Equals(to.Address))?.Hear(packet, from, toMulticast: false);

    internal sealed record WirePacket(TimeSpan At, IPEndPoint From, DnsMessage Message, byte[] Packet);
}

/// <summary>A host with an engine.</summary>
internal sealed class FakeHost
{
    public const int Index = 2;

    private readonly FakeLan _lan;

    public FakeHost(FakeLan lan, string name, int number, bool askForUnicast = false)
    {
        (_lan, Name) = (lan, name);
        Address = IPAddress.Parse($"10.0.0.{number}");
        LinkLocal = IPAddress.Parse($"fe80::{number}");
        Engine = new MdnsEngine(TimeSpan.FromSeconds(30), new Random(number), askForUnicast);
        Engine.Use([Interface()], lan.Now);
    }

    public string Name { get; }

    public IPAddress Address { get; }

    public IPAddress LinkLocal { get; }

    public MdnsEngine Engine { get; }

    /// <summary>What was told, in order.</summary>
    public List<EngineOutput> Told { get; } = [];

    /// <summary>What was sent to single hosts.</summary>
    public List<(DnsMessage Message, IPEndPoint To)> Unicasts { get; } = [];

    public IEnumerable<Sighting> Found => Told.OfType<EngineOutput.Found>().Select(f => f.Sighting);

    public Service Service =>
        new(FakeLan.Type, Name, $"host-{Name}", 7373, TextData.Of([new("version", "1"), new("name", Name)]));

    public MdnsInterface Interface(params string[] addresses) =>
        InterfaceOf(Index, addresses.Length > 0 ? [.. addresses] : [$"{Address}", $"{LinkLocal}"]);

    public static MdnsInterface InterfaceOf(int index, params string[] addresses)
    {
        ImmutableArray<IPAddress> all = [.. addresses.Select(IPAddress.Parse)];
        return new MdnsInterface(
            index, $"eth{index}", all,
            [.. all.Select(a => (a, a.GetAddressBytes().Length == 4 ? 24 : 64))],
            IsLoopback: false);
    }

    public FakeHost Publish()
    {
        Engine.Publish(Service, _lan.Now);
        Flush();
        return this;
    }

    public FakeHost Browse()
    {
        Engine.Browse(FakeLan.Type, _lan.Now);
        Flush();
        return this;
    }

    public void Stop()
    {
        Engine.Unpublish();
        Flush();
    }

    public void Hear(byte[] packet, IPEndPoint from, bool toMulticast)
    {
        Engine.Hear(new Datagram(packet, from, Index, 255, toMulticast), _lan.Now);
        Flush();
    }

    public void Flush()
    {
        foreach (var output in Engine.TakeOutputs())
        {
            switch (output)
            {
                case EngineOutput.Send { To: { } to } send:
                    _ = MessageReader.TryRead(send.Packet, out var message);
                    Unicasts.Add((message!, to));
                    _lan.Unicast(send.Packet, new IPEndPoint(Address, 5353), to);
                    break;
                case EngineOutput.Send send:
                    _lan.Multicast(send.Packet, new IPEndPoint(Address, 5353));
                    break;
                default:
                    Told.Add(output);
                    break;
            }
        }
    }
}
