using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Engine;
using Meshara.Mdns.Sockets;
using Shouldly;

namespace Meshara.Mdns.Tests.Engine;

/// <summary>
/// One engine, with as many interfaces as a test likes. The test is everybody else. What the engine multicasts comes back to it,
/// as it
/// does from a real socket.
/// </summary>
internal sealed class Bench
{
    public const int Eth = 2, Wlan = 3;

    public static readonly IPEndPoint Own = new(IPAddress.Parse("10.0.0.1"), 5353);

    public Bench(bool askForUnicast = false, int seed = 1, double longestInterval = 30)
    {
        Engine = new MdnsEngine(TimeSpan.FromSeconds(longestInterval), new Random(seed), askForUnicast);
        Use(FakeHost.InterfaceOf(Eth, "10.0.0.1", "fe80::1"));
    }

    public MdnsEngine Engine { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>What was sent, in order.</summary>
    public List<Sent> Wire { get; } = [];

    /// <summary>What was told, in order.</summary>
    public List<EngineOutput> Told { get; } = [];

    public static Service Service { get; } = new(FakeLan.Type, "own", "host-own", 7373, TextData.Of([new("version", "1")]));

    public static DomainName Name => Service.Name;

    public static DomainName Host => Service.HostName;

    public IEnumerable<Sent> Queries => Wire.Where(s => !s.Message.IsResponse && s.Message.Authorities.IsEmpty);

    public IEnumerable<Sent> Probes => Wire.Where(s => !s.Message.IsResponse && !s.Message.Authorities.IsEmpty);

    public IEnumerable<Sent> Responses => Wire.Where(s => s.Message.IsResponse && s.To is null);

    public IEnumerable<Sent> Unicasts => Wire.Where(s => s.To is not null);

    /// <summary>The times of these, in milliseconds from <paramref name="since"/>.</summary>
    public static double[] Times(IEnumerable<Sent> sent, TimeSpan since) =>
        [.. sent.Select(s => (s.At - since).TotalMilliseconds)];

    public void Use(params MdnsInterface[] interfaces)
    {
        Engine.Use(interfaces, Now);
        Flush();
    }

    public Bench Publish(Service? service = null)
    {
        Engine.Publish(service ?? Service, Now);
        Flush();
        return this;
    }

    /// <summary>Published, announced, and long silent.</summary>
    public Bench Established()
    {
        Publish();
        Pass(10);
        Wire.Clear();
        return this;
    }

    public Bench Browse()
    {
        Engine.Browse(FakeLan.Type, Now);
        Flush();
        return this;
    }

    public void Unpublish()
    {
        Engine.Unpublish();
        Flush();
    }

    public void Verify(DomainName name)
    {
        Engine.Verify(name, Now);
        Flush();
    }

    public void Hear(byte[] packet, IPEndPoint? from = null, int at = Eth, bool toMulticast = true)
    {
        Engine.Hear(new Datagram(packet, from ?? Stranger.At(2), at, 255, toMulticast), Now);
        Flush();
    }

    public void Pass(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (Engine.Due is { } due && due <= end)
        {
            Now = due > Now ? due : Now;
            Engine.Advance(Now);
            Flush();
        }

        Now = end;
    }

    private void Flush()
    {
        foreach (var output in Engine.TakeOutputs())
        {
            if (output is EngineOutput.Send send)
            {
                var malformed = MessageReader.TryRead(send.Packet, out var message);
                malformed.ShouldBe(Malformed.None);
                Wire.Add(new Sent(Now, send.Interface, message!, send.To, send.Packet));
                if (send.To is null)
                {
                    Engine.Hear(new Datagram(send.Packet, Own, send.Interface, 255, ToMulticast: true), Now);
                    Flush();
                }
            }
            else
            {
                Told.Add(output);
            }
        }
    }

    internal sealed record Sent(TimeSpan At, int Interface, DnsMessage Message, IPEndPoint? To, byte[] Packet)
    {
        public IEnumerable<ResourceRecord> Records => Message.Answers.Concat(Message.Authorities).Concat(Message.Additionals);
    }
}
