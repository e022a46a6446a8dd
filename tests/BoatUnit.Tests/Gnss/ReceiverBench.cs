using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.BoatUnit.Tests.Gnss;

/// <summary>A receiver port, the chip on its line, the sea under both, and a clock that the test turns.</summary>
internal sealed class ReceiverBench : IFixSink, IReceiverPower, IDisposable
{
    private static readonly DateTime _start = new(2027, 3, 31, 22, 0, 0, DateTimeKind.Utc);

    private readonly PatrolBoat _boat = new(PatrolRoute.RiauIslands, 7);
    private long _steppedS;

    public ReceiverBench(SimulatedGnssOptions chip, ReceiverOptions? options = null, bool hasPower = false, bool isFitted = true)
    {
        var board = new BoardWires();
        BoardWires.Current = board;
        Options = options ?? new ReceiverOptions();
        Chip = new SimulatedGnssChip(chip, () => NowMs, Truth, () => _start.AddMilliseconds(NowMs));
        if (isFitted)
            board.Connect<IUartLine>(Options.PortName, Chip);

        Parser = new NmeaParser(new GnssOptions(), this);
        Port = new ReceiverPort(Options, Parser, hasPower ? this : null!);
    }

    public const int PollMs = 10;

    public long NowMs { get; private set; } = 1_000;

    public SimulatedGnssChip Chip { get; }

    public ReceiverOptions Options { get; }

    public NmeaParser Parser { get; }

    public ReceiverPort Port { get; }

    public int Fixes { get; private set; }

    public double WorstM { get; private set; }

    public long LastFixMs { get; private set; }

    public bool PowerObeys { get; set; } = true;

    /// <summary>Runs until it is so, and says how long that took; fails the test if it takes longer than it may.</summary>
    public long Until(Func<bool> isSo, long withinMs)
    {
        var startMs = NowMs;
        while (!isSo())
        {
            if (NowMs - startMs >= withinMs)
            {
                var counters = Port.Counters;
                throw new TimeoutException(
                    $"not within {withinMs} ms: {Port.State}, {Port.Family}, {Port.Outcome}, {Port.BaudBps} baud (chip {Chip.BaudBps}), "
                    + $"{counters.CommandsSent} sent, {counters.CommandsRefused} refused, {counters.CommandsUnanswered} unanswered, {Chip.CommandsTaken} taken, {Chip.Sentences}");
            }

            Run(PollMs);
        }

        return NowMs - startMs;
    }

    public void Run(long forMs)
    {
        for (var endMs = NowMs + forMs; NowMs < endMs; NowMs += PollMs)
            Port.Poll(NowMs);
    }

    public long UntilSetUp(long withinMs) => Until(() => Port.State == ReceiverState.Running, withinMs);

    public void OnFix(Fix fix)
    {
        Fixes++;
        LastFixMs = NowMs;
        var position = new GeoPoint(fix.LatitudeE7 / 1e7, fix.LongitudeE7 / 1e7);
        WorstM = Math.Max(WorstM, position.DistanceToM(_boat.State.Position));
    }

    public void OnRefused(Fix fix, FixRefusal reason)
    {
        // Void epochs are no positions, which the count of fixes tells.
    }

    public bool TrySetPower(bool isOn)
    {
        if (PowerObeys && isOn)
            Chip.PowerOn();
        else if (PowerObeys)
            Chip.PowerOff();

        return PowerObeys;
    }

    public void Dispose() => Port.Dispose();

    private BoatState Truth()
    {
        for (; _steppedS < NowMs / 1000; _steppedS++)
            _boat.Step();

        return _boat.State;
    }
}
