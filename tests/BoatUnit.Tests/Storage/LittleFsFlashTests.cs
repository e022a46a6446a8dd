using System.Text;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Tests.Host;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Storage;

/// <summary>Files keep the contract of flash: what users of the interface are proven on in the simulated chip holds here.</summary>
public sealed class LittleFsFlashTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_NothingWritten_IsErased()
    {
        var read = new byte[16];
        Assert.Equal(FlashResult.Done, New().Read(1, 0, read, 0, 16));
        Assert.All(read, b => Assert.Equal(0xFF, b));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Start_OfAJournalInFiles_OpensNoMoreFilesThanItReads()
    {
        const int blocks = 24;
        var flash = new LittleFsFlash(_folder.Path, "j", 512, blocks);
        var journal = new FlashJournal(flash, 0, blocks);
        var frame = new byte[100];
        for (var counter = 0u; journal.DroppedFrames == 0; counter++)
        {
            BoatTelemetry.Core.Frames.FrameHeader.WriteDurable(frame, 0, BoatTelemetry.Core.Frames.FrameKind.Track, 0, 77, counter);
            Assert.Equal(JournalResult.Stored, journal.Append(frame, 0, frame.Length));
        }

        var again = new LittleFsFlash(_folder.Path, "j", 512, blocks);
        var after = new FlashJournal(again, 0, blocks);
        output.WriteLine($"{after.Recovery.FlashReads} reads, {again.Opens} files opened");
        Assert.Equal(journal.HeldFrames, after.HeldFrames);

        // None for what is known to be erased; and those for what confirming the head, burning behind it and the new state program.
        Assert.InRange(again.Opens, blocks, after.Recovery.FlashReads + 16);
    }

    [Fact]
    public void Program_BehindTheEnd_LeavesTheGapErased()
    {
        var flash = New();
        Assert.Equal(FlashResult.Done, flash.Program(1, 100, [1, 2, 3], 0, 3));
        var read = new byte[104];
        Assert.Equal(FlashResult.Done, New().Read(1, 0, read, 0, 104));
        Assert.All(read.Take(100), b => Assert.Equal(0xFF, b));
        Assert.Equal([1, 2, 3, 0xFF], read.Skip(100));
    }

    [Fact]
    public void Program_SettingABit_IsMisuse()
    {
        var flash = New();
        flash.Program(0, 0, [0x0F, 0xFF], 0, 2);
        Assert.Equal(FlashResult.Done, flash.Program(0, 0, [0x0E], 0, 1));
        Assert.Throws<InvalidOperationException>(() => flash.Program(0, 0, [0x1E], 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => flash.Program(0, 126, new byte[4], 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => flash.Read(4, 0, new byte[4], 0, 3));
    }

    [Fact]
    public void Operations_AtRandom_AreThoseOfTheSimulatedChip()
    {
        var random = Seed.New(output);
        var chip = new SimulatedFlash(1, 128, 4);
        var files = New();
        var (fromChip, fromFiles) = (new byte[128], new byte[128]);
        for (var i = 0; i < 1_500; i++)
        {
            var block = random.Next(4);
            var offset = random.Next(128);
            var length = random.Next(129 - offset);
            switch (random.Next(8))
            {
                case 0:
                    chip.EraseBlock(block);
                    Assert.Equal(FlashResult.Done, files.EraseBlock(block));
                    break;
                case < 4:
                    var data = new byte[length];
                    random.NextBytes(data);
                    chip.Read(block, offset, fromChip, 0, length);
                    for (var at = 0; at < length; at++)
                        data[at] &= fromChip[at];
                    chip.Program(block, offset, data, 0, length);
                    Assert.Equal(FlashResult.Done, files.Program(block, offset, data, 0, length));
                    break;
                case 4:
                    files = New();
                    break;
                default:
                    chip.Read(block, offset, fromChip, 0, length);
                    Assert.Equal(FlashResult.Done, files.Read(block, offset, fromFiles, 0, length));
                    Assert.True(fromChip.AsSpan(0, length).SequenceEqual(fromFiles.AsSpan(0, length)), $"step {i}");
                    break;
            }
        }
    }

    [Fact]
    public void Operations_FolderGone_FailWithAResult()
    {
        var flash = New();
        flash.Program(0, 0, [1], 0, 1);
        Directory.Delete(_folder.Path, recursive: true);
        Assert.Equal(FlashResult.ReadFailed, flash.Read(0, 0, new byte[1], 0, 1));
        Assert.Equal(FlashResult.ProgramFailed, flash.Program(0, 0, [1], 0, 1));
        Assert.Equal(2, flash.Failures);
        Directory.CreateDirectory(_folder.Path);
        Assert.Equal(FlashResult.Done, flash.Program(0, 0, [1], 0, 1));
    }

    [Fact]
    public void FlashCounterStore_OverManyLives_GivesNoNumberTwice()
    {
        Assert.True(new FlashCounterStore(New(), 0, 4).TryProvision(7, 9));
        long last = -1;
        for (var life = 0; life < 40; life++)
        {
            var counters = new CounterAllocator(new FlashCounterStore(New(), 0, 4).Of(FrameClass.Live), 3);
            for (var i = 0; i < 5; i++)
            {
                Assert.True(counters.TryNext(out var counter));
                Assert.True(counter > last);
                last = counter;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FlashCounterStore_OneFileCutShortOrGone_GoesOn(int block)
    {
        Assert.True(new FlashCounterStore(New(), 0, 4).TryProvision(0, 0));
        for (var i = 0; i < 9; i++)
            new CounterAllocator(new FlashCounterStore(New(), 0, 4).Of(FrameClass.Live), 10).TryNext(out _);
        var file = _folder.File("area" + block);
        if (File.Exists(file))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^5]);
        Assert.True(new CounterAllocator(new FlashCounterStore(New(), 0, 4).Of(FrameClass.Live), 10).TryNext(out var counter));
        Assert.Equal(90u, counter);
        File.Delete(file);
        Assert.True(new CounterAllocator(new FlashCounterStore(New(), 0, 4).Of(FrameClass.Live), 10).TryNext(out counter));
        Assert.Equal(100u, counter);
    }

    [Fact]
    public void InFolder_BothPartitions_HoldEveryUserAndTheirBlocksFit()
    {
        foreach (var partition in new[] { StorageMap.SmallPartitionBytes, StorageMap.LargePartitionBytes })
        {
            var map = StorageMap.InFolder(Path.Combine(_folder.Path, partition.ToString()), partition);
            var own = (map.Journal.BlockCount * StorageMap.BlockBytes) + (StorageMap.ConfigBlocks * StorageMap.BlockBytes);
            IFlash[] records = [map.Secrets, map.Keys, map.Counters, map.Supervisor, map.Airtime];
            Assert.All(records, record => Assert.Equal(StorageMap.RecordBlocks, record.BlockCount));
            Assert.True(own + (records.Sum(record => record.BlockCount * record.EraseBlockBytes) * 4) < partition - (8 * StorageMap.BlockBytes));

            Assert.True(new FlashCounterStore(map.Counters, 0, StorageMap.RecordBlocks).TryProvision(0, 0));
            Assert.True(new UnitKeys(map.Keys, 0, StorageMap.RecordBlocks).TryProvision(new byte[16]));
            Assert.True(new SecretStore(map.Secrets).TrySet(SecretKind.SimPin, Encoding.ASCII.GetBytes("1234")));
            var config = new ConfigStore(map.Config);
            config.Load();
            Assert.True(config.TrySave(new byte[ConfigStore.TextBytesMax], ConfigStore.TextBytesMax));
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder.Path))
            _folder.Dispose();
    }

    private LittleFsFlash New() => new(_folder.Path, "area", 128, 4);
}
