using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Core.Tests.Security;

/// <summary>How a store under trial is opened after each start: its live and its durable view.</summary>
internal delegate (ICounterStore Live, ICounterStore Durable) OpenStore(IFlash flash);

/// <summary>
/// Runs a unit's counters through lives that end by a loss of power, at every byte of every program and erase, and notes
/// each number that comes twice, each gap wider than the reservations lost, and each start without numbers.
/// </summary>
/// <remarks>
/// From a state of the flash: one life without a cut tells the operations. Then, for every byte of every operation and
/// every kind of tear, a copy of that state lives that life up to the cut, then a second life that is cut at a random
/// place (its recovery included), then a third one that must work. One of the cut copies, by chance, is the next state.
/// </remarks>
internal sealed class PowerLossTrial(
    Func<SimulatedFlash> newFlash, OpenStore open, Random random, TornWrite[] tears, bool rot)
{
    private const uint LiveReserve = 3;
    private const uint DurableReserve = 2;
    private const int LifeNumbers = 20;

    private readonly SimulatedFlash _state = newFlash();
    private readonly SimulatedFlash _copy = newFlash();
    private readonly SimulatedFlash _nextState = newFlash();
    private readonly History _history = new();

    public int CutPoints { get; private set; }

    /// <summary>Lives cut off in the second place, often before the store had handed out anything.</summary>
    public int SecondCuts { get; private set; }

    public int Lives { get; private set; }

    public List<string> Violations { get; } = [];

    /// <summary>The flash of the long chain of lives.</summary>
    public SimulatedFlash Flash => _state;

    /// <summary>Numbers handed out in the long chain, by class.</summary>
    public (long Live, long Durable) Handed => (_history.Last[0], _history.Last[1]);

    public void Run(int states, int violationsMax = int.MaxValue)
    {
        for (var i = 0; i < states && Violations.Count < violationsMax; i++)
            RunState(violationsMax);
    }

    /// <summary>Lives whose power fails between two operations: what is not synchronised by then is gone.</summary>
    public void RunLivesThatEndBetweenOperations(int lives)
    {
        for (var i = 0; i < lives; i++)
        {
            Live(_state, _history, LifeNumbers);
            _state.PowerOn();
        }
    }

    private void RunState(int violationsMax)
    {
        var sizes = new List<int>();
        _copy.CopyFrom(_state);
        _copy.OperationBytes = sizes;
        Live(_copy, new History(_history), LifeNumbers);
        _copy.OperationBytes = null;

        var chosen = random.Next(sizes.Sum(size => size + 1) * tears.Length);
        var point = 0;
        History? nextHistory = null;
        for (var operation = 0; operation < sizes.Count; operation++)
        {
            for (var bytes = 0; bytes <= sizes[operation]; bytes++)
            {
                foreach (var tear in tears)
                {
                    var history = CutOnce(operation, bytes, tear);
                    if (point++ == chosen)
                    {
                        _nextState.CopyFrom(_copy);
                        nextHistory = new History(history);
                    }

                    LiveOn(history);
                    if (Violations.Count >= violationsMax)
                        return;
                }
            }
        }

        if (nextHistory is not null)
        {
            _state.CopyFrom(_nextState);
            _history.Become(nextHistory);
        }
    }

    private History CutOnce(int operation, int bytes, TornWrite tear)
    {
        var history = new History(_history);
        _copy.CopyFrom(_state);
        _copy.CutPowerIn(operation, bytes, tear, random.Next());

        // Unstable bits read differently in each copy, so that a few lives need fewer operations than the first one.
        if (Live(_copy, history, LifeNumbers))
            CutPoints++;
        _copy.PowerOn();
        return history;
    }

    // Any one bit may decay, the newest record's included: what is claimed is to survive one such fault until the next
    // start has mended it. The chain's own flash is not harmed, or faults of two lives would meet before a mend.
    private void LiveOn(History history)
    {
        if (rot && random.Next(4) == 0)
            _copy.FlipBit(random.Next(_copy.BlockCount), random.Next(_copy.EraseBlockBytes), random.Next(8));
        var operation = random.Next(5);
        var bytes = random.Next(random.Next(2) == 0 ? 20 : _copy.EraseBlockBytes + 1);
        _copy.CutPowerIn(operation, bytes, tears[random.Next(tears.Length)], random.Next());
        if (Live(_copy, history, 5))
            SecondCuts++;
        _copy.PowerOn();
        Live(_copy, history, 5);
    }

    // True if the power failed.
    private bool Live(SimulatedFlash flash, History history, int numbers)
    {
        Lives++;
        history.Start();
        try
        {
            var (live, durable) = open(flash);
            CounterAllocator[] counters = [new(live, LiveReserve), new(durable, DurableReserve)];
            for (var i = 0; i < numbers; i++)
            {
                var frameClass = i % 10 is 2 or 3 or 7 ? 1 : 0;
                if (counters[frameClass].TryNext(out var counter))
                    Note(history, frameClass, counter);
                else
                    Violations.Add($"no number of class {frameClass} in a life whose flash works");
            }
        }
        catch (PowerCutException)
        {
            return true;
        }
        catch (InvalidOperationException misuse)
        {
            Violations.Add(misuse.Message);
        }

        return false;
    }

    // A number above all before it is new; so "never twice" needs no list of those that were used.
    private void Note(History history, int frameClass, uint counter)
    {
        var last = history.Last[frameClass];
        var reserve = frameClass == 0 ? LiveReserve : DurableReserve;
        if (counter <= last)
            Violations.Add($"class {frameClass}: {counter} after {last}");
        else if (counter - last - 1 > reserve * history.StartsSince[frameClass])
            Violations.Add($"class {frameClass}: {counter} after {last}, in {history.StartsSince[frameClass]} starts");
        history.Last[frameClass] = Math.Max(last, counter);
        history.StartsSince[frameClass] = 0;
    }

    private sealed class History
    {
        public History()
        {
        }

        public History(History other) => Become(other);

        /// <summary>The greatest number handed out, by class.</summary>
        public long[] Last { get; } = [-1, -1];

        /// <summary>Starts since then.</summary>
        public long[] StartsSince { get; } = [0, 0];

        public void Start()
        {
            StartsSince[0]++;
            StartsSince[1]++;
        }

        public void Become(History other)
        {
            other.Last.CopyTo(Last, 0);
            other.StartsSince.CopyTo(StartsSince, 0);
        }
    }
}
