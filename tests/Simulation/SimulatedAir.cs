namespace BoatTelemetry.Simulation;

/// <summary>What happens at an instant to come, in the order of the instants.</summary>
public sealed class Agenda
{
    private readonly PriorityQueue<Action, (long Ms, long Order)> _queue = new();
    private long _order;

    /// <summary>The next instant; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextMs => _queue.TryPeek(out _, out var at) ? at.Ms : long.MaxValue;

    public void At(long ms, Action happens) => _queue.Enqueue(happens, (ms, _order++));

    public void Run(long nowMs)
    {
        while (_queue.TryPeek(out _, out var at) && at.Ms <= nowMs)
            _queue.Dequeue()();
    }
}

/// <summary>Carries frames one way over one link: loses, doubles, delays, overtakes and damages them.</summary>
/// <param name="plan">For its chance.</param>
/// <param name="reach">How good the link is.</param>
/// <param name="agenda">Where arrivals are put down.</param>
public sealed class SimulatedPath(VoyagePlan plan, LinkReach reach, Agenda agenda)
{
    public long Lost { get; private set; }

    public long Doubled { get; private set; }

    public long Damaged { get; private set; }

    /// <summary>Sends a copy of the frame; it arrives from <paramref name="earliestMs"/> on, or never.</summary>
    public void Carry(ReadOnlySpan<byte> frame, long earliestMs, Action<byte[]> arrive)
    {
        var random = plan.Random;
        var copies = random.Next(1_000) < reach.DuplicatePermille ? 2 : 1;
        Doubled += copies - 1;
        for (var i = 0; i < copies; i++)
        {
            if (!reach.IsUp || random.Next(1_000) < reach.LossPermille)
            {
                Lost++;
                continue;
            }

            var copy = frame.ToArray();
            if (random.Next(1_000) < reach.DamagePermille)
            {
                Damaged++;
                for (var bits = random.Next(1, 4); bits > 0; bits--)
                    copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
            }

            agenda.At(earliestMs + random.Next(reach.DelayMaxMs), () => arrive(copy));
        }
    }
}
