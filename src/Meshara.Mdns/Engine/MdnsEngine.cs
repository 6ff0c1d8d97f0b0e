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
    private TimeSpan _longestInterval = longestInterval;
    private readonly Dictionary<IPAddress, RateLimit> _perSource = [];

    /// <summary>Who has been heard of has a share of its own: no flood of forged strangers keeps what is alive from being heard again.</summary>
    private readonly RateLimit _strangers = new(perSecond: 300, burst: 600), _known = new(perSecond: 300, burst: 600);
    private readonly Queue<TimeSpan> _conflicts = new();
    private TimeSpan _lastConflict;
    private readonly List<EngineOutput> _outputs = [];
    private ImmutableDictionary<DomainName, Sighting> _seen = ImmutableDictionary<DomainName, Sighting>.Empty;
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

    /// <summary>From now on no longer than that lies between two questions for instances.</summary>
    public void Pace(TimeSpan interval, TimeSpan now)
    {
        _longestInterval = interval;
        foreach (var link in _links.Values)
        {
            link.Pace(interval, now);
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
        var touched = new HashSet<DomainName>();
        foreach (var gone in _links.Keys.Except(interfaces.Select(i => i.Index)).ToList())
        {
            touched.UnionWith(_links[gone].Sightings.Keys);
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
                touched.UnionWith(link.TakeChanged());
            }
        }

        Compare(touched, LostBy.Interface);
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

        Compare(link.TakeChanged(), link.WhyLost);
    }

    /// <summary>Time has passed.</summary>
    public void Advance(TimeSpan now)
    {
        foreach (var link in _links.Values.Where(l => l.Due <= now).ToList())
        {
            link.OnDue(now);
            Compare(link.TakeChanged(), link.WhyLost);
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
        var link = new Link(at, _longestInterval, askForUnicast, random, (packet, to) => _outputs.Add(new EngineOutput.Send(at.Index, packet, to)));
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
        if (_conflicts.TryPeek(out _) && now - _lastConflict > Timing.ConflictMemory)
        {
            _conflicts.Clear();
        }

        // Slow from the fifteenth within ten seconds on, until it has been quiet for a while.
        _lastConflict = now;
        _conflicts.Enqueue(now);
        while (_conflicts.Count < Timing.ManyConflicts && now - _conflicts.Peek() > Timing.ConflictWindow)
        {
            _conflicts.Dequeue();
        }

        if (_conflicts.Count > Timing.ManyConflicts)
        {
            _conflicts.Dequeue();
        }

        var pause = _conflicts.Count >= Timing.ManyConflicts ? Timing.ConflictPause : TimeSpan.Zero;
        _service = _service!.Renamed();
        _outputs.Add(new EngineOutput.Renamed(_service));
        foreach (var link in _links.Values)
        {
            link.Publish(_service, now, pause);
        }
    }

    /// <summary>Tells what has changed of these instances.</summary>
    private void Compare(IEnumerable<DomainName> names, LostBy why)
    {
        foreach (var name in names.Where(n => !n.Equals(_service?.Name)))
        {
            Sighting? now = null;
            foreach (var link in _links.Values)
            {
                now = link.Sightings.TryGetValue(name, out var there) ? (now is null ? there : Join(now, there)) : now;
            }

            var before = _seen.GetValueOrDefault(name);
            _seen = now is null ? _seen.Remove(name) : _seen.SetItem(name, now);
            if (now is null && before is not null)
            {
                _outputs.Add(new EngineOutput.Lost(name, why));
            }
            else if (now is not null && before?.SaysTheSame(now) != true)
            {
                _outputs.Add(new EngineOutput.Found(now));
            }
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
