using System.Net;
using Meshara.Mdns.Dns;

namespace Meshara.Mdns.Engine;

/// <summary>
/// Answers the questions of others on one link (RFC 6762 section 6): what is asked, once, after the right wait, and not what the one
/// who asks knows already.
/// </summary>
/// <param name="multicast">Sends to the link.</param>
/// <param name="unicast">Sends to one host.</param>
internal sealed class Responder(Random random, Action<byte[]> multicast, Action<byte[], IPEndPoint> unicast)
{
    public const int Port = 5353;

    /// <summary>Queriers whose further known answers are awaited at one time, and how many of those from each.</summary>
    private const int MaxWaiting = 32, MaxKnown = 1024;

    private readonly Dictionary<ResourceRecord, TimeSpan> _pending = [];
    private readonly Dictionary<ResourceRecord, TimeSpan> _saidAt = [];
    private readonly List<Waiting> _waiting = [];

    /// <summary>Answers to single hosts; a source can be forged, and the answer is larger than the question.</summary>
    private readonly RateLimit _unicasts = new(perSecond: 20, burst: 40);

    /// <summary>When <see cref="OnDue"/> has something to say; null for never.</summary>
    public TimeSpan? Due => _pending.Values.Concat(_waiting.Select(w => w.Due)).Select(t => (TimeSpan?)t).DefaultIfEmpty(null).Min();

    public void OnQuery(DnsMessage query, IPEndPoint source, OwnRecords own, TimeSpan now)
    {
        if (source.Port != Port)
        {
            var answers = query.Questions.SelectMany(own.Answers).Distinct().ToList();
            if (answers.Count > 0 && _unicasts.TryTake(now))
            {
                unicast(Packets.LegacyResponse(query, answers, own.AdditionalsOf(answers)), source);
            }

            return;
        }

        var waiting = _waiting.Find(w => w.Source.Equals(source.Address));
        if (waiting is not null && query.Questions.IsEmpty)
        {
            waiting.Known.AddRange(query.Answers.Take(MaxKnown - waiting.Known.Count));
        }
        else if (query.IsTruncated)
        {
            if (_waiting.Count < MaxWaiting && query.Questions.Any(q => own.Answers(q).Any()))
            {
                var due = now + Timing.Between(Timing.ShortestTruncatedDelay, Timing.LongestTruncatedDelay, random);
                _waiting.Add(new Waiting(source.Address, query, [.. query.Answers.Take(MaxKnown)], due));
            }
        }
        else
        {
            Answer(query, query.Answers, source, own, delay: null, now);
        }
    }

    /// <summary>Another host has said one of our shared records, with no shorter life: it need not be said again (section 7.4).</summary>
    public void OnOthersAnswer(ResourceRecord record)
    {
        foreach (var same in _pending.Keys.Where(r => !r.CacheFlush && r.SameAs(record) && record.Ttl >= r.Ttl).ToList())
        {
            _pending.Remove(same);
        }
    }

    /// <summary>Something of ours was multicast for another reason.</summary>
    public void Said(IEnumerable<ResourceRecord> records, TimeSpan now)
    {
        foreach (var record in records)
        {
            _saidAt[record] = now;
            _pending.Remove(record);
        }
    }

    /// <summary>Our records are others now.</summary>
    public void Forget()
    {
        _pending.Clear();
        _saidAt.Clear();
        _waiting.Clear();
    }

    public void OnDue(OwnRecords own, TimeSpan now)
    {
        foreach (var complete in _waiting.FindAll(w => w.Due <= now))
        {
            _waiting.Remove(complete);
            Answer(complete.Query, complete.Known, new IPEndPoint(complete.Source, Port), own, delay: TimeSpan.Zero, now);
        }

        if (_pending.Values.Any(due => due <= now))
        {
            // What would be due within the longest wait goes along: one packet for several questions.
            var answers = _pending.Where(p => p.Value <= now + Timing.LongestDelay && MayBeSaid(p.Key, Timing.SameRecord, now))
                .Concat(_pending.Where(p => p.Value <= now)).Select(p => p.Key).Distinct().ToList();
            Said(answers, now);

            // What comes along is said to all as well, and so not more often than if it were asked for.
            var along = own.AdditionalsOf(answers).Where(r => MayBeSaid(r, Timing.SameRecord, now)).ToList();
            Said(along, now);
            Send(answers, along, multicast);
        }
    }

    private static void Send(IEnumerable<ResourceRecord> answers, IEnumerable<ResourceRecord> along, Action<byte[]> send)
    {
        foreach (var packet in Packets.Response(answers, along))
        {
            send(packet);
        }
    }

    private void Answer(
        DnsMessage query, IEnumerable<ResourceRecord> known, IPEndPoint source, OwnRecords own, TimeSpan? delay, TimeSpan now)
    {
        var knows = known.ToList();
        var single = new List<ResourceRecord>();
        var all = new Dictionary<ResourceRecord, TimeSpan>();
        foreach (var question in query.Questions)
        {
            var isProbe = own.IsUnique(question.Name) && query.Authorities.Any(r => r.Name.Equals(question.Name));

            // A probe is asked by somebody who wants the name, not by one who knows its records.
            var answers = own.Answers(question).Where(r => isProbe || !knows.Any(k => k.SameAs(r) && k.Ttl >= r.Ttl / 2)).ToList();

            // Said to all not long ago, it need be said to one alone now; otherwise the others' caches profit (section 5.4).
            var wasSaid = answers.Where(r => question.UnicastResponse && !isProbe
                && _saidAt.TryGetValue(r, out var at) && now - at < TimeSpan.FromSeconds(r.Ttl / 4.0)).ToList();
            single.AddRange(wasSaid.Except(single));
            foreach (var answer in answers.Except(wasSaid).Where(a => isProbe || !all.ContainsKey(a)))
            {
                all[answer] = isProbe ? Timing.ProbeInterval : Timing.SameRecord;
            }
        }

        if (single.Count > 0 && _unicasts.TryTake(now))
        {
            Send(single, own.AdditionalsOf(single), packet => unicast(packet, source));
        }

        // Nobody else can answer what is ours alone; for what many may answer, each waits a random time (section 6).
        var wait = delay ?? (all.Keys.All(r => r.CacheFlush) ? TimeSpan.Zero : Timing.Between(Timing.ShortestDelay, Timing.LongestDelay, random));
        foreach (var (record, least) in all)
        {
            var due = now + wait;
            due = MayBeSaid(record, least, due) ? due : _saidAt[record] + least;
            _pending[record] = _pending.TryGetValue(record, out var sooner) && sooner < due ? sooner : due;
        }
    }

    private bool MayBeSaid(ResourceRecord record, TimeSpan least, TimeSpan at) =>
        !_saidAt.TryGetValue(record, out var last) || at - last >= least;

    private sealed record Waiting(IPAddress Source, DnsMessage Query, List<ResourceRecord> Known, TimeSpan Due);
}
