using BoatTelemetry.Core.Security;
using BoatTelemetry.Host.Unit;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

public sealed class FileCounterStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryLoad_NoFile_StartsAtZero()
    {
        Assert.True(new FileCounterStore(_folder.File("c")).TryLoad(out var first));
        Assert.Equal(0u, first);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1000u)]
    [InlineData(uint.MaxValue)]
    public void TryLoad_AfterSave_IsWhatWasSaved(uint number)
    {
        Assert.True(new FileCounterStore(_folder.File("c")).TrySave(number));
        Assert.True(new FileCounterStore(_folder.File("c")).TryLoad(out var first));
        Assert.Equal(number, first);
    }

    [Theory]
    [InlineData("")]
    [InlineData("000003E8")]
    [InlineData("000003E8 FFFFFC17")]
    [InlineData("000003E8 FFFFFC18\n")]
    [InlineData("000003E9 FFFFFC17\n")]
    [InlineData("00000000 00000000\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public void TryLoad_DamagedFile_FailsRatherThanStartingAnew(string text)
    {
        File.WriteAllText(_folder.File("c"), text);
        var store = new FileCounterStore(_folder.File("c"));

        Assert.False(store.TryLoad(out _));
        Assert.Contains("damaged", store.LastFailure, StringComparison.Ordinal);
        Assert.False(new CounterAllocator(store, 1000).TryNext(out _));
    }

    [Fact]
    public void TryLoad_SaveBrokenOffBeforeItsRename_IsTheOldNumber()
    {
        var store = new FileCounterStore(_folder.File("c"));
        Assert.True(store.TrySave(1000));
        File.WriteAllText(_folder.File("c.new"), "000007");

        Assert.True(store.TryLoad(out var first));
        Assert.Equal(1000u, first);
        Assert.True(store.TrySave(2000));
    }

    [Fact]
    public void TrySave_FolderGone_FailsWithTheReason()
    {
        var store = new FileCounterStore(Path.Combine(_folder.Path, "gone", "c"));

        Assert.False(store.TrySave(1));
        Assert.NotNull(store.LastFailure);
    }
}
