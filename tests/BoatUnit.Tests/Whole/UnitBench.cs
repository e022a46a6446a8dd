using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.BoatUnit.Tests.Whole;

/// <summary>A whole unit on a simulated board, with a shore; time goes by as the test lets it.</summary>
internal sealed class UnitBench : IDisposable
{
    public const int UnitId = 77;

    private static readonly byte[] _key = Convert.FromHexString("000102030405060708090A0B0C0D0E0F");

    public UnitBench(BoardSettings? settings = null, Action<UnitConfig>? configure = null, bool hasKey = true, int journalBlocks = StorageMap.SmallJournalBlocks)
    {
        Shore = new ReferenceShore(_key, UnitId);
        Flash = new BoardFlash(journalBlocks);
        Board = new SimulatedBoard((settings ?? new BoardSettings()) with { Air = Shore, ModemSent = Shore.Datagram }, Flash.Map);
        Shore.Board = Board;
        Provision(configure, hasKey);
        Unit = Board.PowerOn();
    }

    public ReferenceShore Shore { get; }

    public BoardFlash Flash { get; }

    public SimulatedBoard Board { get; }

    public BoatUnit.Unit Unit { get; private set; }

    /// <summary>Steps taken, each <see cref="BoatUnit.Unit.StepMs"/>.</summary>
    public long Steps { get; private set; }

    /// <summary>What the test watches for at every step.</summary>
    public Action? EachStep { get; set; }

    /// <summary>Lets the unit run; a reset that it asks for happens.</summary>
    public void Run(long forMs, int stepMs = BoatUnit.Unit.StepMs)
    {
        for (var endMs = Board.Time.MonotonicMs + forMs; Board.Time.MonotonicMs < endMs;)
            Step(stepMs);
    }

    public void RunS(int seconds) => Run(seconds * 1000L);

    /// <summary>Runs until it is so; how long that took, ms. Fails the test after the limit.</summary>
    public long Until(Func<bool> isSo, long withinMs)
    {
        var startMs = Board.Time.MonotonicMs;
        while (!isSo())
        {
            if (Board.Time.MonotonicMs - startMs >= withinMs)
                throw new TimeoutException($"not within {withinMs} ms: {Describe()}");

            Step(BoatUnit.Unit.StepMs);
        }

        return Board.Time.MonotonicMs - startMs;
    }

    /// <summary>Power off and on: nothing of the unit's memory stays, its flash does.</summary>
    public void PowerCycle()
    {
        Unit.Stop(1000);
        foreach (var area in Flash.All)
            area.PowerOn();
        Unit = Board.PowerOn();
    }

    public string Describe()
    {
        var reporting = Unit.Reporting;
        return $"receiver {Unit.Receiver.State} faulty {Unit.Receiver.IsFaulty}, radio {Unit.Links.LoRa?.State} sent {Unit.Links.LoRa?.Transmitted} timeouts "
            + $"{Unit.Links.LoRa?.TransmitTimeouts} restarts {Unit.Links.LoRa?.Restarts}, fixes {reporting?.Fixes.Accepted}, held {reporting?.Journal.HeldFrames}, "
            + $"shore live {Shore.Live.Count} events {Shore.Events.Count} statuses {Shore.Statuses.Count} tracks {Shore.Tracks} repeats {Shore.Repeats} rejected {Shore.Rejected}, "
            + $"resets {Board.Resets}, safe mode {Unit.Supervisor.SafeMode}";
    }

    public void Dispose()
    {
        Unit.Stop(1000);
        Board.Dispose();
        Shore.Dispose();
    }

    private void Step(int stepMs)
    {
        Unit.Step();
        Steps++;
        EachStep?.Invoke();
        Board.Advance(stepMs);
        if (Board.WantsReset)
        {
            Unit.Stop(1000);
            Unit = Board.PowerOn();
        }
    }

    private void Provision(Action<UnitConfig>? configure, bool hasKey)
    {
        var config = new UnitConfig();
        var problem = new ConfigProblem();
        config.TrySet(ConfigKeys.UnitId, UnitId, problem);
        config.TrySet(ConfigKeys.BoardModel, Board.Model, problem);
        configure?.Invoke(config);
        var json = new JsonWriter(ConfigStore.TextBytesMax);
        json.BeginObject();
        config.Write(json);
        json.EndObject();
        var store = new ConfigStore(Flash.Config);
        store.Load();
        if (!store.TrySave(json.Buffer, json.Length))
            throw new InvalidOperationException("The configuration was not saved.");

        if (hasKey)
        {
            var counters = new FlashCounterStore(Flash.Counters, 0, Flash.Counters.BlockCount);
            var keys = new UnitKeys(Flash.Keys, 0, Flash.Keys.BlockCount);
            keys.TryLoad();
            if (!counters.TryProvision(0, 0) || !keys.TryProvision(_key))
                throw new InvalidOperationException("The key was not set.");
        }
    }
}
