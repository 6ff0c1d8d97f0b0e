using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies;

/// <summary>A bounded list of all that were heard of, whoever told of them; when it is full, a newcomer takes the place of anybody.</summary>
internal sealed class HostList(Random random)
{
    public const int Size = 10_000;

    private readonly List<Host> _hosts = [];
    private readonly Dictionary<Host, int> _index = [];

    public int Count => _hosts.Count;

    public void Add(Host host)
    {
        if (_index.ContainsKey(host))
        {
            return;
        }

        if (_hosts.Count < Size)
        {
            _index[host] = _hosts.Count;
            _hosts.Add(host);
            return;
        }

        var at = random.Next(Size);
        _index.Remove(_hosts[at]);
        (_hosts[at], _index[host]) = (host, at);
    }

    public void Remove(Host host)
    {
        if (_index.Remove(host, out var at))
        {
            var last = _hosts[^1];
            _hosts.RemoveAt(_hosts.Count - 1);
            if (last != host)
            {
                (_hosts[at], _index[last]) = (last, at);
            }
        }
    }

    public Host? Pick() => _hosts.Count == 0 ? null : _hosts[random.Next(_hosts.Count)];
}
