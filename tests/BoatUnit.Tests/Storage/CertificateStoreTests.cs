using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Storage;

/// <summary>Whatever instant the power fails at, the certificate is the one of before or the new one.</summary>
public sealed class CertificateStoreTests
{
    private const int PieceBytes = 512;

    private static readonly TornWrite[] _tears = [TornWrite.Prefix, TornWrite.Scrambled, TornWrite.Unstable];

    // A length that no program unit divides, and the longest.
    private readonly byte[] _old = new byte[1_301];
    private readonly byte[] _new = new byte[CertificateStore.BytesMax];
    private readonly Random _random;

    public CertificateStoreTests(ITestOutputHelper output)
    {
        _random = Seed.New(output);
        _random.NextBytes(_old);
        _random.NextBytes(_new);
    }

    [Fact]
    public void Load_NothingEverStored_IsNone()
    {
        var store = new CertificateStore(NewFlash());
        Assert.Null(store.Load());
        Assert.Equal(0, store.Bytes);
    }

    [Fact]
    public void Take_AllPieces_IsThereInALaterLifeAndInThisOne()
    {
        var flash = NewFlash();
        foreach (var certificate in new[] { _old, _new, _old })
        {
            var store = Started(flash);
            Assert.Equal(CertificateStep.Stored, Put(store, certificate));
            Assert.Equal((certificate.Length, CheckOf(certificate)), (store.Bytes, store.Check));
            Assert.Equal(certificate, new CertificateStore(flash).Load());
        }

        Assert.Equal(CertificateStep.Stored, Put(Started(flash), _new));
        Assert.InRange(flash.Erases(0) - flash.Erases(1), -1, 1);
    }

    [Fact]
    public void Take_PieceThatDoesNotFollow_IsOutOfOrderAndBeginningAnewWorks()
    {
        var store = Started(NewFlash());
        Assert.Equal(CertificateStep.Received, Take(store, _new, 0));
        Assert.Equal(CertificateStep.OutOfOrder, Take(store, _new, 2 * PieceBytes));
        Assert.Equal(CertificateStep.OutOfOrder, store.Take(_new.Length, CheckOf(_new) + 1, PieceBytes, _new[PieceBytes..(2 * PieceBytes)]));
        Assert.Equal(PieceBytes, store.ReceivedBytes);
        Assert.Equal(CertificateStep.Stored, Put(store, _old));
        Assert.Equal(_old.Length, store.Bytes);
    }

    [Fact]
    public void Take_AnotherCheckThanWhatCame_KeepsTheOneBefore()
    {
        var flash = NewFlash();
        Put(Started(flash), _old);
        var store = Started(flash);
        var step = CertificateStep.Received;
        for (var at = 0; at < _new.Length; at += PieceBytes)
            step = store.Take(_new.Length, CheckOf(_old), at, _new[at..Math.Min(_new.Length, at + PieceBytes)]);

        Assert.Equal(CertificateStep.WrongCheck, step);
        Assert.Equal(_old, new CertificateStore(flash).Load());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Take_SlotTakesNothing_IsNotStoredAndTheOneBeforeStays(int block)
    {
        var flash = NewFlash();
        Put(Started(flash), _old);
        flash.SetFault(block, BlockFault.Unwritable);
        var step = Put(Started(flash), _new);
        Assert.Equal(step == CertificateStep.Stored ? _new : _old, new CertificateStore(flash).Load());
        Assert.Equal(block == 0 ? CertificateStep.Stored : CertificateStep.NotStored, step);
    }

    [Fact]
    public void Load_ReadsFailTwice_GivesTheNewest()
    {
        var flash = NewFlash();
        Put(Started(flash), _old);
        Put(Started(flash), _new);
        flash.FailReads(1, 2);
        Assert.Equal(_new, new CertificateStore(flash).Load());
        flash.FailReads(1, 3);
        Assert.Equal(_old, new CertificateStore(flash).Load());
    }

    [Fact]
    public void Take_LastSyncFails_IsInDoubtAndSendingItAgainWorks()
    {
        var flash = new SimulatedFlash(4, StorageMap.BlockBytes, StorageMap.CertificateBlocks, cached: true);
        Put(Started(flash), _old);
        var store = Started(flash);
        flash.FailSyncs(after: _new.Length / PieceBytes, count: 1, block: 1);

        Assert.Equal(CertificateStep.InDoubt, Put(store, _new));
        Assert.Equal(_old.Length, store.Bytes);
        Assert.Equal(_new, new CertificateStore(flash).Load());

        Assert.Equal(CertificateStep.Stored, Put(store, _new));
        Assert.Equal(_new, new CertificateStore(flash).Load());
    }

    [Fact]
    public void Load_NewestDecayed_GivesTheOneBefore()
    {
        var flash = NewFlash();
        Put(Started(flash), _old);
        Put(Started(flash), _new);
        flash.FlipBit(1, 700, 3);
        Assert.Equal(_old, new CertificateStore(flash).Load());
    }

    [Fact]
    public void Take_PowerFailsAnywhere_LeavesTheOldOrTheNew()
    {
        var sizes = OperationBytesOfOne();
        foreach (var tear in _tears)
        {
            for (var operation = 0; operation < sizes.Count; operation++)
            {
                foreach (var bytes in new[] { 0, sizes[operation], _random.Next(sizes[operation] + 1) })
                {
                    var flash = NewFlash();
                    Put(Started(flash), _old);
                    flash.PowerOn();
                    var store = Started(flash);
                    flash.CutPowerIn(operation, bytes, tear, _random.Next());
                    Assert.Throws<PowerCutException>(() => Put(store, _new));
                    flash.PowerOn();
                    var found = new CertificateStore(flash).Load();
                    Assert.True(
                        found is not null && (found.AsSpan().SequenceEqual(_old) || found.AsSpan().SequenceEqual(_new)), $"{tear} at byte {bytes} of operation {operation}");
                    Assert.Equal(CertificateStep.Stored, Put(Started(flash), _new));
                    Assert.Equal(_new, new CertificateStore(flash).Load());
                }
            }
        }
    }

    private static SimulatedFlash NewFlash() => new(4, StorageMap.BlockBytes, StorageMap.CertificateBlocks);

    private static uint CheckOf(byte[] certificate) => Crc32.Of(certificate, 0, certificate.Length);

    private static CertificateStore Started(SimulatedFlash flash)
    {
        var store = new CertificateStore(flash);
        store.Load();
        return store;
    }

    private static CertificateStep Put(CertificateStore store, byte[] certificate)
    {
        var step = CertificateStep.Received;
        for (var at = 0; at < certificate.Length && step == CertificateStep.Received; at += PieceBytes)
            step = Take(store, certificate, at);
        return step;
    }

    private static CertificateStep Take(CertificateStore store, byte[] certificate, int at) =>
        store.Take(certificate.Length, CheckOf(certificate), at, certificate[at..Math.Min(certificate.Length, at + PieceBytes)]);

    private List<int> OperationBytesOfOne()
    {
        var flash = NewFlash();
        Put(Started(flash), _old);
        var store = Started(flash);
        var sizes = new List<int>();
        flash.OperationBytes = sizes;
        Put(store, _new);
        return sizes;
    }
}
