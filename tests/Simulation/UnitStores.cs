using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Simulation;

/// <summary>What outlives a loss of power: the flash areas, laid out as the unit's storage map has them.</summary>
public sealed class UnitStores
{
    private const int RecordBlockBytes = 512;
    private const int CutOperationsMax = 24;

    private const int SyncsToPassMax = 40;
    private const int SyncsToFailMax = 6;

    private readonly VoyagePlan _plan;
    private readonly SimulatedFlash[] _all;

    // Its own, so that what else a seed brings does not depend on it.
    private readonly Random _syncs;

    public UnitStores(VoyagePlan plan, byte[] key)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        _syncs = new Random(~plan.Seed);
        Journal = new(plan.ProgramBytes, plan.JournalBlockBytes, plan.JournalBlocks, plan.FlashIsCached);
        Counters = new(plan.ProgramBytes, RecordBlockBytes, FlashRecord.BlocksMin, plan.FlashIsCached);
        Keys = new(plan.ProgramBytes, RecordBlockBytes, FlashRecord.BlocksMin, plan.FlashIsCached);
        Airtime = new(plan.ProgramBytes, RecordBlockBytes, FlashRecord.BlocksMin, plan.FlashIsCached);
        _all = [Journal, Counters, Keys, Airtime];
        var keys = new UnitKeys(Keys, 0, Keys.BlockCount);
        keys.TryLoad();
        var counters = new FlashCounterStore(Counters, 0, Counters.BlockCount);
        if (!keys.TryProvision(key) || !counters.TryProvision(0, 0))
            throw new InvalidOperationException("The unit could not be provisioned.");
    }

    public SimulatedFlash Journal { get; }

    public SimulatedFlash Counters { get; }

    public SimulatedFlash Keys { get; }

    public SimulatedFlash Airtime { get; private set; }

    /// <summary>The ledger's flash begins anew; for a double that refills it.</summary>
    public void ForgetAirtime()
    {
        Airtime = new(_plan.ProgramBytes, RecordBlockBytes, FlashRecord.BlocksMin, _plan.FlashIsCached);
        _all[3] = Airtime;
    }

    /// <summary>The power fails within one of the next operations of one of the areas.</summary>
    public void PlanCut()
    {
        var random = _plan.Random;
        var flash = _all[random.Next(3) == 0 ? random.Next(_all.Length) : 0];
        flash.CutPowerIn(
            flash.Operations + random.Next(CutOperationsMax), random.Next(280), (TornWrite)random.Next(3), random.Next());
    }

    public void PowerOn()
    {
        foreach (var flash in _all)
            flash.PowerOn();
    }

    /// <summary>
    /// Something breaks: mostly in the journal. In the records of two lanes at most one bit turns a voyage, for that is
    /// what they promise to stand.
    /// </summary>
    public void Break()
    {
        if (_syncs.Next(3) == 0)
            Journal.FailSyncs(_syncs.Next(SyncsToPassMax), _syncs.Next(1, SyncsToFailMax), _syncs.Next(Journal.BlockCount));
        var random = _plan.Random;
        var block = random.Next(Journal.BlockCount);
        switch (random.Next(5))
        {
            case 0 when _badBlocks < 2:
                _badBlocks++;
                Journal.SetFault(block, random.Next(2) == 0 ? BlockFault.Unwritable : BlockFault.Dead);
                break;
            case 1:
                Journal.FailReads(block, random.Next(1, 4));
                break;
            case 2 when !_recordBroken:
                _recordBroken = true;
                var record = random.Next(2) == 0 ? Counters : Airtime;
                record.FlipBit(random.Next(record.BlockCount), random.Next(200), random.Next(8));
                AirtimeBroken |= record == Airtime;
                break;
            default:
                Journal.FlipBit(block, random.Next(Journal.EraseBlockBytes), random.Next(8));
                break;
        }
    }

    public bool AirtimeBroken { get; private set; }

    private int _badBlocks;
    private bool _recordBroken;
}
