using System.Diagnostics;
using Akka.Actor;
using Meshara.Actors.Configuration;
using Meshara.Core.Peers;
using Meshara.Tests;
using Microsoft.Data.Sqlite;
using Shouldly;
using Xunit;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.Actors.Tests.Store;

/// <summary>A disk that is full, that can only be read, or from which the file is gone: a small file system of the test's own.</summary>
public sealed class DiskOutageSpec : StoreSpec
{
    private readonly string _disk;
    private bool _isMounted;

    public DiskOutageSpec()
    {
        _disk = Path.Combine(Folder, "disk");
        Settings = new StoreSettings { ConnectionString = $"Data Source={Path.Combine(_disk, "peers.db")};Default Timeout=1" };
    }

    [SkippableFact]
    public async Task A_full_disk_costs_nothing_that_was_acknowledged_and_what_waited_is_written_when_there_is_room_again()
    {
        Mount();
        var store = await StartWithOnePeerAsync();
        var filler = Path.Combine(_disk, "filler");
        Fill(filler);

        (await OutageAsync(store)).ShouldContain("no room is left on its disk");
        System.IO.File.Delete(filler);

        await IsBackAsync(store);
    }

    [SkippableFact]
    public async Task A_disk_that_can_only_be_read_is_gone_on_without()
    {
        Mount();
        var store = await StartWithOnePeerAsync();
        await AwaitAssertAsync(() =>
        {
            // Not while a connection has the file open.
            SqliteConnection.ClearAllPools();
            Run("mount", "-o", "remount,ro", _disk);
        });

        (await OutageAsync(store)).ShouldSatisfyAllConditions(
            cause => cause.ShouldContain("could not be written"), cause => cause.ShouldNotContain("room"));
        Run("mount", "-o", "remount,rw", _disk);

        await IsBackAsync(store);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_gone_is_noticed_no_empty_one_takes_its_place_and_one_that_is_put_back_is_used(bool copied)
    {
        Directory.CreateDirectory(_disk);
        var store = await StartWithOnePeerAsync();
        var (file, away) = (Path.Combine(_disk, "peers.db"), Path.Combine(Folder, "away"));
        Directory.CreateDirectory(away);
        foreach (var part in Directory.GetFiles(_disk))
        {
            var to = Path.Combine(away, Path.GetFileName(part));
            if (copied)
            {
                System.IO.File.Copy(part, to);
                System.IO.File.Delete(part);
            }
            else
            {
                System.IO.File.Move(part, to);
            }
        }

        (await OutageAsync(store)).ShouldContain("was deleted or moved away");
        System.IO.File.Exists(file).ShouldBeFalse();
        foreach (var part in Directory.GetFiles(away))
        {
            System.IO.File.Move(part, Path.Combine(_disk, Path.GetFileName(part)));
        }

        await IsBackAsync(store);
    }

    protected override void AfterAll()
    {
        SqliteConnection.ClearAllPools();
        if (_isMounted)
        {
            Run("umount", "-l", _disk);
        }

        base.AfterAll();
    }

    private async Task<IActorRef> StartWithOnePeerAsync()
    {
        var (store, _) = await StartAsync();
        await LearnAsync(store, 1, manual: true, pinned: "192.0.2.1:7373");
        await Owner.ExpectMsgAsync<Changed>();
        return store;
    }

    /// <summary>What a person asks for is refused, and what the node itself has met waits.</summary>
    /// <returns>The cause that the owner was told.</returns>
    private async Task<string> OutageAsync(IActorRef store)
    {
        (await AskAsync(store, r => new Learn(r, PeerOf(2), PeerSource.Manual, true, null))).ShouldBeOfType<NotKept>().Reason.ShouldBe(Reason.StoreUnavailable);
        store.Tell(new Learn(1003, PeerOf(3), PeerSource.Mdns, false, null), TestActor);
        store.Tell(new Judge(IdOf(1), ReputationCause.Timeout));
        var told = await Owner.ExpectMsgAsync<Unavailable>();
        return told.Cause.ShouldNotBeNull();
    }

    private async Task IsBackAsync(IActorRef store)
    {
        await AwaitAssertAsync(() =>
        {
            Clock.Advance(Settings.Restart.Max);
            HasMessages.ShouldBeTrue();
        });
        (await ExpectMsgAsync<Kept>()).Peer.Id.ShouldBe(IdOf(3));
        await LearnAsync(store, 4);
        (await StopAsync(store)).Everything.ShouldBeTrue();
        await Owner.FishForMessageAsync(m => m is Changed changed && changed.Peer.Id == IdOf(4));

        var known = (await StartAsync()).Known.Peers;
        known.Keys.ShouldBe([IdOf(1), IdOf(3), IdOf(4)], ignoreOrder: true);
        known[IdOf(1)].Reputation.Score.ShouldBeLessThan(0);
    }

    private void Mount()
    {
        Requires.Linux();
        Requires.Root();
        Directory.CreateDirectory(_disk);
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _disk);
        _isMounted = true;
    }

    /// <summary>To the last byte: what is left of the last page too.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit(TimeSpan.FromSeconds(30)).ShouldBeTrue(program);
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
    }
}
