using System.Net;
using Meshara.Actors;
using Meshara.Actors.Peers;
using Meshara.Actors.Peers.Bans;
using Meshara.Core.Peers;

namespace Meshara.Simulation.Fleet;

/// <summary>What happens to the nodes from outside: they start, go and come back, move, are cut off, and people ask things of them.</summary>
internal sealed class Course(FleetRun run, IEngine engine)
{
    private readonly Random _chance = new(unchecked(run.Scenario.Seed * 31) + 17);

    private Scenario Scenario => run.Scenario;

    public void Begin()
    {
        foreach (var member in run.Members)
        {
            // Somebody has to be there first.
            var at = member.IsBootstrap ? TimeSpan.Zero : Scenario.StartWithin * _chance.NextDouble();
            engine.Time.After(at, () => Start(member));
            if (!member.IsBootstrap)
            {
                Whenever(Scenario.MovesPerHour, () =>
                {
                    if (member.IsUp)
                    {
                        run.Move(member);
                    }
                });
            }

            Whenever(Scenario.RequestsPerHour, () => Request(member));
        }

        Whenever(Scenario.PartitionsPerHour, () => Begin(new Cut([.. run.Members.Where(_ => _chance.Next(2) == 0)], IsOutward: true, IsInward: true)));
        Whenever(Scenario.OneWayCutsPerHour * Scenario.Nodes, () =>
        {
            var isOutward = _chance.Next(2) == 0;
            Begin(new Cut([run.Members[_chance.Next(run.Members.Count)]], isOutward, !isOutward));
        });
    }

    private void Start(Member member)
    {
        run.Start(member);

        // Not all ways into the network go at once: there would be none, and nothing to learn.
        var lives = After(Scenario.ChurnPerHour);
        if (lives is { } time)
        {
            engine.Time.After(time, () => End(member));
        }
    }

    private void End(Member member)
    {
        if (member.IsBootstrap && run.Members.Count(m => m is { IsBootstrap: true, IsUp: true }) <= 1)
        {
            engine.Time.After(TimeSpan.FromMinutes(10), () => End(member));
            return;
        }

        run.End(member, _chance.Next(5) switch { 0 or 1 => Ending.Goodbye, 2 or 3 => Ending.Kill, _ => Ending.PowerCut });
        engine.Time.After(TimeSpan.FromSeconds(30) - (TimeSpan.FromMinutes(10) * Math.Log(1 - _chance.NextDouble())), () => Start(member));
    }

    private void Begin(Cut cut)
    {
        run.Note(null, $"cut {string.Join(' ', cut.Apart)} {cut.IsOutward} {cut.IsInward}");
        run.Tally.Cuts++;
        run.Cuts.Begin(cut);
        engine.Time.After(TimeSpan.FromMinutes(1 + (_chance.NextDouble() * 4)), () =>
        {
            run.Note(null, $"healed {string.Join(' ', cut.Apart)}");
            run.Cuts.Heal(cut, engine.Time.Elapsed);
        });
    }

    private void Request(Member member)
    {
        if (!member.IsUp)
        {
            return;
        }

        var (other, life) = (run.Members[_chance.Next(run.Members.Count)], member.Lives);
        var manual = member.Promised.Where(p => p.Value).Select(p => p.Key).Order().ToList();
        switch (_chance.Next(3))
        {
            case 0 when other != member && manual.Count < 4:
                Ask(new MeshProtocol.Add(new PeerTarget(other.Address, other.Id)), a => a is AddedPeer, () => member.Promised[other.Number] = true);
                break;
            case 1 when manual.Count > 0:
                var gone = run.Members[manual[_chance.Next(manual.Count)]];
                member.Promised.Remove(gone.Number);
                Ask(new MeshProtocol.Remove(gone.Id), a => a is MeshProtocol.Removed, () => member.Promised[gone.Number] = false);
                break;
            default:
                var range = new IPNetwork(new IPAddress([203, 0, 113, (byte)_chance.Next(64)]), 32);
                Ask(new BanProtocol.BanRange(range, TimeSpan.FromDays(30), null), a => a is BanInfo, () => member.PromisedRanges.Add(range));
                break;
        }

        void Ask(object question, Predicate<object> isPromise, Action promised) => engine.Ask(member, question, answer =>
        {
            run.Note(member, $"answers {answer.GetType().Name}");
            if (isPromise(answer) && member.IsUp && member.Lives == life)
            {
                run.Tally.Promises++;
                promised();
            }
        });
    }

    /// <summary>Again and again, so often in an hour on average.</summary>
    private void Whenever(double perHour, Action happens)
    {
        if (After(perHour) is { } wait)
        {
            engine.Time.After(wait, () =>
            {
                happens();
                engine.Settle();
                Whenever(perHour, happens);
            });
        }
    }

    /// <summary>How long until it next happens: what comes from many independent causes is spread exponentially. Null for never.</summary>
    private TimeSpan? After(double perHour) =>
        perHour > 0 ? TimeSpan.FromHours(Math.Min(-Math.Log(1 - _chance.NextDouble()) / perHour, 24 * 365)) : null;
}
