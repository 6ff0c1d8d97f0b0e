using Meshara.Simulation.Time;
using static Meshara.Actors.Peers.Connection.PeerConnectionProtocol;

namespace Meshara.Simulation.Policies;

/// <summary>What a node does when its time has come, not because somebody said something.</summary>
internal sealed partial class ShellNode : IHappen
{
    /// <summary>While nothing waits for the next second, one in ten is looked at: what is asked then has nothing to say in between.</summary>
    private static readonly TimeSpan BusySecond = TimeSpan.FromSeconds(1), QuietSecond = TimeSpan.FromSeconds(10);

    /// <summary>A node reports traffic once a second; what counts of that here, who was seen and how far away it is, is reported so often.</summary>
    private const int MinutesToReport = 5;

    private bool _isBusy;
    private int _second, _minutes, _dials;

    private void WakeIn(TimeSpan wait)
    {
        var dial = ++_dials;
        Engine.Time.After(wait, () =>
        {
            if (dial == _dials && !IsGone)
            {
                _dialler.OnDue();
            }
        });
    }

    private bool IsDue => _verdicts.IsDue || _exchange.IsDue;

    private void Second(TimeSpan wait)
    {
        _isBusy = wait == BusySecond;
        Engine.Time.After(wait, this, null, ++_second);
    }

    /// <summary>A second is over; one that was brought forward has another number.</summary>
    void IHappen.Happen(object? what, long number)
    {
        if (number == _second && !IsGone)
        {
            _verdicts.OnTick();
            _exchange.OnSecond();
            Second(IsDue ? BusySecond : QuietSecond);
        }
    }

    private void OnMinute()
    {
        if (IsGone)
        {
            return;
        }

        State.Announce.TellUntoldRejections();
        _exchange.Renew([_member.Address]);
        _exchange.OnMinute();
        _dialler.Feel();
        if (++_minutes % MinutesToReport == 0)
        {
            State.Connections.Open.Select(c => c.Number).ToList().ForEach(Report);
        }

        Engine.Time.After(TimeSpan.FromMinutes(1), OnMinute);
    }

    private void Report(long number)
    {
        if (!IsGone && _connections.TryGetValue(number, out var shell))
        {
            _admissions.OnActivity(new Activity(number, 0, 0, 0, shell.LastSeen, shell.RoundTripTime));
            Engine.Settle();
        }
    }
}
