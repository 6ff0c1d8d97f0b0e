using System.Net;
using Meshara.Actors;
using Meshara.Core.Peers;
using Meshara.Simulation.Time;

namespace Meshara.Simulation.Fleet;

/// <summary>What runs the nodes of a fleet on virtual time: whole actors, or their decisions alone.</summary>
internal interface IEngine
{
    string Name { get; }

    VirtualTime Time { get; }

    /// <summary>Starts a node with what its disk holds.</summary>
    void Start(Member member, IReadOnlyList<PeerTarget> bootstrap);

    void End(Member member, Ending how);

    void Move(Member member, IPAddress to);

    /// <summary>A person asks something of a node; <paramref name="answer"/> is called when it has answered.</summary>
    void Ask(Member member, object question, Action<object> answer);

    /// <summary>All that is ready happens.</summary>
    void Settle();
}

/// <summary>What an engine tells of.</summary>
internal interface IWitness
{
    void On(Member member, MeshEvent happened);

    /// <summary>An actor has failed, or says that something is wrong which no network can cause: a bug.</summary>
    void Failed(string what);

    void Dialled(Member member);

    /// <summary>Something arrived; who has moved meanwhile is nobody.</summary>
    void Arrived(Member? from, Member? to, int messages, int bytes);

    /// <summary>Whether a packet from the one gets to the other now.</summary>
    bool Reaches(Member from, Member to);

    /// <summary>Who has that address now.</summary>
    Member? At(IPAddress host);
}
