using Meshara.Simulation.Eclipse.Model;

namespace Meshara.Simulation.Eclipse.Policies.Bitcoin;

/// <summary>What is remembered of one address.</summary>
internal sealed class AddressInfo(Host host, int source)
{
    public Host Host { get; } = host;

    /// <summary>The group of who told of it first.</summary>
    public int Source { get; } = source;

    /// <summary>When it is said to have been there last.</summary>
    public DateTimeOffset Time { get; set; }

    public DateTimeOffset LastTry { get; set; }

    public DateTimeOffset LastSuccess { get; set; }

    public int Attempts { get; set; }

    public bool IsTried { get; set; }

    /// <summary>In how many places of the new table it is.</summary>
    public int References { get; set; }

    /// <summary>Not worth its place: never there in a month, after three tries, or in a week and ten tries.</summary>
    public bool IsTerrible(DateTimeOffset now)
    {
        if (now - LastTry <= TimeSpan.FromMinutes(1))
        {
            return false;
        }

        return now - Time > TimeSpan.FromDays(30)
            || (LastSuccess == default && Attempts >= 3)
            || (now - LastSuccess > TimeSpan.FromDays(7) && Attempts >= 10);
    }
}

/// <summary>An address manager of Bitcoin Core, of either generation.</summary>
internal interface IAddressManager
{
    int NewCount { get; }

    int TriedCount { get; }

    /// <summary>Somebody of that group told of an address.</summary>
    void Add(Host host, int source, DateTimeOffset saidToBeThere, DateTimeOffset now);

    /// <summary>It was connected.</summary>
    void Good(Host host, DateTimeOffset now);

    /// <summary>It is being dialled.</summary>
    void Attempt(Host host, DateTimeOffset now);

    /// <param name="outbound">How many connections the node has dialled so far.</param>
    AddressInfo? Select(int outbound, DateTimeOffset now, bool newOnly = false);
}
