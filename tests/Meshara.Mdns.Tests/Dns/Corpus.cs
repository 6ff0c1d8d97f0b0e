namespace Meshara.Mdns.Tests.Dns;

/// <summary>
/// Well-formed packets, shaped as the common stacks shape theirs, and some that are as costly as a packet can be.
/// </summary>
internal static class Corpus
{
    private const int In = 1;
    private const int Flush = 0x8001;

    public static IReadOnlyList<byte> Announcement { get; } = Bytes.Of(0x8400, answers: 4, additionals: 3)
        .Name("_meshara._tcp.local").Data(12, In, 4500, d => d.Labels("node one").Pointer(12))
        .Pointer(43).Data(33, Flush, 120, d => d.U16(0).U16(0).U16(7373).Labels("host-1").Pointer(26))
        .Pointer(43).Data(16, Flush, 4500, d => d.Labels("version=1", "pubkey=00112233445566778899aabbccddeeff", "node_id=x"))
        .Name("_services._dns-sd._udp.local").Data(12, In, 4500, d => d.Pointer(12))
        .Pointer(72).Data(1, Flush, 120, d => d.Raw(192, 0, 2, 1))
        .Pointer(72).Data(28, Flush, 120, d => d.Hex("fe80000000000000020102fffe030405"))
        .Pointer(72).Data(47, Flush, 120, d => d.Pointer(72).Hex("000440000008")).ToArray();

    public static IReadOnlyList<byte[]> All { get; } =
    [
        [.. Announcement],

        // A browser's query with known answers, as of Avahi.
        Bytes.Of(0, questions: 1, answers: 2).Name("_ipp._tcp.local").U16(12).U16(In)
            .Pointer(12).Data(12, In, 4000, d => d.Labels("Office").Pointer(12))
            .Pointer(12).Data(12, In, 3999, d => d.Labels("Küche").Pointer(12)).ToArray(),

        // The same truncated, as when more known answers follow.
        Bytes.Of(0x0200, questions: 1, answers: 1).Name("_ipp._tcp.local").U16(12).U16(In)
            .Pointer(12).Data(12, In, 4000, d => d.Labels("Office").Pointer(12)).ToArray(),

        // Avahi's answer for a host, with HINFO and the reverse pointer.
        Bytes.Of(0x8400, answers: 4).Name("box.local").Data(1, Flush, 120, d => d.Raw(10, 0, 0, 7))
            .Pointer(12).Data(28, Flush, 120, d => d.Hex("fe80000000000000020102fffe030407"))
            .Pointer(12).Data(13, Flush, 120, d => d.Labels("X86_64", "LINUX"))
            .Name("7.0.0.10.in-addr.arpa").Data(12, Flush, 120, d => d.Pointer(12)).ToArray(),

        // A first query as of Bonjour: unicast answers wanted, several questions, and OPT with an owner option.
        Bytes.Of(0, questions: 3, additionals: 1).Name("_airplay._tcp.local").U16(12).U16(0x8001)
            .Labels("_raop").Pointer(21).U16(12).U16(0x8001).Labels("_companion-link").Pointer(21).U16(12).U16(0x8001)
            .Raw(0).Data(41, 0x05a0, 0x1194, d => d.U16(4).U16(14).Hex("0036a0b1c2d3e4f5a0b1c2d3e4f5")).ToArray(),

        // Bonjour's announcement: names spelled out once, NSEC for service and host.
        Bytes.Of(0x8400, answers: 2, additionals: 2).Name("Mac._ssh._tcp.local").Data(16, Flush, 4500, d => d.Raw(0))
            .Pointer(12).Data(33, Flush, 120, d => d.U16(0).U16(0).U16(22).Labels("Mac").Pointer(26))
            .Pointer(12).Data(47, Flush, 4500, d => d.Pointer(12).Hex("00050000800040"))
            .Pointer(50).Data(47, Flush, 120, d => d.Pointer(50).Hex("000440000008")).ToArray(),

        // A probe, as of python-zeroconf: ANY for the name, and what is proposed as authority.
        Bytes.Of(0, questions: 1, authorities: 1).Name("svc._http._tcp.local").U16(255).U16(In)
            .Pointer(12).Data(33, In, 120, d => d.U16(0).U16(0).U16(80).Name("svc.local")).ToArray(),

        // Its resolving query: four types of one service.
        Bytes.Of(0, questions: 4).Name("svc._http._tcp.local").U16(33).U16(In).Pointer(12).U16(16).U16(In)
            .Name("svc.local").U16(1).U16(In).Pointer(38).U16(28).U16(In).ToArray(),

        // A goodbye.
        Bytes.Of(0x8400, answers: 1).Name("_http._tcp.local").Data(12, In, 0, d => d.Labels("svc").Pointer(12)).ToArray(),

        // A legacy query (RFC 6762 section 6.7), and its answer.
        Bytes.Of(0x0100, questions: 1, id: 0x1234).Name("box.local").U16(1).U16(In).ToArray(),
        Bytes.Of(0x8400, questions: 1, answers: 1, id: 0x1234).Name("box.local").U16(1).U16(In)
            .Pointer(12).Data(1, In, 10, d => d.Raw(10, 0, 0, 7)).ToArray(),

        // CNAME, NS, and types that nobody here knows.
        Bytes.Of(0x8400, answers: 4).Name("alias.local").Data(5, In, 120, d => d.Labels("box").Pointer(18))
            .Pointer(12).Data(2, In, 120, d => d.Pointer(12))
            .Pointer(12).Data(64, In, 120, d => d.Hex("000100000100030268320a"))
            .Pointer(12).Data(257, 3, 120, d => d.Hex("c00c")).ToArray(),

        // NSEC with blocks of all numbers.
        Bytes.Of(0x8400, answers: 1).Name("a").Data(47, Flush, 120, d =>
        {
            d.Pointer(12);
            for (var block = 0; block < 256; block++)
            {
                d.Raw((byte)block, 2, 0x40, 0x01);
            }
        }).ToArray(),
    ];

    /// <summary>Of up to 9,000 bytes; each is as many objects, or as many bytes of names, as a packet can become.</summary>
    public static IReadOnlyList<byte[]> Costly { get; } =
    [
        Bytes.Of(0x8400, answers: 1).Name("a").Data(16, In, 120, d => d.Raw(new byte[8975])).ToArray(),
        Repeat(512, p => p.Pointer(12).Data(12, In, 120, d => d.Pointer(12)), "a.local"),
        Repeat(125, p => p.Pointer(12).Data(12, In, 120, d => d.Pointer(12)), Labels(61, 4)),
        Repeat(400, p => p.Pointer(12).Data(12, In, 120, d => d.Pointer(12)), Labels(62, 4)),
        Repeat(512, p => p.Pointer(12).Data(13, In, 120, _ => { }), Labels(1, 40)),
        Repeat(180, p => p.Pointer(12).Data(47, In, 120, d => d.Pointer(12).U16(32).Hex(new string('f', 64))), "a"),
        Repeat(512, p => p.Raw(0).Data(4711, In, 120, _ => { }), "a"),
    ];

    private static string Labels(int size, int count) => string.Join('.', Enumerable.Repeat(new string('a', size), count));

    private static byte[] Repeat(int count, Action<Bytes> record, string name)
    {
        var packet = Bytes.Of(0x8400, answers: count).Name(name).Data(13, In, 120, _ => { });
        for (var i = 1; i < count; i++)
        {
            record(packet);
        }

        return packet.ToArray();
    }
}
