using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Ingest;
using DownlinkOutcome = BoatTelemetry.Gateway.Downlink.DownlinkOutcome;

namespace BoatTelemetry.Gateway.Tests.Downlink;

public sealed class DownlinkStoreTests : IDisposable
{
    private const long NowUtcMs = 1_795_000_000_000;
    private static readonly byte[] _frame = [0x1C, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-downlink-store-").FullName;

    private string FileName => Path.Combine(_folder, "downlink.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Counters_OverLivesWithAClockSetBack_NeverRepeat()
    {
        HashSet<uint> used = [];
        for (var life = 0; life < 5; life++)
        {
            using var store = Open();
            var reservation = new DownlinkReservation(store);
            var counter = new DownlinkCounter();
            for (var i = 0; i < 20; i++)
            {
                Assert.True(counter.TryNext(reservation, NowUtcMs - (life * 100_000), out var next));
                Assert.True(used.Add(next), $"{next} twice");
            }
        }
    }

    [Fact]
    public void Open_FileOfAnotherGateway_IsRefused()
    {
        using var first = Open();
        using var second = new DownlinkStore(FileName);

        Assert.Throws<DownlinkStoreException>(second.Open);
    }

    [Fact]
    public void Open_SomethingElse_IsRefusedAndLeftAsItIs()
    {
        File.WriteAllText(FileName, "no database, and long enough to be read as one".PadRight(4096));
        using var store = new DownlinkStore(FileName);

        Assert.Throws<DownlinkStoreException>(store.Open);
        Assert.StartsWith("no database", File.ReadAllText(FileName), StringComparison.Ordinal);
    }

    [Fact]
    public void Closed_NothingIsSaidToBeDurable()
    {
        var store = Open();
        store.Dispose();

        Assert.False(store.TrySave(5));
        Assert.False(store.TryLoad(out _));
        Assert.Null(store.TryLoadCommands());
        Assert.NotNull(store.LastFailure);
    }

    [Fact]
    public void Airtime_HourUsedUp_StaysUsedUpAfterARestartAndComesBackWithTheHour()
    {
        var uplink = new Reception { FrequencyHz = 921_400_000, SpreadingFactor = 10, BandwidthHz = 125_000 };
        var nowMs = 1_000_000L;
        int sent;
        using (var store = Open())
        {
            sent = SendUntilRefused(Ledger(store, nowMs), in uplink, ref nowMs, AirtimeRefusal.SosReserve);
        }

        // 36 s of an hour less the reserve of 15 %, at 288.8 ms each (SF10, 16 bytes).
        var frameUs = TimeOnAir.FrameUs(10, 125_000, 5, 8, _frame.Length);
        Assert.Equal(36_000_000L * 85 / 100 / frameUs, sent);

        using var again = Open();
        var ledger = Ledger(again, nowMs);
        Assert.Equal(0, ledger.TryCharge(in uplink, _frame, nowMs, out _, out var refusal));
        Assert.Equal(AirtimeRefusal.SosReserve, refusal);
        Assert.Equal(DownlinkOutcome.AirtimeSpent, ConcentratorAirtime.OutcomeOf(refusal));

        // A command may use the rest; another concentrator has an hour of its own.
        byte[] command = [0x20, .. _frame[1..]];
        Assert.NotEqual(0, ledger.TryCharge(in uplink, command, nowMs, out _, out _));
        Assert.NotEqual(0, Ledger(again, nowMs, concentrator: 2).TryCharge(in uplink, _frame, nowMs, out _, out _));

        nowMs += 3_700_000;
        Assert.NotEqual(0, ledger.TryCharge(in uplink, _frame, nowMs, out _, out _));
    }

    [Fact]
    public void Airtime_TakenBack_IsFreeAgainUnlessSomethingWasChargedSince()
    {
        var uplink = new Reception { FrequencyHz = 921_400_000, SpreadingFactor = 10, BandwidthHz = 125_000 };
        using var store = Open();
        var ledger = Ledger(store, 1_000_000);
        var first = ledger.TryCharge(in uplink, _frame, 1_000_000, out _, out _);
        var used = ledger.UsedPermille(1_000_000);
        var second = ledger.TryCharge(in uplink, _frame, 1_001_000, out _, out _);
        ledger.TakeBack(first);
        Assert.True(ledger.UsedPermille(1_001_000) > used);
        ledger.TakeBack(second);
        Assert.Equal(used, ledger.UsedPermille(1_001_000));
    }

    [Fact]
    public void Airtime_StoreFails_NothingMayBeSent()
    {
        var uplink = new Reception { FrequencyHz = 921_400_000, SpreadingFactor = 10, BandwidthHz = 125_000 };
        var store = Open();
        var ledger = Ledger(store, 1_000_000);
        store.Dispose();

        Assert.Equal(0, ledger.TryCharge(in uplink, _frame, 1_000_000, out _, out var refusal));
        Assert.Equal(AirtimeRefusal.NotDurable, refusal);
        Assert.Equal(DownlinkOutcome.Refused, ConcentratorAirtime.OutcomeOf(refusal));
    }

    private static int SendUntilRefused(ConcentratorAirtime ledger, in Reception uplink, ref long nowMs, AirtimeRefusal expected)
    {
        for (var sent = 0; ; sent++)
        {
            nowMs += 2_000;
            if (ledger.TryCharge(in uplink, _frame, nowMs, out _, out var refusal) != 0)
                continue;
            Assert.Equal(expected, refusal);
            return sent;
        }
    }

    private static ConcentratorAirtime Ledger(DownlinkStore store, long nowMs, ulong concentrator = 1) =>
        new("AS923-2", 300, 14, store, concentrator, nowMs);

    private DownlinkStore Open()
    {
        var store = new DownlinkStore(FileName);
        store.Open();
        return store;
    }
}
