using Google.Protobuf;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Envelope = Meshara.Core.Wire.Envelope;

namespace Meshara.Hostile.Attacks;

/// <summary>Lies about peers: what is answered when the victim asks whom one knows, and what it is told unasked.</summary>
internal static class PeerLists
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(8);

    public static IEnumerable<Attack> All =>
    [
        Answer("forged-records", "answers with records whose signatures are broken", f => Many(64, n => Forged(f.Record(n)))),
        Answer("expired-records", "answers with records of last week", f => Many(64, n => f.Record(n, Week))),
        Answer("future-records", "answers with records that nothing could replace", f => Many(64, n => f.Record(n, -Week))),
        Answer("other-network-records", "answers with nodes of another network", f => Many(64, n => f.Record(n, network: "elsewhere"))),
        Answer("useless-addresses", "answers with multicast, link-local and the victim's own address", f => Many(63, n => f.Record(n, addresses: Useless(f)))),
        Answer("loopback-records", "answers with addresses of the victim's own machine", f => Many(64, n => f.Record(n, addresses: Field.MadeUp(n)))),
        Answer("replayed-records", "answers with a new record, then with older ones of the same node", f =>
            [f.Record(1, addresses: Field.MadeUp(1)), .. Many(63, n => f.Record(1, TimeSpan.FromHours(n), addresses: Field.MadeUp(n + 1)))]),
        Answer("oversized-list", "answers with one record more than may be", f => Many(65, n => f.Record(n))),
        Answer("oversized-records", "answers with records over their limit", _ => Many(2, _ => new byte[2000])),
        new("unsolicited-list", "tells of peers unasked", f => SingleAsync("unsolicited-list", f, asked: false, [List(Many(64, n => f.Record(n)))])),
        new("made-up-addresses", "tells of made-up nodes, --count addresses (100,000), asked once and then unasked", f =>
            SingleAsync("made-up-addresses", f, asked: true, Made(f))),
    ];

    /// <summary>Waits for the question if it must, says these one after the other, and sees what comes of it.</summary>
    public static async Task<Report> SingleAsync(string name, Field field, bool asked, IEnumerable<Envelope> frames)
    {
        await using var attacker = await Attacker.KnockAsync(field, 0);
        if (asked)
        {
            await attacker.AskedAsync();
        }

        foreach (var frame in frames)
        {
            if (!await attacker.SayAsync(frame))
            {
                break;
            }
        }

        await attacker.SettleAsync();
        return new Report(name, $"{attacker.Id}")
        {
            Sent = attacker.Sent, LetIn = attacker.IsLetIn ? 1 : 0, Told = attacker.Told, Goodbye = attacker.Goodbye?.Name(), Ended = attacker.IsOver,
        };
    }

    private static Attack Answer(string name, string what, Func<Field, IEnumerable<byte[]>> records) =>
        new(name, what, field => SingleAsync(name, field, asked: true, [List(records(field))]));

    private static IEnumerable<byte[]> Many(int count, Func<int, byte[]> record) => Enumerable.Range(1, count).Select(record);

    private static Envelope List(IEnumerable<byte[]> records)
    {
        var peers = new Core.Wire.Peers();
        peers.Records.AddRange(records.Select(r => ByteString.CopyFrom(r)));
        return new Envelope { Peers = peers };
    }

    /// <summary>Lists of 64 nodes with 8 addresses each.</summary>
    private static IEnumerable<Envelope> Made(Field field)
    {
        for (var at = 0; at < field.Count; at += 64 * 8)
        {
            var first = at;
            yield return List(Many(64, n => field.Record((first / 8) + n, addresses: Enumerable.Range(0, 8).Select(a => Field.MadeUp(first + (8 * n) + a)))));
        }
    }

    private static byte[] Forged(byte[] record)
    {
        record[^1] ^= 1;
        return record;
    }

    private static PeerAddress[] Useless(Field field) =>
        [PeerAddress.Parse("224.0.0.251:5353"), PeerAddress.Parse("169.254.1.1:7373"), PeerAddress.Parse("[ff02::fb]:5353"), field.Victim];
}
