using System.Text;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Journal;

public sealed class FlashRecordTests(ITestOutputHelper output)
{
    private const int Blocks = 4;
    private const int SlotBytes = 16;

    [Fact]
    public void Crc32_CheckValue_IsTheStandards()
    {
        Assert.Equal(0xCBF43926u, Crc32.Of(Encoding.ASCII.GetBytes("x123456789"), 1, 9));
        Assert.Equal(0u, Crc32.Of([], 0, 0));
    }

    [Fact]
    public void Load_NeverWritten_IsBlankAndOfAnotherContentLost()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        Assert.Equal(FlashRecordState.Blank, NewRecord(flash).Load(new byte[8]));
        flash.FlipBit(2, 7, 3);
        Assert.Equal(FlashRecordState.Lost, NewRecord(flash).Load(new byte[8]));
    }

    [Fact]
    public void TrySave_BeforeLoad_IsMisuse()
    {
        var record = NewRecord(new SimulatedFlash(4, 128, Blocks));
        Assert.Throws<InvalidOperationException>(() => record.TrySave(new byte[8]));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(0, 5)]
    [InlineData(3, 4)]
    [InlineData(0, 0)]
    public void New_BlocksThatDoNotSuit_IsMisuse(int firstBlock, int blockCount)
    {
        var flash = new SimulatedFlash(4, 128, 6);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlashRecord(flash, firstBlock, blockCount, 8));
    }

    [Fact]
    public void Load_AnyOneBitDecayed_FindsTheNewest()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        var copy = new SimulatedFlash(4, 128, Blocks);
        for (var saves = 1; saves <= 40; saves++)
        {
            Save(flash, (uint)saves);
            for (var at = 0; at < 128 * Blocks; at++)
            {
                copy.CopyFrom(flash);
                copy.FlipBit(at / 128, at % 128, at % 8);
                Assert.Equal((uint)saves, Load(copy));
                Assert.Equal((uint)saves, Load(copy));
            }
        }
    }

    [Fact]
    public void Load_NewestDecayedInOneLane_IsMendedBeforeTheOtherMayDecay()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        for (uint i = 1; i <= 300; i++)
        {
            Save(flash, i);

            // Every copy of the newest record in one lane, and after a start every one in the other.
            Spoil(flash, i, firstBlock: (int)(i % 2) * 2);
            Assert.Equal(i, Load(flash));
            Spoil(flash, i, firstBlock: 2 - ((int)(i % 2) * 2));
            Assert.Equal(i, Load(flash));
        }
    }

    [Theory]
    [InlineData(BlockFault.Unwritable)]
    [InlineData(BlockFault.Dead)]
    public void TrySave_AnyOneBlockBreaksAtAnyTime_GoesOnAndLoads(BlockFault fault)
    {
        for (var block = 0; block < Blocks; block++)
        {
            for (uint when = 0; when < 40; when++)
            {
                var flash = new SimulatedFlash(4, 128, Blocks);
                var record = NewRecord(flash);
                record.Load(new byte[8]);
                for (uint i = 1; i < 60; i++)
                {
                    if (i == when)
                        flash.SetFault(block, fault);
                    Assert.True(record.TrySave(Payload(i)));
                    Assert.Equal(i, Load(flash, mayWrite: false));
                }

                Assert.Equal(59u, Load(flash));
            }
        }
    }

    [Fact]
    public void TrySave_FreeSlotsDecayedSinceTheStart_AreLeftOut()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        var record = NewRecord(flash);
        record.Load(new byte[8]);
        for (uint i = 1; i < 100; i++)
        {
            Assert.True(record.TrySave(Payload(i)));
            var slot = new byte[SlotBytes];
            for (var block = 0; block < Blocks && i % 5 == 0; block++)
            {
                flash.Read(block, 64, slot, 0, SlotBytes);
                if (slot.All(b => b == 0xFF))
                    flash.FlipBit(block, 66, 2);
            }
        }

        Assert.Equal(99u, Load(flash));
        Assert.True(record.BadSlots > 5);
    }

    [Fact]
    public void Load_ReadsFailAWhile_AreTriedAgain()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        Save(flash, 5);
        for (var block = 0; block < Blocks; block++)
            flash.FailReads(block, 2);
        Assert.Equal(5u, Load(flash));
    }

    [Fact]
    public void Load_NeitherLaneReadable_SaysSoAndMayBeTriedAgain()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        Save(flash, 5);
        flash.SetFault(0, BlockFault.Dead);
        flash.SetFault(2, BlockFault.Dead);
        var record = NewRecord(flash);
        var payload = new byte[8];
        Assert.Equal(FlashRecordState.Unreadable, record.Load(payload));
        Assert.Throws<InvalidOperationException>(() => record.TrySave(payload));
        flash.SetFault(0, BlockFault.None);
        flash.SetFault(2, BlockFault.None);
        Assert.Equal(FlashRecordState.Loaded, record.Load(payload));
        Assert.Equal(Payload(5), payload);
    }

    [Fact]
    public void TrySave_BothLanesUnwritable_FailsAndTheOldRecordStays()
    {
        var flash = new SimulatedFlash(4, 128, Blocks);
        Save(flash, 5);
        var record = NewRecord(flash);
        record.Load(new byte[8]);
        for (var block = 0; block < Blocks; block++)
            flash.SetFault(block, BlockFault.Unwritable);
        Assert.False(record.TrySave(Payload(6)));
        Assert.Equal(5u, Load(flash, mayWrite: false));
    }

    [Fact]
    public void TrySave_ManyTimesOnTheRealGeometry_SpreadsTheWearAndAllocatesNothing()
    {
        const int Saves = 200_000;
        var flash = new SimulatedFlash(16, 4096, Blocks);
        var record = NewRecord(flash);
        var payload = new byte[8];
        record.Load(payload);
        record.TrySave(payload);
        var saves = 1;
        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 1; i < Saves; i++)
            {
                payload[7] = (byte)i;
                record.TrySave(payload);
            }

            saves += Saves - 1;
        }));
        var erases = Enumerable.Range(0, Blocks).Select(flash.Erases).ToArray();
        output.WriteLine($"{saves} saves: erases a block {string.Join(", ", erases)}");
        Assert.True(erases.Max() - erases.Min() <= 1);
        Assert.Equal(0, record.SavedInOneLane);
        Assert.InRange(erases.Max(), 1, (saves / 2 / (4096 / SlotBytes)) + 1);
    }

    private static void Spoil(SimulatedFlash flash, uint value, int firstBlock)
    {
        var slot = new byte[SlotBytes];
        for (var at = 0; at < 256; at += SlotBytes)
        {
            var (block, offset) = (firstBlock + (at / 128), at % 128);
            flash.Read(block, offset, slot, 0, SlotBytes);
            if (slot.AsSpan(4, 8).SequenceEqual(Payload(value)))
                flash.FlipBit(block, offset + 14, 1);
        }
    }

    private static FlashRecord NewRecord(SimulatedFlash flash) => new(flash, 0, Blocks, 8);

    private static byte[] Payload(uint value) => [0, 0, 0, 0, (byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static void Save(SimulatedFlash flash, uint value)
    {
        var record = NewRecord(flash);
        record.Load(new byte[8]);
        Assert.True(record.TrySave(Payload(value)));
    }

    private static uint Load(SimulatedFlash flash, bool mayWrite = true)
    {
        var look = flash;
        if (!mayWrite)
        {
            look = new SimulatedFlash(4, 128, Blocks);
            look.CopyFrom(flash);
        }

        var payload = new byte[8];
        Assert.True(NewRecord(look).Load(payload) == FlashRecordState.Loaded || !mayWrite);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4));
    }
}
