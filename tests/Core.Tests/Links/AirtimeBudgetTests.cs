using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Links;

public sealed class AirtimeBudgetTests
{
    private const int HourMs = 3_600_000;
    private readonly SimulatedFlash _flash = new(4, 4096, 4);
    private readonly RadioSettings _settings = new() { FrequencyHz = 921_400_000, SpreadingFactor = 10, PowerDbm = 13 };

    [Fact]
    public void TryCharge_LegalFrame_CountsItsExactTime()
    {
        var budget = Start("AS923-2");
        Assert.Equal(AirtimeRefusal.None, budget.TryCharge(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal(329_728, budget.UsedUs(0, 1_000));
        Assert.Equal(9, budget.UsedPermille(1_000));
        budget.TakeBack();
        Assert.Equal(0, budget.UsedUs(0, 1_000));
        budget.TakeBack();
        Assert.Equal(0, budget.ChargedUs);
    }

    [Fact]
    public void Check_UnknownRegion_ReceivesOnly() => AssertRefused(AirtimeRefusal.ReceiveOnly, Start("XY1"), 19);

    [Theory]
    [InlineData(919_900_000)]
    [InlineData(920_050_000)]
    [InlineData(922_950_000)]
    [InlineData(923_200_000)]
    public void Check_ChannelReachesOutsideTheBand_IsRefused(int frequencyHz)
    {
        _settings.FrequencyHz = frequencyHz;
        AssertRefused(AirtimeRefusal.OutsideBand, Start("AS923-2"), 19);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(6)]
    public void Check_SpreadingFactorThatTheRegionLacks_IsRefused(int spreadingFactor)
    {
        _settings.SpreadingFactor = spreadingFactor;
        AssertRefused(AirtimeRefusal.SpreadingFactor, Start("AS923-2"), 19);
    }

    [Fact]
    public void Check_PowerWithAntenna_IsHeldToTheRadiatedLimit()
    {
        var budget = Start("AS923-2");
        Assert.Equal(13, budget.PowerMaxDbm(_settings.FrequencyHz, 125_000));
        _settings.PowerDbm = 14;
        AssertRefused(AirtimeRefusal.Power, budget, 19);
        var bare = Start("AS923-2", new AirtimeOptions { AntennaGainCdb = 0 });
        Assert.Equal(AirtimeRefusal.None, bare.Check(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal(15, Start("AS923-2", new AirtimeOptions { AntennaGainCdb = 50 }).PowerMaxDbm(_settings.FrequencyHz, 125_000));
        Assert.Equal(-2, Start("AS923-2", new AirtimeOptions { AntennaGainCdb = 1750 }).PowerMaxDbm(_settings.FrequencyHz, 125_000));
    }

    [Theory]
    [InlineData(10, 24)]
    [InlineData(9, 66)]
    [InlineData(8, 138)]
    [InlineData(7, 255)]
    public void Check_FrameTooLongForItsSpreadingFactor_IsRefused(int spreadingFactor, int bytesMax)
    {
        _settings.SpreadingFactor = spreadingFactor;
        var budget = Start("AS923-2");
        Assert.Equal(AirtimeRefusal.None, budget.Check(_settings, bytesMax, AirtimePurpose.Current, 0));
        AssertRefused(AirtimeRefusal.TooLong, budget, bytesMax + 1);
        AssertRefused(AirtimeRefusal.TooLong, budget, 0);
    }

    [Fact]
    public void Check_LongPreamble_BreaksTheDwellLimit()
    {
        _settings.PreambleSymbols = 16;
        AssertRefused(AirtimeRefusal.Dwell, Start("AS923-2"), 24);
    }

    [Fact]
    public void TryCharge_ChannelThatRests_IsRefusedUntilItHasRested()
    {
        var budget = Start("US915");
        (_settings.FrequencyHz, _settings.SpreadingFactor) = (903_900_000, 8);
        Assert.Equal(AirtimeRefusal.ChannelRests, budget.Check(_settings, 19, AirtimePurpose.Sos, 19_999));
        Assert.Equal(AirtimeRefusal.None, budget.TryCharge(_settings, 19, AirtimePurpose.Current, 20_000));
        AssertRefused(AirtimeRefusal.ChannelRests, budget, 19, nowMs: 40_000);
        Assert.InRange(budget.RoomFromMs(_settings, 19, AirtimePurpose.Current, 40_000), 40_102, 41_200);
        Assert.Equal(AirtimeRefusal.None, budget.Check(_settings, 19, AirtimePurpose.Current, 41_200));
        _settings.FrequencyHz = 904_100_000;
        Assert.Equal(AirtimeRefusal.None, budget.Check(_settings, 19, AirtimePurpose.Current, 20_000));
    }

    [Fact]
    public void TryCharge_EachPurpose_StopsAtItsOwnCeiling()
    {
        var budget = Start("AS923-2");
        Assert.Equal(AirtimeRefusal.BacklogShare, Fill(budget, AirtimePurpose.Backlog, 0));
        Assert.InRange(budget.UsedUs(0, 0), 21_600_000 - 329_728, 21_600_000);
        Assert.Equal(AirtimeRefusal.SosReserve, Fill(budget, AirtimePurpose.Current, 0));
        Assert.InRange(budget.UsedUs(0, 0), 30_600_000 - 329_728, 30_600_000);
        Assert.Equal(AirtimeRefusal.SosReserve, budget.TryCharge(_settings, 19, AirtimePurpose.Backlog, 0));
        Assert.Equal(AirtimeRefusal.DutyCycle, Fill(budget, AirtimePurpose.Sos, 0));
        Assert.InRange(budget.UsedUs(0, 0), 36_000_000 - 329_728, 36_000_000);
        Assert.Equal(AirtimeRefusal.DutyCycle, budget.TryCharge(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal((1, 2, 2), (budget.Refusals(AirtimeRefusal.BacklogShare), budget.Refusals(AirtimeRefusal.SosReserve), budget.Refusals(AirtimeRefusal.DutyCycle)));
    }

    [Fact]
    public void RoomFromMs_FullHour_SaysWhenTheNextFrameMayGo()
    {
        var budget = Start("AS923-2");
        Fill(budget, AirtimePurpose.Current, 0);
        var from = budget.RoomFromMs(_settings, 19, AirtimePurpose.Current, 60_000);
        Assert.InRange(from, HourMs, HourMs + 31_000);
        Assert.Equal(AirtimeRefusal.SosReserve, budget.Check(_settings, 19, AirtimePurpose.Current, from - 1));
        Assert.Equal(AirtimeRefusal.None, budget.Check(_settings, 19, AirtimePurpose.Current, from));
        Assert.Equal(60_000, budget.RoomFromMs(_settings, 19, AirtimePurpose.Sos, 60_000));
        Assert.Equal(long.MaxValue, budget.RoomFromMs(_settings, 200, AirtimePurpose.Sos, 0));
    }

    [Fact]
    public void Check_EuropeanSubBands_AreCountedApart()
    {
        var budget = Start("EU868");
        _settings.FrequencyHz = 868_100_000;
        Assert.Equal(AirtimeRefusal.SosReserve, Fill(budget, AirtimePurpose.Current, 0));
        _settings.FrequencyHz = 867_100_000;
        Assert.Equal(AirtimeRefusal.None, budget.Check(_settings, 19, AirtimePurpose.Current, 0));
    }

    [Fact]
    public void Start_AfterAReboot_TheHourIsNotRefilled()
    {
        Fill(Start("AS923-2"), AirtimePurpose.Current, 100_000);
        var next = Start("AS923-2", nowMs: 0);
        Assert.Equal(FlashRecordState.Loaded, next.RecordState);
        Assert.Equal(AirtimeRefusal.SosReserve, next.Check(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal(AirtimeRefusal.None, next.Check(_settings, 19, AirtimePurpose.Sos, 0));
        Assert.Equal(AirtimeRefusal.SosReserve, next.Check(_settings, 19, AirtimePurpose.Current, HourMs));
        Assert.Equal(AirtimeRefusal.None, next.Check(_settings, 19, AirtimePurpose.Current, HourMs + 30_000));
    }

    [Fact]
    public void Start_ResetEveryTenMinutes_TheRecordAgesAllTheSame()
    {
        Fill(Start("AS923-2"), AirtimePurpose.Current, 0);
        var lives = 0;
        for (; lives < 20; lives++)
        {
            var life = Start("AS923-2");
            if (life.Check(_settings, 19, AirtimePurpose.Current, 0) == AirtimeRefusal.None)
                break;
            for (var now = 0; now < 600_000; now += 1_000)
                life.Poll(now);
        }

        Assert.InRange(lives, 6, 13);
    }

    [Fact]
    public void Start_UnderAnotherRegion_CountsWhatWasUsedInEachSubBand()
    {
        Fill(Start("AS923-2"), AirtimePurpose.Current, 0);
        var next = Start("EU868");
        _settings.FrequencyHz = 868_100_000;
        Assert.Equal(AirtimeRefusal.SosReserve, next.Check(_settings, 19, AirtimePurpose.Current, 0));
        _settings.FrequencyHz = 867_100_000;
        Assert.Equal(AirtimeRefusal.SosReserve, next.Check(_settings, 19, AirtimePurpose.Current, 0));
    }

    [Fact]
    public void Start_RecordLost_OnlyTheReserveIsLeft()
    {
        Assert.Equal(AirtimeRefusal.None, Start("AS923-2").TryCharge(_settings, 19, AirtimePurpose.Current, 0));
        for (var block = 0; block < 4; block++)
            _flash.FlipBit(block, 5, 0);
        var next = Start("AS923-2");
        Assert.Equal(FlashRecordState.Lost, next.RecordState);
        Assert.Equal(AirtimeRefusal.SosReserve, next.Check(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal(AirtimeRefusal.None, next.TryCharge(_settings, 19, AirtimePurpose.Sos, 0));
    }

    [Fact]
    public void TryCharge_FlashTakesNothing_OnlyAnSosGoesOut()
    {
        var budget = Start("AS923-2");
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Unwritable);
        AssertRefused(AirtimeRefusal.NotDurable, budget, 19, checkToo: false);
        Assert.Equal(AirtimeRefusal.None, budget.TryCharge(_settings, 19, AirtimePurpose.Sos, 0));
        Assert.Equal(2, budget.SavesFailed);
        Assert.Equal(329_728, budget.UsedUs(0, 0));
    }

    [Fact]
    public void TryCharge_RecordUnreadable_IsTriedAgainAndThenSaved()
    {
        Start("AS923-2").TryCharge(_settings, 19, AirtimePurpose.Current, 0);
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.Dead);
        var budget = Start("AS923-2");
        Assert.Equal(FlashRecordState.Unreadable, budget.RecordState);
        Assert.Equal(AirtimeRefusal.SosReserve, budget.TryCharge(_settings, 19, AirtimePurpose.Current, 0));
        Assert.Equal(AirtimeRefusal.None, budget.TryCharge(_settings, 19, AirtimePurpose.Sos, 0));
        for (var block = 0; block < 4; block++)
            _flash.SetFault(block, BlockFault.None);
        Assert.Equal(AirtimeRefusal.None, budget.TryCharge(_settings, 19, AirtimePurpose.Sos, 0));
        Assert.Equal(1, budget.Saves);
    }

    [Fact]
    public void TryCharge_BeforeStart_IsMisuse() =>
        Assert.Throws<InvalidOperationException>(() =>
            new AirtimeBudget(Regions.Find("AS923-2"), _flash, 0, 4, new AirtimeOptions()).TryCharge(_settings, 19, AirtimePurpose.Sos, 0));

    [Fact]
    public void TryCharge_SteadyState_AllocatesNothing()
    {
        var budget = Start("AS923-2");
        var flash = new SilentFlash();
        budget = new AirtimeBudget(Regions.Find("AS923-2"), flash, 0, 4, new AirtimeOptions());
        budget.Start(0);
        var least = long.MaxValue;
        for (var pass = 0; pass < 5; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2_000; i++)
            {
                var now = ((pass * 2_000L) + i) * 30_000;
                budget.TryCharge(_settings, 19, AirtimePurpose.Current, now);
                budget.Poll(now);
                budget.RoomFromMs(_settings, 19, AirtimePurpose.Backlog, now);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(flash.Programs > 1_000);
    }

    [Theory]
    [InlineData("EU868", 1_482_752, 247_125)]
    [InlineData("AS923-2", 370_688, 61_781)]
    [InlineData("US915", 370_688, 0)]
    public void SosPaceMs_OfAFrame_UsesItsShareOfTheHourAndNoMore(string region, int frameUs, int paceMs)
    {
        var budget = Start(region);
        Assert.Equal(paceMs, budget.SosPaceMs(frameUs));
        if (paceMs > 0)
            Assert.InRange(3_600_000L / paceMs * frameUs, 20_000_000, 36_000_000L * 600 / 1_000);
    }

    private AirtimeBudget Start(string region, AirtimeOptions? options = null, long nowMs = 0)
    {
        var budget = new AirtimeBudget(Regions.Find(region), _flash, 0, 4, options ?? new AirtimeOptions());
        budget.Start(nowMs);
        return budget;
    }

    private AirtimeRefusal Fill(AirtimeBudget budget, AirtimePurpose purpose, long nowMs)
    {
        for (var i = 0; i < 1_000; i++)
        {
            var refusal = budget.TryCharge(_settings, 19, purpose, nowMs);
            if (refusal != AirtimeRefusal.None)
                return refusal;
        }

        throw new InvalidOperationException("no limit");
    }

    private void AssertRefused(AirtimeRefusal expected, AirtimeBudget budget, int bytes, long nowMs = 0, bool checkToo = true)
    {
        if (checkToo)
            Assert.Equal(expected, budget.Check(_settings, bytes, AirtimePurpose.Sos, nowMs));
        var before = budget.Refusals(expected);
        var purpose = checkToo ? AirtimePurpose.Sos : AirtimePurpose.Current;
        Assert.Equal(expected, budget.TryCharge(_settings, bytes, purpose, nowMs));
        Assert.Equal(before + 1, budget.Refusals(expected));
    }

    /// <summary>A flash that allocates nothing, which <see cref="SimulatedFlash"/> does not promise.</summary>
    private sealed class SilentFlash : IFlash
    {
        private readonly byte[] _cells = Enumerable.Repeat((byte)0xFF, 4 * 4096).ToArray();

        public int Programs { get; private set; }

        public int ProgramBytes => 4;

        public int EraseBlockBytes => 4096;

        public int BlockCount => 4;

        public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length)
        {
            Array.Copy(_cells, (block * 4096) + offset, buffer, bufferOffset, length);
            return FlashResult.Done;
        }

        public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length)
        {
            Programs++;
            Array.Copy(buffer, bufferOffset, _cells, (block * 4096) + offset, length);
            return FlashResult.Done;
        }

        public FlashResult EraseBlock(int block)
        {
            Array.Fill(_cells, (byte)0xFF, block * 4096, 4096);
            return FlashResult.Done;
        }

        public FlashResult Sync() => FlashResult.Done;
    }
}
