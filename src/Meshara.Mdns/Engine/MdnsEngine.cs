using System.Collections.Immutable;
using System.Net;
using Meshara.Mdns.Dns;
using Meshara.Mdns.Sockets;

namespace Meshara.Mdns.Engine;

/// <summary>
/// Multicast DNS (RFC 6762) and DNS service discovery (RFC 6763) for one published service and one type that is looked for, on all
/// interfaces of a host. A state machine: time, packets and interfaces go in; packets and sightings come out. Not thread-safe.
/// </summary>
/// <param name="longestInterval">Between two questions for instances; they begin a second apart and double up to this.</param>
/// <param name="askForUnicast">
/// Whether first questions and probes ask for unicast answers (RFC 6762 section 5.4). Those reach only one of the programs that share the
/// port, so this is for hosts without another responder.
/// </param>
internal sealed class MdnsEngine(TimeSpan longestInterval, Random random, bool askForUnicast = false)
{
    /// <summary>Sources whose packets are counted one by one; the rest share what is left.</summary>
    private const int MaxSources = 256;

    private readonly Dictionary<int, Link> _links = [];
    private readonly Dictionary<IPAddress, RateLimit> _perSource = [];

    /// <summary>Who has been heard of has a share of its own: no flood of forged strangers keeps what is alive from being heard again.</summary>
    private readonly RateLimit _strangers = new(perSecond: 500, burst: 1000), _known = new(perSecond: 500, burst: 1000);
    private readonly Queue<TimeSpan> _conflicts = new();
    private readonly List<EngineOutput> _outputs = [];
    private ImmutableDictionary<DomainName, Sighting> _seen = ImmutableDictionary<DomainName, Sighting>.Empty;
    private bool _isSlow;
    private (DomainName? Name, List<ImmutableDictionary<DomainName, Sighting>> Links) _compared = (null, []);
    private Service? _service;
    private DomainName? _type;

    /// <summary>Packets that were no mDNS message, by what was wrong with them; and (None) those over the limit.</summary>
    public IReadOnlyDictionary<Malformed, long> Refused => _refused;

    private readonly Dictionary<Malformed, long> _refused = [];

    /// <summary>When <see cref="Advance"/> is to be called; null for never.</summary>
    public TimeSpan? Due => _links.Values.Select(l => l.Due).Min();

    /// <summary>What is seen now.</summary>
    public IEnumerable<Sighting> Sightings => _seen.Values;

    /// <summary>How many records of others are remembered on all links, and their bytes.</summary>
    public (int Records, int Bytes) Load => (_links.Values.Sum(l => l.Load.Records), _links.Values.Sum(l => l.Load.Bytes));

    /// <summary>The service as it is published, perhaps under another name than was wished.</summary>
    public Service? Service => _service;

    /// <summary>Publishes, instead of what was published before.</summary>
    public void Publish(Service service, TimeSpan now)
    {
        Unpublish();
        _service = service;
        foreach (var link in _links.Values)
        {
            link.Publish(service, now, TimeSpan.Zero);
        }
    }

    /// <summary>Says goodbye.</summary>
    public void Unpublish()
    {
        _service = null;
        foreach (var link in _links.Values)
        {
            link.SayGoodbye();
        }
    }

    /// <summary>Looks for instances of a type from now on.</summary>
    public void Browse(DomainName type, TimeSpan now)
    {
        _type = type;
        foreach (var link in _links.Values)
        {
            link.Browse(type, now);
        }
    }

    /// <summary>These are the interfaces from now on.</summary>
    public void Use(IReadOnlyCollection<MdnsInterface> interfaces, TimeSpan now)
    {
        foreach (var gone in _links.Keys.Except(interfaces.Select(i => i.Index)).ToList())
        {
            _links.Remove(gone);
        }

        foreach (var at in interfaces)
        {
            if (!_links.TryGetValue(at.Index, out var link))
            {
                Begin(at, now);
            }
            else if (!link.Interface.Equals(at))
            {
                link.Change(at, _service, now);
            }
        }

        Compare(LostBy.Interface);
    }

    /// <summary>A packet came in.</summary>
    public void Hear(Datagram packet, TimeSpan now)
    {
        if (!_links.TryGetValue(packet.InterfaceIndex, out var link))
        {
            return;
        }

        if (!MayCost(link, packet.Source.Address, now))
        {
            _refused[Malformed.None] = _refused.GetValueOrDefault(Malformed.None) + 1;
            return;
        }

        var malformed = MessageReader.TryRead(packet.Bytes.Span, out var message);
        if (message is null)
        {
            _refused[malformed] = _refused.GetValueOrDefault(malformed) + 1;
            return;
        }

        if (!packet.ToMulticast && !message.IsResponse)
        {
            // Who asks this host alone is answered alone, and the others have not heard the question (RFC 6762 section 5.5).
            message = message with { Questions = [.. message.Questions.Select(q => q with { UnicastResponse = true })] };
        }

        if (link.Hear(message, packet.Source, packet.ToMulticast, r => _links.Values.Any(l => l.Publishes(r)), now))
        {
            Rename(now);
        }

        Compare(link.WhyLost);
    }

    /// <summary>Time has passed.</summary>
    public void Advance(TimeSpan now)
    {
        foreach (var link in _links.Values.Where(l => l.Due <= now).ToList())
        {
            link.OnDue(now);
            Compare(link.WhyLost);
        }
    }

    /// <summary>An instance could not be reached where it was said to be.</summary>
    public void Verify(DomainName name, TimeSpan now)
    {
        foreach (var link in _links.Values)
        {
            link.Verify(name, now);
        }
    }

    /// <summary>What is to be done and told, in order.</summary>
    public IReadOnlyList<EngineOutput> TakeOutputs()
    {
        var outputs = _outputs.ToList();
        _outputs.Clear();
        return outputs;
    }

    private void Begin(MdnsInterface at, TimeSpan now)
    {
        var link = new Link(at, longestInterval, askForUnicast, random, (packet, to) => _outputs.Add(new EngineOutput.Send(at.Index, packet, to)));
        _links.Add(at.Index, link);
        if (_service is { } service)
        {
            link.Publish(service, now, TimeSpan.Zero);
        }

        if (_type is { } type)
        {
            link.Browse(type, now);
        }
    }

    /// <summary>The name has to be the same on all links, so all begin again with the next one.</summary>
    private void Rename(TimeSpan now)
    {
        _conflicts.Enqueue(now);
        while (now - _conflicts.Peek() > Timing.ConflictWindow)
        {
            _conflicts.Dequeue();
        }

        // Once there were many it stays slow: each further try waits, until there is no conflict for a while (section 8.1).
        _isSlow = _conflicts.Count >= Timing.ManyConflicts || (_isSlow && _conflicts.Count > 1);
        var pause = _isSlow ? Timing.ConflictPause : TimeSpan.Zero;
        _service = _service!.Renamed();
        _outputs.Add(new EngineOutput.Renamed(_service));
        foreach (var link in _links.Values)
        {
            link.Publish(_service, now, pause);
        }
    }

    /// <summary>Tells what has changed since the last time.</summary>
    private void Compare(LostBy why)
    {
        var links = _links.Values.Select(l => l.Sightings).ToList();
        if (Equals(_compared.Name, _service?.Name) && _compared.Links.SequenceEqual(links, ReferenceEqualityComparer.Instance))
        {
            return;
        }

        _compared = (_service?.Name, links);
        var seen = ImmutableDictionary.CreateBuilder<DomainName, Sighting>();
        foreach (var sighting in _links.Values.SelectMany(l => l.Sightings.Values).Where(s => !s.Name.Equals(_service?.Name)))
        {
            seen[sighting.Name] = seen.TryGetValue(sighting.Name, out var other) ? Join(other, sighting) : sighting;
        }

        var before = _seen;
        _seen = seen.ToImmutable();
        foreach (var lost in before.Keys.Where(n => !_seen.ContainsKey(n)))
        {
            _outputs.Add(new EngineOutput.Lost(lost, why));
        }

        foreach (var sighting in _seen.Values.Where(s => !before.TryGetValue(s.Name, out var old) || !old.SaysTheSame(s)))
        {
            _outputs.Add(new EngineOutput.Found(sighting));
        }
    }

    private static Sighting Join(Sighting one, Sighting other) => one with
    {
        Addresses = [.. one.Addresses.Concat(other.Addresses).Distinct().Order(AddressOrder.Instance)],
        FirstSeen = one.FirstSeen < other.FirstSeen ? one.FirstSeen : other.FirstSeen,
        Expires = one.Expires > other.Expires ? one.Expires : other.Expires,
    };

    private bool MayCost(Link link, IPAddress source, TimeSpan now)
    {
        if (!_perSource.TryGetValue(source, out var limit))
        {
            if (_perSource.Count >= MaxSources)
            {
                // Begun anew: who floods is limited again at once, and all together are limited anyway.
                _perSource.Clear();
            }

            _perSource.Add(source, limit = new RateLimit(perSecond: 50, burst: 200));
        }

        return limit.TryTake(now) && (link.IsKnown(source) ? _known : _strangers).TryTake(now);
    }
}
