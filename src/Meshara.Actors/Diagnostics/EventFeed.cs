using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;

namespace Meshara.Actors.Diagnostics;

/// <summary>Remembers the latest events of the node, and passes each on to those who subscribed.</summary>
internal sealed class EventFeed : ReceiveActor
{
    private readonly Queue<MeshEvent> _history = new();
    private readonly HashSet<IActorRef> _actors = [];
    private readonly List<ChannelWriter<MeshEvent>> _writers = [];

    public EventFeed(int history)
    {
        Receive<MeshEvent>(e =>
        {
            _history.Enqueue(e);
            if (_history.Count > history)
            {
                _history.Dequeue();
            }

            _writers.RemoveAll(w => !w.TryWrite(e));
            foreach (var actor in _actors)
            {
                actor.Tell(e);
            }
        });
        Receive<Subscribe>(s =>
        {
            if (s.History)
            {
                foreach (var e in _history)
                {
                    s.Writer.TryWrite(e);
                }
            }

            _writers.Add(s.Writer);
        });
        Receive<SubscribeActor>(s =>
        {
            _actors.Add(s.Subscriber);
            Context.Watch(s.Subscriber);
        });
        Receive<Terminated>(t => _actors.Remove(t.ActorRef));
        Receive<Recent>(_ => Sender.Tell(_history.ToImmutableArray()));
    }

    protected override void PostStop()
    {
        foreach (var writer in _writers)
        {
            writer.TryComplete();
        }

        base.PostStop();
    }

    /// <summary>Every event goes to the writer from now on, until it is completed. It must drop rather than wait when it is full.</summary>
    public sealed record Subscribe(ChannelWriter<MeshEvent> Writer, bool History);

    /// <summary>Every event goes to the actor from now on, until it stops.</summary>
    public sealed record SubscribeActor(IActorRef Subscriber);

    /// <summary>Answered with the remembered events, oldest first.</summary>
    public sealed record Recent;
}
