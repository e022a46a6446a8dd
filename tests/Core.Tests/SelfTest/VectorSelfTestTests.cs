using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.SelfTest;
using BoatTelemetry.Simulator.Chips;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.SelfTest;

public sealed class VectorSelfTestTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_OnAGoodMachine_AllOkAndEachOperationTimed(int repetitions)
    {
        var test = Run(new SelfTestVectors(), new SoftwareAesFactory(), repetitions: repetitions);

        Assert.Equal((string.Empty, test.Count, 0), (Failures(test), test.Ok, test.Failed));
        Assert.All(Enum.GetValues<SelfTestOperation>(), operation => Assert.InRange(test.Times.MeanUs(operation), 0, 1_000_000));
        Assert.Equal(SelfTestTimes.Count, Enum.GetValues<SelfTestOperation>().Select(SelfTestTimes.Name).Distinct().Count());
        output.WriteLine($"{test.Count} vectors");
    }

    [Fact]
    public void Step_OneCall_RunsOneVectorAndNoMoreAtTheEnd()
    {
        var test = new VectorSelfTest(new SelfTestVectors(), new PlatformAes(), new CountingClock(), null!, 1);
        var calls = 1;
        for (; test.Step(); calls++)
            Assert.Equal(calls, test.Ok + test.Failed);

        Assert.Equal(test.Count, calls);
        Assert.False(test.Step());
        Assert.Equal(test.Count, test.Ok);
    }

    [Fact]
    public void Run_EachFrameBroken_IsReportedByItsName()
    {
        var vectors = new SelfTestVectors();
        for (var i = 0; i < vectors.FrameCount; i++)
        {
            // A rejected frame is broken by expecting it to be read, a good one by its last bit.
            var test = Run(new Broken { FrameAt = i }, new PlatformAes());

            Assert.Equal((1, vectors.Frame(i).Name), (test.Failed, test.FailedName(0)));
            Assert.Equal(test.Count - 1, test.Ok);
        }
    }

    [Fact]
    public void Run_EachOtherVectorBroken_IsReportedByItsName()
    {
        var vectors = new SelfTestVectors();
        for (var i = 0; i < vectors.TrackCount; i++)
            Assert.Equal(vectors.Track(i).Name, Failures(Run(new Broken { TrackAt = i }, new PlatformAes())));
        for (var i = 0; i < vectors.CcmCount; i++)
            Assert.Equal(vectors.Ccm(i).Name, Failures(Run(new Broken { CcmAt = i }, new PlatformAes())));
        for (var i = 0; i < vectors.EpochCount; i++)
            Assert.Equal(vectors.Epoch(i).Name, Failures(Run(new Broken { EpochAt = i }, new PlatformAes())));
    }

    [Fact]
    public void Run_ValueThatIsOtherwise_IsReportedThoughTheBytesAreTheSame() =>
        Assert.Equal("status: an ordinary one", Failures(Run(new Broken { ValueOf = "status: an ordinary one" }, new PlatformAes())));

    [Fact]
    public void Run_AesThatTurnsABit_FailsInAesAndInEveryFrameThatIsOpened()
    {
        var test = Run(new SelfTestVectors(), new PlatformAes { TurnsABit = true });

        Assert.Equal("AES-128 of FIPS 197", test.FailedName(0));
        Assert.Equal("AES against software", test.FailedName(1));
        Assert.InRange(test.Failed, 2 + 4 + 14, test.Count - 1);
        Assert.Equal(test.Count, test.Ok + test.Failed);
    }

    [Fact]
    public void Run_AesThatIsMissing_IsAFailureAndNotAnException()
    {
        var test = Run(new SelfTestVectors(), new PlatformAes { IsMissing = true });

        Assert.Equal("AES-128 of FIPS 197", test.FailedName(0));
        Assert.NotEqual(0, test.Ok);
    }

    [Fact]
    public void Run_MemoryThatShrinks_LeastIsTold()
    {
        var memory = new Memory();
        var test = Run(new SelfTestVectors(), new PlatformAes(), memory);

        Assert.Equal(memory.FreeBytes + 1, test.FreeBytesLeast);
        Assert.Equal(VectorSelfTest.MemoryUnknown, Run(new SelfTestVectors(), new PlatformAes()).FreeBytesLeast);
    }

    private static VectorSelfTest Run(SelfTestVectors vectors, IAesFactory aes, IFreeMemory? memory = null, int repetitions = 1)
    {
        var test = new VectorSelfTest(vectors, aes, new CountingClock(), memory!, repetitions);
        while (test.Step())
            Assert.NotNull(test.LastName);

        return test;
    }

    private static string Failures(VectorSelfTest test) =>
        string.Join("; ", Enumerable.Range(0, Math.Min(test.Failed, VectorSelfTest.FailedNamesMax)).Select(test.FailedName));

    private sealed class Broken : SelfTestVectors
    {
        public int FrameAt { get; init; } = -1;

        public int TrackAt { get; init; } = -1;

        public int CcmAt { get; init; } = -1;

        public int EpochAt { get; init; } = -1;

        public string? ValueOf { get; init; }

        public override SelfTestFrame Frame(int index)
        {
            var frame = base.Frame(index);
            if (frame.Name == ValueOf)
                frame.Values[2]++;

            if (index != FrameAt)
                return frame;

            if (frame.Rejection == FrameRejection.None)
                frame.Bytes[^1] ^= 1;

            var rejection = frame.Rejection == FrameRejection.None ? FrameRejection.None : FrameRejection.UnknownUnit;
            return new SelfTestFrame(
                frame.Name, frame.Direction, frame.Counter, frame.OriginLatitudeE5, frame.OriginLongitudeE5, rejection, frame.Bytes, frame.Values);
        }

        public override SelfTestTrack Track(int index)
        {
            var track = base.Track(index);
            track.Payload[16] ^= index == TrackAt ? (byte)0x10 : (byte)0;
            return track;
        }

        public override SelfTestCcm Ccm(int index)
        {
            var vector = base.Ccm(index);
            vector.Sealed[0] ^= index == CcmAt ? (byte)1 : (byte)0;
            return vector;
        }

        public override SelfTestEpoch Epoch(int index)
        {
            var epoch = base.Epoch(index);
            if (index != EpochAt)
                return epoch;

            // A void epoch is broken by expecting a fix of it.
            return epoch.Values.Length == 0
                ? new SelfTestEpoch(epoch.Name, epoch.Sentences, [1])
                : new SelfTestEpoch(epoch.Name, epoch.Sentences.Replace('4', '5'), epoch.Values);
        }
    }

    private sealed class PlatformAes : IAesFactory, IAesBlocks
    {
        private IAesBlocks? _aes;

        public bool TurnsABit { get; init; }

        public bool IsMissing { get; init; }

        public IAesBlocks Create(byte[] key)
        {
            if (IsMissing)
                throw new NotSupportedException();

            _aes = new SimulatedAes(key);
            return TurnsABit ? new PlatformAes { _aes = _aes } : _aes;
        }

        public void EncryptCbc(byte[] input, int length, byte[] output)
        {
            // Another byte than of the key stream: in the tag, the two are added.
            _aes!.EncryptCbc(input, length, output);
            output[length - 15] ^= 1;
        }

        public void EncryptEcb(byte[] input, int length, byte[] output)
        {
            _aes!.EncryptEcb(input, length, output);
            for (var i = 0; i < length; i += 16)
                output[i] ^= 1;
        }
    }

    private sealed class CountingClock : IMicrosecondClock
    {
        private long _now;

        public long NowUs => _now += 7;
    }

    private sealed class Memory : IFreeMemory
    {
        private long _free = 60_000;

        public long FreeBytes => _free--;
    }
}
