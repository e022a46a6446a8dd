using BoatTelemetry.Core.Journal;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>The simulated chip keeps the contract of the interface, and breaks where it may break.</summary>
public sealed class SimulatedFlashTests
{
    private readonly SimulatedFlash _flash = new(2, 8, 2);
    private readonly byte[] _read = new byte[8];

    [Fact]
    public void Program_SettingABit_IsMisuse()
    {
        Program(0, [0x0F, 0xF0]);
        Program(0, [0x0E, 0x00]);
        Assert.Throws<InvalidOperationException>(() => Program(0, [0x1E, 0x00]));
        Assert.Equal([0x0E, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], Read());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 3)]
    public void Program_NotWholeUnits_IsMisuse(int offset, int length)
    {
        Assert.Throws<ArgumentException>(() => _flash.Program(0, offset, new byte[8], 0, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => _flash.Program(0, 6, new byte[8], 0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => _flash.Read(2, 0, new byte[8], 0, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public void CutPowerIn_Program_LeavesAPrefixAndNothingWorksUntilPowerIsBack(int bytes)
    {
        _flash.CutPowerIn(1, bytes, TornWrite.Prefix, 1);
        Program(1, new byte[8]);
        Assert.Throws<PowerCutException>(() => Program(0, new byte[8]));
        Assert.Throws<PowerCutException>(() => _flash.Read(0, 0, _read, 0, 8));
        Assert.Throws<PowerCutException>(() => _flash.Sync());
        _flash.PowerOn();
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (byte)(i < bytes ? 0 : 0xFF)), Read());
    }

    [Fact]
    public void CutPowerIn_ScrambledProgram_ClearsOnlyWhatItWasToClear()
    {
        var seen = new HashSet<byte>();
        for (var seed = 0; seed < 200; seed++)
        {
            var flash = new SimulatedFlash(2, 8, 2);
            flash.CutPowerIn(0, 0, TornWrite.Scrambled, seed);
            Assert.Throws<PowerCutException>(() => flash.Program(0, 0, [0xF0, 0xFF], 0, 2));
            flash.PowerOn();
            flash.Read(0, 0, _read, 0, 8);
            Assert.Equal(0xF0, _read[0] & 0xF0);
            Assert.Equal(0xFF, _read[1]);
            seen.Add(_read[0]);
        }

        Assert.Equal(16, seen.Count);
    }

    [Fact]
    public void CutPowerIn_ScrambledErase_LeavesAnythingBehindTheCut()
    {
        Program(0, new byte[8]);
        _flash.CutPowerIn(1, 4, TornWrite.Scrambled, 3);
        Assert.Throws<PowerCutException>(() => _flash.EraseBlock(0));
        _flash.PowerOn();
        var after = Read();
        Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF], after[..4]);
        Assert.Contains(after[4..], b => b is not (0 or 0xFF));
        Assert.Equal(1, _flash.Erases(0));
    }

    [Fact]
    public void CutPowerIn_UnstableProgram_ReadsDifferentlyAfterEachStartUntilErased()
    {
        _flash.CutPowerIn(0, 0, TornWrite.Unstable, 3);
        Assert.Throws<PowerCutException>(() => Program(0, new byte[8]));
        var seen = new HashSet<string>();
        for (var start = 0; start < 10; start++)
        {
            _flash.PowerOn();
            var first = Convert.ToHexString(Read());
            Assert.Equal(first, Convert.ToHexString(Read()));
            seen.Add(first);
        }

        Assert.True(seen.Count > 8);
        _flash.EraseBlock(0);
        _flash.PowerOn();
        Assert.All(Read(), b => Assert.Equal(0xFF, b));
    }

    [Fact]
    public void Sync_CachedFlash_IsWhatMakesDurable()
    {
        var flash = new SimulatedFlash(2, 8, 2, cached: true);
        flash.Program(0, 0, [1, 2], 0, 2);
        flash.Read(0, 0, _read, 0, 8);
        Assert.Equal(1, _read[0]);
        flash.PowerOn();
        flash.Read(0, 0, _read, 0, 8);
        Assert.Equal(0xFF, _read[0]);
        flash.Program(0, 0, [1, 2], 0, 2);
        Assert.Equal(0, flash.Operations);
        Assert.Equal(FlashResult.Done, flash.Sync());
        Assert.Equal(1, flash.Operations);
        flash.PowerOn();
        flash.Read(0, 0, _read, 0, 8);
        Assert.Equal([1, 2], _read[..2]);
    }

    [Fact]
    public void SetFault_AndFailReads_GiveReasons()
    {
        _flash.SetFault(0, BlockFault.Unwritable);
        Assert.Equal(FlashResult.ProgramFailed, _flash.Program(0, 0, new byte[2], 0, 2));
        Assert.Equal(FlashResult.EraseFailed, _flash.EraseBlock(0));
        Assert.Equal(FlashResult.Done, _flash.Read(0, 0, _read, 0, 8));
        _flash.SetFault(0, BlockFault.Dead);
        Assert.Equal(FlashResult.ReadFailed, _flash.Read(0, 0, _read, 0, 8));
        _flash.FailReads(1, 1);
        Assert.Equal(FlashResult.ReadFailed, _flash.Read(1, 0, _read, 0, 8));
        Assert.Equal(FlashResult.Done, _flash.Read(1, 0, _read, 0, 8));
    }

    [Fact]
    public void PauseReadFailures_WhileItLasts_LeavesThemForTheUser()
    {
        _flash.FailReads(1, 1);
        using (_flash.PauseReadFailures())
        {
            Assert.Equal(FlashResult.Done, _flash.Read(1, 0, _read, 0, 8));
            _flash.SetFault(0, BlockFault.Dead);
            Assert.Equal(FlashResult.ReadFailed, _flash.Read(0, 0, _read, 0, 8));
        }

        Assert.Equal(FlashResult.ReadFailed, _flash.Read(1, 0, _read, 0, 8));
    }

    private void Program(int block, byte[] bytes) =>
        Assert.Equal(FlashResult.Done, _flash.Program(block, 0, bytes, 0, bytes.Length));

    private byte[] Read()
    {
        Assert.Equal(FlashResult.Done, _flash.Read(0, 0, _read, 0, 8));
        return (byte[])_read.Clone();
    }
}
