using Akka.Actor;
using static Meshara.Actors.Store.PeerStoreProtocol;

namespace Meshara.StoreWriter;

/// <summary>Gives one command after the other, each when the one before it was acknowledged; between them drift.</summary>
internal sealed class Writer : ReceiveActor
{
    private readonly FileStream _acknowledged;
    private readonly IActorRef _store;
    private int _next;

    public Writer(Func<IActorRef, Props> store, FileStream acknowledged, TaskCompletionSource<string> stopped)
    {
        _acknowledged = acknowledged;
        _next = (int)acknowledged.Length;
        Receive<Recovered>(_ => Give());
        Receive<Kept>(_ =>
        {
            // One write(2): it is in the file also if this process is killed right after it.
            _acknowledged.WriteByte((byte)'.');
            _next++;
            Give();
        });
        Receive<NotKept>(refused => stopped.TrySetResult($"{_next} was refused: {refused.Reason}"));
        Receive<Unavailable>(down => stopped.TrySetResult($"The store {down.Cause}."));
        ReceiveAny(_ => { });
        _store = Context.ActorOf(store(Self), "store");
    }

    private void Give()
    {
        _store.Tell(Course.Drift(_next));
        _store.Tell(Course.Command(_next));
    }
}
