using CsCheck;
using Google.Protobuf;
using Meshara.Actors.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Meshara.Core.Wire;
using Shouldly;
using Xunit;
using Commands = Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>Whatever is commanded, in whatever order: what is replayed is what was shown.</summary>
public sealed class PeerStoreReplayProperties
{
    private const int MaxKnown = 5;

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PublicKey[] Keys =
        [.. Enumerable.Range(1, 8).Select(n => PublicKey.FromBytes(Enumerable.Repeat((byte)n, 32).ToArray()))];

    private static readonly Gen<PublicKey> Key = Gen.Int[0, Keys.Length - 1].Select(i => Keys[i]);
    private static readonly Gen<NodeId> Id = Key.Select(NodeId.Of);
    private static readonly Gen<PeerAddress> Address = Gen.Int[1, 20].Select(n => PeerAddress.Parse($"192.0.2.1:{n}"));
    private static readonly Gen<ReputationCause> Cause = Gen.Enum<ReputationCause>();

    private static readonly Gen<Commands.ICommand> Command = Gen.Frequency<Commands.ICommand>(
        (4, Gen.Select(Key, Gen.Bool, Address, Gen.Bool, (k, m, a, p) =>
            (Commands.ICommand)new Commands.Learn(0, k, m ? PeerSource.Manual : PeerSource.Inbound, m, p ? a : null))),
        (1, Gen.Select(Id, Gen.Int[1, 600], (p, s) => (Commands.ICommand)new Commands.Remove(0, p, Noon.AddSeconds(s)))),
        (1, Gen.Select(Id, Cause, (p, c) => (Commands.ICommand)new Commands.Ban(0, p, c))),
        (1, Id.Select(p => (Commands.ICommand)new Commands.Unban(0, p))),
        (1, Gen.Select(Id, Gen.Int[1, 600], (p, s) => (Commands.ICommand)new Commands.Ban(0, p, ReputationCause.Operator, Noon.AddSeconds(s), "spam"))),
        (6, Gen.Select(Id, Address, Gen.Bool, (p, a, f) => (Commands.ICommand)new Commands.DialEnded(p, a, f ? Reason.Refused : null))),
        (8, Gen.Select(Id, Address, (p, a) => (Commands.ICommand)new Commands.AddressHeard(p, a))),
        (6, Gen.Select(Key, Gen.Int[1, 50], Address.Array[1, 10], Id, (k, n, a, t) => (Commands.ICommand)new Commands.RecordSeen(RecordOf(k, n, a), [.. a], t))),
        (1, Id.Select(p => (Commands.ICommand)new Commands.Forget(p))),
        (4, Gen.Select(Id, Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Int[0, 600], (p, s, r, t) =>
            (Commands.ICommand)new Commands.Traffic(p, s, r, t < 300 ? null : Noon.AddSeconds(t)))),
        (4, Gen.Select(Id, Cause, Gen.Int[1, 100], (p, c, n) => (Commands.ICommand)new Commands.Judge(p, c, n))));

    /// <summary>A command after some seconds; sometimes drift is flushed before it.</summary>
    private static readonly Gen<(Commands.ICommand Command, int Seconds, bool Flush)[]> History =
        Gen.Select(Command, Gen.Int[0, 1200], Gen.Bool).Array[0, 120];

    [Fact]
    public void What_is_replayed_after_coalescing_is_what_was_shown() => History.Sample(history =>
    {
        var (live, journal) = Run(history);
        var replayed = journal.Aggregate(StoredPeers.Empty, (book, e) => book.Apply(e));
        replayed.ToStored().ShouldBe(live.ToStored());
        replayed.Pins.OrderBy(p => p.Key.ToString()).ShouldBe(live.Pins.OrderBy(p => p.Key.ToString()));
    });

    [Fact]
    public void Every_event_and_every_book_comes_back_from_its_bytes_as_it_went() => History.Sample(history =>
    {
        var serializer = new PeerStoreSerializer(null!);
        var (live, journal) = Run(history);
        foreach (var e in journal)
        {
            var back = (IPeerStoreEvent)serializer.FromBinary(serializer.ToBinary(e), serializer.Manifest(e));
            back.ToStored().ShouldBe(e.ToStored());
            (back is PeerStoreEvents.RecordLearned ? e : back).ShouldBe(e);
        }

        var read = (StoredPeers)serializer.FromBinary(serializer.ToBinary(live), serializer.Manifest(live));
        read.ToStored().ToByteArray().ShouldBe(live.ToStored().ToByteArray());
        read.Pins.OrderBy(p => p.Key.ToString()).ShouldBe(live.Pins.OrderBy(p => p.Key.ToString()));
    });

    [Fact]
    public void The_book_stays_within_its_bounds_and_no_address_is_pinned_twice() => History.Sample(history =>
    {
        var (live, _) = Run(history);
        live.Peers.Values.ShouldAllBe(p => p.Addresses.Length <= KnownPeer.MaxAddresses);
        live.Peers.Values.Count(p => !p.Manual).ShouldBeLessThanOrEqualTo(MaxKnown);
        var proven = live.Peers.Values.SelectMany(p => p.Addresses.Where(a => a.Proven).Select(a => (a.Address, p.Id))).ToList();
        proven.Select(p => p.Address).ShouldBeUnique();
        proven.ShouldAllBe(p => live.HolderOf(p.Address) == p.Id);
        live.Index.All.SelectMany(c => c.Peers.Select(p => (c.Address, p)))
            .ShouldBe(live.Peers.Values.SelectMany(p => p.Addresses.Select(a => (a.Address, p.Id))), ignoreOrder: true);
    });

    private static NodeId PeerOf(Commands.ICommand command) =>
        command is Commands.RecordSeen seen ? seen.Record.Peer : ((Commands.AddressHeard)command).Peer;

    private static SignedRecord RecordOf(PublicKey key, int sequence, PeerAddress[] addresses)
    {
        var body = new PeerRecordBody { PublicKey = ByteString.CopyFrom(key.ToByteArray()), Sequence = (ulong)sequence };
        body.Addresses.AddRange(addresses.Take(8).Select(a => a.ToWire()));
        var bytes = new SignedPeerRecord { Record = body.ToByteString() }.ToByteArray();
        return SignedRecord.TryRead(bytes, out var record) ? record : throw new InvalidOperationException();
    }

    /// <summary>
    /// The actor's way with events, without the actor: drift is shown at once, and stands in the journal before what is durable.
    /// </summary>
    private static (StoredPeers Live, List<IPeerStoreEvent> Journal) Run((Commands.ICommand Command, int Seconds, bool Flush)[] history)
    {
        var decisions = new PeerStoreDecisions(new ReputationPolicy(), MaxKnown);
        var drift = new Drift();
        var live = StoredPeers.Empty;
        var journal = new List<IPeerStoreEvent>();
        var now = Noon;
        foreach (var (command, seconds, flush) in history)
        {
            now = now.AddSeconds(seconds);
            if (command is Commands.IDurable || flush)
            {
                journal.AddRange(drift.Drain());
            }

            if (command is Commands.IDurable durable)
            {
                var events = decisions.Decide(live, durable, now).Events;
                journal.AddRange(events);
                live = events.Aggregate(live, (book, e) => book.Apply(e));
            }
            else if (command is not (Commands.AddressHeard or Commands.RecordSeen) || drift.TakesAddressOf(PeerOf(command)))
            {
                foreach (var e in decisions.DecideDrift(live, command, now))
                {
                    live = live.Apply(e);
                    drift.Add(e);
                }
            }
        }

        journal.AddRange(drift.Drain());
        return (live, journal);
    }
}
