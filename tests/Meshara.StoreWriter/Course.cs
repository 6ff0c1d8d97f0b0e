using Meshara.Core.Identity;
using Meshara.Core.Peers;
using static Meshara.Actors.Store.PeerStoreProtocol;
using Ban = Meshara.Actors.Store.PeerStoreProtocol.Ban;

namespace Meshara.StoreWriter;

/// <summary>
/// What the writer does, which follows from a number alone: four commands for each peer, one peer after the other. It is learned and pinned,
/// banned, unbanned, and removed; so from what is known of a peer follows how far its course has come.
/// </summary>
internal static class Course
{
    public const int Steps = 4;

    private static readonly DateTimeOffset Far = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static NodeId Node { get; } = IdOf(-1);

    public static IDurable Command(int n)
    {
        var peer = n / Steps;
        return (n % Steps) switch
        {
            0 => new Learn(n, KeyOf(peer), PeerSource.Manual, Manual: true, AddressOf(peer)),
            1 => new Ban(n, IdOf(peer), ReputationCause.Operator, Far),
            2 => new Unban(n, IdOf(peer)),
            _ => new Remove(n, IdOf(peer), Far),
        };
    }

    public static ICommand Drift(int n) => new Judge(IdOf(n / Steps), ReputationCause.Timeout);

    /// <summary>How many steps of its course the peer has behind it; -1 where what is known of it belongs to none.</summary>
    public static int StepsOf(KnownPeer? peer) => peer switch
    {
        null => 0,
        { Manual: true, Ban: null, Addresses.Length: 1, RemovedUntil: null } => peer.History.Entries.Any(e => e.Step == ReputationStep.Unbanned) ? 3 : 1,
        { Manual: true, Ban.Until: var until, Addresses.Length: 1 } when until == Far => 2,
        { Manual: false, Ban: null, Addresses.IsEmpty: true, RemovedUntil: { } until } when until == Far => 4,
        _ => -1,
    };

    public static NodeId IdOf(int peer) => NodeId.Of(KeyOf(peer));

    private static PublicKey KeyOf(int peer) => PublicKey.FromBytes([.. BitConverter.GetBytes(peer), .. new byte[28]]);

    private static PeerAddress AddressOf(int peer) => PeerAddress.Parse($"10.{peer >> 16}.{(peer >> 8) & 255}.{peer & 255}:7373");
}
