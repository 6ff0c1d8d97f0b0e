using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Meshara.Actors.Tests.Store;
using Meshara.Core.Identity;
using Meshara.Core.Peers;
using Shouldly;
using Xunit;

namespace Meshara.Actors.Tests.Hosting;

/// <summary>Real nodes, two in one actor system, through the one public door.</summary>
public sealed class MeshDoorSpec() : TestKit("akka.loglevel = WARNING\nakka.test.single-expect-default = 15s"), IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _patience = new(Patience);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Sys.Terminate();
        _patience.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Two_nodes_connect_and_list_each_other()
    {
        var (one, two) = (await StartAsync("one"), await StartAsync("two"));
        var address = (await one.ReadyAsync()).Listen[0];

        var added = await two.AddPeerAsync(address, (await one.ReadyAsync()).PublicKey);

        added.WasConnected.ShouldBeFalse();
        added.Peer.PeerId.ShouldBe((await one.ReadyAsync()).Id);

        // Who has answered a ping has heard that it is connected.
        (await two.PingAsync(added.Peer.PeerId)).ShouldBeGreaterThan(TimeSpan.Zero);
        var other = (await one.ListPeersAsync()).ShouldHaveSingleItem();
        other.PeerId.ShouldBe((await two.ReadyAsync()).Id);
        other.Direction.ShouldBe(Direction.Inbound);
        other.Source.ShouldBe(PeerSource.Inbound);
        (await two.AddPeerAsync(address)).WasConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_key_than_the_expected_one_is_refused()
    {
        var (one, two) = (await StartAsync("one"), await StartAsync("two"));

        var failure = await Should.ThrowAsync<MeshException>(
            two.AddPeerAsync((await one.ReadyAsync()).Listen[0], (await two.ReadyAsync()).PublicKey));

        failure.Reason.ShouldBe(Reason.KeyMismatch);
        (await two.ListPeersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_arrive_in_order_on_their_channel_and_no_other()
    {
        var (one, two, twosId) = await ConnectAsync();
        await using var chat = two.ReceiveAsync("chat", _patience.Token).GetAsyncEnumerator();
        await using var news = two.ReceiveAsync("news", _patience.Token).GetAsyncEnumerator();
        var (firstChat, firstNews) = (chat.MoveNextAsync().AsTask(), news.MoveNextAsync().AsTask());

        foreach (var text in new[] { "a", "b", "c" })
        {
            (await one.SendAsync(twosId, "chat", Encoding.UTF8.GetBytes(text))).ShouldBe(SendResult.Queued);
        }

        (await one.SendAsync(twosId, "news", "n"u8.ToArray())).ShouldBe(SendResult.Queued);

        (await firstChat).ShouldBeTrue();
        chat.Current.From.ShouldBe((await one.ReadyAsync()).Id);
        Text(chat.Current).ShouldBe("a");
        Text(await NextAsync(chat)).ShouldBe("b");
        Text(await NextAsync(chat)).ShouldBe("c");
        (await firstNews).ShouldBeTrue();
        Text(news.Current).ShouldBe("n");
    }

    [Fact]
    public async Task A_slow_reader_holds_its_sender_back_and_loses_nothing()
    {
        var (one, two, twosId) = await ConnectAsync("events.subscriber-buffer = 2");
        await using var reader = two.ReceiveAsync("bulk", _patience.Token).GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();

        // It reads one when the sender is refused one. The queue, two, and the buffers of the kernel hold less than half of all.
        const int messages = 800;
        var (sent, read) = (0, 0);
        while (sent < messages)
        {
            if (await one.SendAsync(twosId, "bulk", Numbered(sent)) == SendResult.Queued)
            {
                sent++;
            }
            else
            {
                await ReadAsync();
            }
        }

        read.ShouldBeGreaterThan(messages / 2);
        var room = one.WaitForRoomAsync(twosId, _patience.Token);
        while (read < sent)
        {
            await ReadAsync();
        }

        await room;

        async Task ReadAsync()
        {
            Number(read == 0 ? await FirstAsync() : await NextAsync(reader)).ShouldBe(read);
            read++;
        }

        async Task<PeerMessage> FirstAsync()
        {
            (await first).ShouldBeTrue();
            return reader.Current;
        }
    }

    [Fact]
    public async Task An_actor_can_subscribe_to_messages_and_to_events()
    {
        var (one, two, twosId) = await ConnectAsync();
        var (messages, events) = (CreateTestProbe(), CreateTestProbe());
        await two.SubscribeAsync("chat", ActorOf(actor => actor.Receive<PeerMessage>((m, _) => messages.Tell(Text(m)))));
        await two.SubscribeToEventsAsync(events);

        await one.SendAsync(twosId, "chat", "hello"u8.ToArray());
        await messages.ExpectMsgAsync("hello");
        await one.StopAsync();

        (await events.ExpectMsgAsync<MeshEvent>()).Kind.ShouldBe(MeshEventKind.PeerDisconnected);
    }

    [Fact]
    public async Task Events_can_be_followed_from_the_first_to_the_last()
    {
        var (one, two, twosId) = await ConnectAsync();
        await using var events = one.EventsAsync(history: true, _patience.Token).GetAsyncEnumerator();

        (await NextAsync(events)).Kind.ShouldBe(MeshEventKind.Ready);
        (await NextAsync(events)).Kind.ShouldBe(MeshEventKind.PeerDiscovered);
        (await NextAsync(events)).Kind.ShouldBe(MeshEventKind.PeerConnected);
        (await one.RecentEventsAsync()).Last().Kind.ShouldBe(MeshEventKind.PeerConnected);
        await one.RemovePeerAsync(twosId);
        (await NextAsync(events)).Kind.ShouldBeOneOf(MeshEventKind.PeerRemoved, MeshEventKind.PeerDisconnected);
        (await NextAsync(events)).Kind.ShouldBeOneOf(MeshEventKind.PeerRemoved, MeshEventKind.PeerDisconnected);

        await one.StopAsync();

        (await NextAsync(events)).Kind.ShouldBe(MeshEventKind.Stopped);
        (await events.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_sent_says_why()
    {
        var (one, _, twosId) = await ConnectAsync();
        var stranger = NodeId.Parse(new string('a', 64));

        (await one.SendAsync(stranger, "chat", new byte[1])).ShouldBe(SendResult.NotConnected);
        (await one.SendAsync(twosId, "chat", new byte[2_000_000])).ShouldBe(SendResult.TooLarge);
        await Should.ThrowAsync<ArgumentException>(one.SendAsync(twosId, "", new byte[1]));
        await Should.ThrowAsync<ArgumentException>(one.SendAsync(twosId, new string('é', 33), new byte[1]));
        (await Should.ThrowAsync<MeshException>(one.PingAsync(stranger))).Reason.ShouldBe(Reason.UnknownPeer);
        (await Should.ThrowAsync<MeshException>(one.GetPeerAsync(stranger))).Reason.ShouldBe(Reason.UnknownPeer);
        (await Should.ThrowAsync<MeshException>(one.RemovePeerAsync(stranger))).Reason.ShouldBe(Reason.UnknownPeer);
    }

    [Fact]
    public async Task A_stop_leaves_nothing_and_the_same_node_can_start_again()
    {
        var (one, two, _) = await ConnectAsync();
        var id = (await one.ReadyAsync()).Id;

        await one.StopAsync();

        await Should.ThrowAsync<ActorNotFoundException>(Sys.ActorSelection("/user/one").ResolveOne(TimeSpan.FromSeconds(1)));
        foreach (var plugin in new[] { "one-store-journal", "one-store-snapshot" })
        {
            await Should.ThrowAsync<ActorNotFoundException>(
                Sys.ActorSelection($"/system/{plugin}").ResolveOne(TimeSpan.FromSeconds(1)));
        }

        (await two.ListPeersAsync()).ShouldBeEmpty();
        await one.StopAsync();
        var again = await StartAsync("one");
        (await again.ReadyAsync()).Id.ShouldBe(id);
        (await again.ListKnownPeersAsync()).ShouldHaveSingleItem().PeerId.ShouldBe((await two.ReadyAsync()).Id);
    }

    [Fact]
    public async Task Two_nodes_of_one_name_or_on_one_folder_are_one_too_many()
    {
        await StartAsync("one");

        (await Should.ThrowAsync<MesharaStartException>(StartAsync("one"))).Message.ShouldContain("has a node named one already");
        (await Should.ThrowAsync<MesharaStartException>(StartAsync("two", folder: "one"))).Message.ShouldContain($"{Environment.ProcessId}");
        await StartAsync("two");
    }

    [Fact]
    public async Task A_bad_value_is_refused_with_its_key_and_what_is_allowed()
    {
        var failure = await Should.ThrowAsync<MesharaStartException>(StartAsync("one", "heartbeat.interval = soon"));

        failure.Message.ShouldContain("one.heartbeat.interval");
        failure.Message.ShouldContain("soon");
        await StartAsync("one");
    }

    private static string Text(PeerMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    private static byte[] Numbered(int number)
    {
        var payload = new byte[64 * 1024];
        BitConverter.TryWriteBytes(payload, number).ShouldBeTrue();
        return payload;
    }

    private static int Number(PeerMessage message) => BitConverter.ToInt32(message.Payload.Span);

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> sequence)
    {
        (await sequence.MoveNextAsync().AsTask().WaitAsync(Patience)).ShouldBeTrue("the sequence has ended");
        return sequence.Current;
    }

    private async Task<(Mesh One, Mesh Two, NodeId Twos)> ConnectAsync(string config = "")
    {
        var (one, two) = (await StartAsync("one", config), await StartAsync("two", config));
        var added = await one.AddPeerAsync((await two.ReadyAsync()).Listen[0]);
        while ((await two.ListPeersAsync()).IsEmpty)
        {
            _patience.Token.ThrowIfCancellationRequested();
        }

        return (one, two, added.Peer.PeerId);
    }

    private Task<Mesh> StartAsync(string name, string config = "", string? folder = null) => Mesh.StartAsync(Sys, name, ConfigurationFactory.ParseString(
        $$"""
        {{name}} {
          listen = "127.0.0.1:0"
          data = "{{Path.Combine(_folder.Path, folder ?? name)}}"
          discovery.enabled-methods = [manual]
          {{config}}
        }
        """));
}
