namespace Meshara.Simulation.Eclipse.Model;

/// <summary>The attacker's hosts, which one dials next, and what they tell.</summary>
internal sealed class Attacker
{
    /// <summary>Beyond the numbers of the honest hosts.</summary>
    private const int FirstNumber = 1_000_000;

    private const int FirstMadeUp = 100_000_000;

    private readonly Attack _attack;
    private readonly Random _random;
    private readonly int[] _groups;
    private readonly int[] _blocks;
    private readonly Host?[] _hosts;
    private readonly List<Host> _identities = [];
    private int _turn;
    private int _madeUp;

    public Attacker(Attack attack, int seed)
    {
        (_attack, _random) = (attack, Chance.Stream(seed, 4));
        var space = Math.Max(AddressSpace.V4Groups, attack.Groups);
        _groups = [.. Enumerable.Range(0, space)];
        for (var i = 0; i < attack.Groups; i++)
        {
            var other = _random.Next(i, space);
            (_groups[i], _groups[other]) = (_groups[other], _groups[i]);
        }

        _blocks = [.. Enumerable.Range(0, attack.Groups).Select(_ => _random.Next(256))];
        _hosts = new Host?[attack.Addresses];
        _turn = _random.Next(attack.Addresses);
    }

    /// <summary>Whose turn it is to dial; null if all of them are connected.</summary>
    public Host? Next(Func<Host, bool> isLinked)
    {
        if (_attack.HasManyIdentities)
        {
            return NewIdentity();
        }

        // A step that shares no factor with the number of addresses visits all of them, and neighbours far apart.
        for (var tries = 0; tries < Math.Min(_attack.Addresses, 256); tries++)
        {
            _turn = (_turn + StepOf(_attack.Addresses)) % _attack.Addresses;
            if (HostAt(_turn) is var host && !isLinked(host))
            {
                return host;
            }
        }

        return null;
    }

    /// <summary>Half of it are its own, half are made up, to fill what the victim remembers (the "trash" of Heilman et al.).</summary>
    public IReadOnlyList<Host> Tells(int count) =>
        [.. Enumerable.Range(0, count).Select(n => n % 2 == 0 ? OneOfMine() : MadeUp()).Distinct()];

    private static int StepOf(int addresses)
    {
        var step = Math.Max(1, (int)(addresses * 0.618));
        while (System.Numerics.BigInteger.GreatestCommonDivisor(step, addresses) != 1)
        {
            step++;
        }

        return step;
    }

    private Host OneOfMine() => !_attack.HasManyIdentities ? HostAt(_random.Next(_attack.Addresses))
        : _identities.Count > 0 && _random.Next(2) == 0 ? _identities[_random.Next(_identities.Count)] : NewIdentity();

    private Host HostAt(int index) => _hosts[index] ??= Make(index, FirstNumber + index);

    private Host NewIdentity()
    {
        var host = Make(_random.Next(_attack.Addresses), FirstNumber + _identities.Count);
        _identities.Add(host);
        return host;
    }

    private Host Make(int index, int number)
    {
        var group = index / _attack.PerGroup;
        var address = AddressSpace.AddressOf(_groups[group], (_blocks[group] << 8) + (_attack.PerGroup == 1 ? 1 : index % _attack.PerGroup));
        return new Host(number, FirstNumber + index, _groups[group], address, Side.Hostile);
    }

    private Host MadeUp()
    {
        var group = _random.Next(AddressSpace.V4Groups);
        var number = FirstMadeUp + _madeUp++;
        return new Host(number, number, group, AddressSpace.AddressOf(group, _random.Next(1, 0xffff)), Side.Nobody);
    }
}
