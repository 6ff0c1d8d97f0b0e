using CsCheck;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Core.Tests.Peers;

public sealed class AddressBookTests
{
    private static readonly byte[] Secret = [1, 2, 3];

    [Fact]
    public void A_hundred_thousand_made_up_addresses_of_one_source_fill_no_more_than_its_share()
    {
        var book = new AddressBook(Secret);
        for (var n = 0; n < 100_000; n++)
        {
            book.Hear(Entry(n, AddressOf(n), "5.5.0.0/16"), _ => false);
        }

        book.NewCount.ShouldBeInRange(400, AddressBook.NewBucketsPerSource * AddressBook.BucketSize);
        Enumerable.Range(200_000, 200).Count(n => book.Hear(Entry(n, AddressOf(n), $"6.{n % 100}.0.0/16"), _ => false).Taken).ShouldBeGreaterThan(150);
    }

    [Fact]
    public void Ten_thousand_identities_at_one_address_have_one_place_of_each_source()
    {
        var book = new AddressBook(Secret);
        for (var n = 0; n < 10_000; n++)
        {
            book.Hear(Entry(n, AddressOf(1), "5.5.0.0/16"), _ => false);
            book.Prove(IdOf(n), AddressOf(1));
        }

        book.NewCount.ShouldBe(1);
        book.TriedCount.ShouldBe(1);
    }

    [Fact]
    public void A_network_group_has_a_bounded_part_of_the_tried_table()
    {
        var book = new AddressBook(Secret);
        for (var n = 0; n < 5_000; n++)
        {
            book.Prove(IdOf(n), PeerAddress.Parse($"5.5.{n / 200}.{n % 200}:7373"));
        }

        book.TriedCount.ShouldBeLessThanOrEqualTo(AddressBook.TriedBucketsPerGroup * AddressBook.BucketSize);
    }

    [Fact]
    public void A_proven_newcomer_displaces_nobody_who_still_answers()
    {
        var (book, old, newcomer) = Collision();

        book.ToTest.ShouldHaveSingleItem().Peer.ShouldBe(old.Peer);
        book.IsTried(newcomer.Peer).ShouldBeFalse();
        book.Tested(old.Peer, answered: true);

        (book.IsTried(old.Peer), book.IsTried(newcomer.Peer)).ShouldBe((true, false));
        book.ToTest.ShouldBeEmpty();
    }

    [Fact]
    public void A_proven_newcomer_takes_the_place_of_one_who_does_not_answer_and_that_one_is_not_forgotten()
    {
        var (book, old, newcomer) = Collision();

        book.Tested(old.Peer, answered: false);

        (book.IsTried(old.Peer), book.IsTried(newcomer.Peer)).ShouldBe((false, true));
        book.IsNew(old.Peer).ShouldBeTrue();
    }

    [Fact]
    public void Who_is_forgotten_while_it_waits_for_a_place_does_not_come_back_into_it()
    {
        var (book, old, newcomer) = Collision();

        book.Remove(newcomer.Peer);
        book.ToTest.ShouldBeEmpty();
        book.Tested(old.Peer, answered: false);

        (book.IsTried(old.Peer), book.IsTried(newcomer.Peer)).ShouldBe((true, false));
    }

    [Fact]
    public void A_tried_peer_whose_new_address_leads_to_a_taken_place_keeps_its_old_one()
    {
        var (book, old, _) = Collision();
        var other = IdOf(1_000_000);
        book.Prove(other, PeerAddress.Parse("200.1.1.1:1"));
        book.IsTried(other).ShouldBeTrue();

        book.Prove(other, old.Address);

        (book.IsTried(old.Peer), book.IsTried(other)).ShouldBe((true, true));
    }

    [Fact]
    public void Hearsay_takes_only_the_place_of_one_who_is_of_no_use()
    {
        var book = new AddressBook(Secret);
        var n = 0;
        while (book.Hear(Entry(n, AddressOf(n), "s"), _ => false).Taken)
        {
            n++;
        }

        var heard = book.Hear(Entry(n, AddressOf(n), "s"), _ => true);
        heard.Taken.ShouldBeTrue();
        book.IsNew(heard.Displaced.ShouldNotBeNull()).ShouldBeFalse();
    }

    [Fact]
    public void A_flooded_range_is_not_picked_more_often_than_its_buckets_say()
    {
        var book = new AddressBook(Secret);
        for (var n = 0; n < 20_000; n++)
        {
            book.Hear(Entry(n, AddressOf(n), "flood"), _ => false);
        }

        for (var n = 0; n < 200; n++)
        {
            book.Hear(Entry(100_000 + n, PeerAddress.Parse($"9.{n}.1.1:1"), $"9.{n}.0.0/16"), _ => false);
        }

        var random = new Random(1);
        var honest = Enumerable.Range(0, 2000).Count(_ => book.Pick(random)!.Source != "flood");
        honest.ShouldBeGreaterThan(1500);
    }

    [Fact]
    public void Whatever_happens_the_tables_hold_each_peer_once_and_stay_within_their_bounds() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[0, 30], Gen.Int[0, 3]).Array[0, 300].Sample(steps =>
        {
            var book = new AddressBook(Secret);
            var random = new Random(3);
            foreach (var (what, peer, address, source) in steps)
            {
                switch (what)
                {
                    case 0: book.Hear(Entry(peer, AddressOf(address), $"s{source}"), p => p == IdOf(source)); break;
                    case 1: book.Prove(IdOf(peer), AddressOf(address)); break;
                    case 2: book.Tested(IdOf(peer), source > 1); break;
                    default: book.Remove(IdOf(peer)); break;
                }

                if (what == 3)
                {
                    (book.IsNew(IdOf(peer)) || book.IsTried(IdOf(peer))).ShouldBeFalse();
                }

                (book.IsNew(IdOf(peer)) && book.IsTried(IdOf(peer))).ShouldBeFalse();
            }

            var ids = Enumerable.Range(0, 61).Select(IdOf).ToList();
            ids.Count(book.IsNew).ShouldBe(book.NewCount);
            ids.Count(book.IsTried).ShouldBe(book.TriedCount);
            (book.Pick(random) is null).ShouldBe(book.NewCount + book.TriedCount == 0);
            book.ToTest.Count().ShouldBeLessThanOrEqualTo(AddressBook.MaxWaiting);
        });

    /// <summary>Two peers that belong to one place of the tried table, the second of whom has proven itself later.</summary>
    private static (AddressBook Book, BookEntry Old, BookEntry Newcomer) Collision()
    {
        var book = new AddressBook(Secret);
        for (var n = 0; ; n++)
        {
            var entry = Entry(n, AddressOf(n), "s");
            book.Prove(entry.Peer, entry.Address);
            if (!book.IsTried(entry.Peer))
            {
                return (book, book.ToTest.Single(), entry);
            }
        }
    }

    private static BookEntry Entry(int n, PeerAddress address, string source) => new(IdOf(n), address, source);

    private static PeerAddress AddressOf(int n) => PeerAddress.Parse($"{11 + (n / 62_500)}.{n / 250 % 250}.{n % 250}.1:7373");

    private static NodeId IdOf(int n) => NodeId.FromBytes([.. Enumerable.Repeat((byte)0, 28), .. BitConverter.GetBytes(n)]);
}
