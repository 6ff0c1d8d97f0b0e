using System.Net;
using System.Net.Sockets;
using Meshara.Actors.Transport;
using Meshara.Core.Peers;

namespace Meshara.Hostile.Attacks;

/// <summary>Many at once, from one host.</summary>
internal static class Crowds
{
    /// <summary>So many at a time: enough to find every place of the victim's taken, and no load test of this machine.</summary>
    private const int AtOnce = 32;

    public static IEnumerable<Attack> All =>
    [
        new("connects", "opens --count sockets (100,000) and says nothing", ConnectsAsync),
        new("identities", "makes --count identities (100,000), and has each of them want a place and keep it", IdentitiesAsync),
    ];

    private static async Task<Report> ConnectsAsync(Field field)
    {
        var victim = ((PeerAddress.Ip)field.Victim).EndPoint;
        var open = new Queue<Socket>();
        var sent = 0;
        for (; sent < field.Count; sent++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(victim).WaitAsync(Field.Patience);
            open.Enqueue(socket);

            // As many as a process may hold; the oldest are let go.
            if (open.Count > 800)
            {
                open.Dequeue().Dispose();
            }
        }

        while (open.TryDequeue(out var socket))
        {
            socket.Dispose();
        }

        return new Report("connects", "") { Sent = sent };
    }

    private static async Task<Report> IdentitiesAsync(Field field)
    {
        var (letIn, first) = (0, $"{Id(field, 0)}");
        var (staying, goodbyes) = (new List<Attacker>(), new List<string>());
        for (var from = 0; from < field.Count; from += AtOnce)
        {
            var knocking = Enumerable.Range(from, Math.Min(AtOnce, field.Count - from)).Select(n => TryAsync(field, n));
            foreach (var (attacker, refusal) in await Task.WhenAll(knocking))
            {
                letIn += attacker is { IsLetIn: true } ? 1 : 0;
                if (attacker is not null)
                {
                    staying.Add(attacker);
                }
                else
                {
                    goodbyes.Add(refusal!);
                }
            }
        }

        var over = staying.All(a => a.IsOver);
        goodbyes.AddRange(staying.Select(a => a.Goodbye?.Name()).OfType<string>());
        foreach (var attacker in staying)
        {
            await attacker.DisposeAsync();
        }

        var usual = goodbyes.GroupBy(g => g).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key;
        return new Report("identities", first) { Sent = field.Count, LetIn = letIn, Goodbye = usual, Ended = over };
    }

    private static async Task<(Attacker? Attacker, string? Refusal)> TryAsync(Field field, int n)
    {
        try
        {
            return (await Attacker.KnockAsync(field, n), null);
        }
        catch (TransportException e)
        {
            return (null, e.Reason.Name());
        }
    }

    private static Core.Identity.NodeId Id(Field field, int n)
    {
        using var identity = field.Identity(n);
        return identity.Id;
    }
}
