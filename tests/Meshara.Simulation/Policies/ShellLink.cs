using Meshara.Actors.Transport;
using Meshara.Simulation.Fleet;
using Meshara.Simulation.Time;

namespace Meshara.Simulation.Policies;

/// <summary>
/// One connection as messages that take their time, with the same losses and resets as <see cref="SlowWire"/>, but without bytes.
/// </summary>
internal sealed class ShellLink(PolicyEngine engine, Chance chance) : IHappen
{
    private readonly Side[] _sides = new Side[2];

    public void Attach(int side, ShellConnection end, Member member) => (_sides[side].End, _sides[side].Member) = (end, member);

    public Member MemberAt(int side) => _sides[side].Member;

    public void Send(int from, object frame, int bytes)
    {
        ref var side = ref _sides[from];
        if (side.IsMute)
        {
            return;
        }

        var now = engine.Time.Elapsed;
        var due = now + engine.Ways.Transit(chance, NetworkConditions.Resend);
        side.LastDue = due = due > side.LastDue ? due : side.LastDue;
        engine.Time.After(due - now, this, frame, ((long)bytes << 1) | (uint)from);
    }

    /// <summary>A frame has come to the other end.</summary>
    void IHappen.Happen(object? what, long number) => Arrive((int)(number & 1), what!, (int)(number >> 1));

    /// <summary>This end is no more. Its system says so, or (a power cut, a move) it does not.</summary>
    public void Close(int side, bool isKnown)
    {
        if (isKnown)
        {
            Send(side, Reset.Instance, 0);
        }

        _sides[side].IsMute = true;
        _sides[side].End = null;
    }

    private void Arrive(int from, object frame, int bytes)
    {
        ref var sender = ref _sides[from];
        ref readonly var receiver = ref _sides[1 - from];
        if (sender.Stuck is { } stuck)
        {
            stuck.Enqueue((frame, bytes));
        }
        else if (!engine.Witness.Reaches(sender.Member, receiver.Member))
        {
            sender.Stuck = new Queue<(object, int)>([(frame, bytes)]);
            Retry(from, NetworkConditions.Resend, engine.Time.Elapsed);
        }
        else
        {
            Deliver(from, frame, bytes);
        }
    }

    private void Retry(int from, TimeSpan wait, TimeSpan since) => engine.Time.After(wait, () =>
    {
        ref var side = ref _sides[from];
        if (engine.Witness.Reaches(side.Member, _sides[1 - from].Member))
        {
            var stuck = side.Stuck!;
            side.Stuck = null;
            while (stuck.TryDequeue(out var next))
            {
                Deliver(from, next.Frame, next.Bytes);
            }
        }
        else if (engine.Time.Elapsed - since >= NetworkConditions.GiveUp)
        {
            side.End?.OnReset();
        }
        else if (side.End is not null || _sides[1 - from].End is not null)
        {
            Retry(from, wait * 2, since);
        }
    });

    private void Deliver(int from, object frame, int bytes)
    {
        ref readonly var sender = ref _sides[from];
        ref readonly var receiver = ref _sides[1 - from];
        if (receiver.End is not { } end)
        {
            // Who does not know the connection any more answers with a reset.
            if (frame is not Reset && sender.End is { } other)
            {
                engine.Time.After(engine.Ways.Transit(chance, NetworkConditions.Resend), other.OnReset);
            }

            return;
        }

        if (frame is Reset)
        {
            end.OnReset();
            return;
        }

        engine.Witness.Arrived(sender.Member, receiver.Member, 1, bytes);
        end.On(frame);
    }

    /// <summary>Both lie in one array: each event touches them, and there are tens of thousands of links.</summary>
    private struct Side
    {
        public ShellConnection? End { get; set; }

        public Member Member { get; set; }

        public TimeSpan LastDue { get; set; }

        public bool IsMute { get; set; }

        public Queue<(object Frame, int Bytes)>? Stuck { get; set; }
    }

    private sealed record Reset
    {
        public static readonly Reset Instance = new();
    }
}
