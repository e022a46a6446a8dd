using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Admission;

#pragma warning disable CA1001 // xunit calls IAsyncLifetime.DisposeAsync.
public sealed class FrameAdmissionTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TestBoat _boat = new(17);
    private readonly AdmissionBench _bench;

    public FrameAdmissionTests()
    {
        _bench = new AdmissionBench(TestBoat.Fleet(_boat));
    }

    public Task InitializeAsync() => _bench.StartAsync();

    public async Task DisposeAsync()
    {
        _boat.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Frame_InTheArea_IsAdmittedWithAllItSays()
    {
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(0)));

        var record = (await _bench.ReadAsync())[0];
        var (frame, position) = (record.Frame, TestRecords.Position(record));
        Assert.Equal((1L, 17, 0u, FrameKind.LiveArea), (frame.Id, frame.Unit, frame.Counter, frame.Kind));
        Assert.Equal((104_512, 10_403_021), (position.LatitudeE5, position.LongitudeE5));
        Assert.Equal((123, 231), (position.SogDeciknots, position.CogDeg));
        Assert.Equal((FixQuality.Autonomous, Movement.UnderWay), (position.Quality, position.Movement));
        Assert.Equal(NearestInstant.Of(1_800_000_000_000, 43_200), frame.TimeUtcMs);
    }

    [Fact]
    public async Task Frame_OutsideTheAreaAndWithUnknowns_IsAdmitted()
    {
        _boat.Position.LatitudeE5 = -3_385_000;
        _boat.Position.LongitudeE5 = -17_999_999;
        _boat.Position.SogDeciknots = Fix.Unknown;
        _boat.Position.CogDeg = Fix.Unknown;
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(9)));

        var record = (await _bench.ReadAsync())[0];
        var (frame, position) = (record.Frame, TestRecords.Position(record));
        Assert.Equal(FrameKind.LiveWorld, frame.Kind);
        Assert.Equal((-3_385_000, -17_999_999), (position.LatitudeE5, position.LongitudeE5));
        Assert.Equal((Fix.Unknown, Fix.Unknown), (position.SogDeciknots, position.CogDeg));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Frame_TooShort_IsRejected(int length) =>
        Rejects(_boat.Frame(1)[..length], FrameRejection.TooShort);

    [Fact]
    public void Frame_Truncated_IsRejected() => Rejects(_boat.Frame(1)[..^1], FrameRejection.TooShort);

    [Fact]
    public void Frame_TooLong_IsRejected() => Rejects([.. _boat.Frame(1), 0], FrameRejection.TooLong);

    [Fact]
    public void Frame_OfAnotherVersion_IsRejected()
    {
        var frame = _boat.Frame(1);
        frame[0] ^= 0xC0;
        Rejects(frame, FrameRejection.WrongVersion);
    }

    [Fact]
    public void Frame_OfUnknownKind_IsRejected()
    {
        var frame = _boat.Frame(1);
        frame[0] |= 0x3C;
        Rejects(frame, FrameRejection.UnknownKind);
    }

    [Fact]
    public void Frame_OfUnknownUnit_IsRejected()
    {
        using var stranger = new TestBoat(18);
        Rejects(stranger.Frame(1), FrameRejection.UnknownUnit);
    }

    [Fact]
    public void Frame_UnderAnotherKey_IsRejected()
    {
        using var forger = new TestBoat(17, keySeed: 99);
        Rejects(forger.Frame(1), FrameRejection.TagMismatch);
    }

    [Fact]
    public void Frame_WithAnyBitFlipped_IsRejected()
    {
        var frame = _boat.Frame(1);
        for (var bit = FrameHeader.LiveBytes * 8; bit < frame.Length * 8; bit++)
        {
            var flipped = frame.ToArray();
            flipped[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Rejects(flipped, FrameRejection.TagMismatch);
        }
    }

    [Fact]
    public void Frame_OfAnotherArea_IsRejected()
    {
        using var elsewhere = new TestBoat(17, new OperatingArea(-1_200_001, 9_000_000));
        Rejects(elsewhere.Frame(1), FrameRejection.TagMismatch);
    }

    [Fact]
    public void Frame_AgainAfterTheDuplicateWindow_IsAReplay()
    {
        _bench.Admit(_boat.Frame(5));
        _bench.Admit(_boat.Frame(6), monotonicMs: 10);

        Rejects(_boat.Frame(5), FrameRejection.Replayed, FrameAdmission.DuplicateWindowMs + 1);
        Rejects(_boat.Frame(6), FrameRejection.Replayed, FrameAdmission.DuplicateWindowMs + 11);
    }

    [Fact]
    public void Frame_OvertakenByANewerOne_IsOlder()
    {
        _bench.Admit(_boat.Frame(5));
        _bench.Admit(_boat.Frame(7));

        Rejects(_boat.Frame(6), FrameRejection.Older);
    }

    [Theory]
    [InlineData(0u, 4095u)]
    [InlineData(4095u, 4096u)]
    [InlineData(4095u, 8191u)]
    [InlineData(4096u, 4096u + (63u * 4096) + 4096)]
    [InlineData(100u, 100u + (64u * 4096))]
    public async Task Counter_UpTo64CyclesAhead_IsFound(uint last, uint next)
    {
        _bench.Admit(_boat.Frame(last));
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(next)));

        Assert.Equal([last, next], (await _bench.ReadAsync()).Select(record => record.Frame.Counter));
    }

    [Fact]
    public void Counter_FartherAhead_IsNotBelieved()
    {
        _bench.Admit(_boat.Frame(100));

        Rejects(_boat.Frame(101 + (64 * 4096)), FrameRejection.TagMismatch);
    }

    [Fact]
    public async Task Counter_FarAheadOfAUnitThatWasLongSilent_IsBelievedWithASecondFrame()
    {
        const uint far = 100 * 4096;
        var quietSince = AdmissionBench.NowUtcMs - (30L * 86_400_000);
        _bench.Know([new(17, AdmissionState.NeverSeen with { Live = new LiveWindowState(5, 1, quietSince) })]);

        Rejects(_boat.Frame(far), FrameRejection.Unconfirmed);
        Rejects(_boat.Frame(far), FrameRejection.Unconfirmed);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(far + 1)));

        Assert.Equal([far + 1], (await _bench.ReadAsync()).Select(record => record.Frame.Counter));
    }

    [Fact]
    public async Task Counter_AtItsEnd_IsFoundAndNeverBeyond()
    {
        _bench.Know([new(17, AdmissionState.NeverSeen with { Live = new LiveWindowState(uint.MaxValue - 1, 1, 0) })]);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(uint.MaxValue)));
        Rejects(_boat.Frame(0), FrameRejection.TagMismatch);

        Assert.Equal(uint.MaxValue, Assert.Single(await _bench.ReadAsync()).Frame.Counter);
    }

    [Fact]
    public async Task Frame_HeardByTwoConcentrators_IsOneFrameWithTwoReceptions()
    {
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(5), concentrator: 0xA));
        _bench.Admit(_boat.Frame(6), concentrator: 0xA);
        Assert.Equal(AdmissionOutcome.FurtherReception, _bench.Admit(_boat.Frame(5), concentrator: 0xB, monotonicMs: 80));
        Assert.Equal(AdmissionOutcome.RepeatedReception, _bench.Admit(_boat.Frame(5), concentrator: 0xB, monotonicMs: 90));
        Assert.Equal(AdmissionOutcome.RepeatedReception, _bench.Admit(_boat.Frame(5), concentrator: 0xA, monotonicMs: 95));

        var records = await _bench.ReadAsync();
        Assert.Equal(2, records.Count);
        Assert.Equal([0xAUL, 0xBUL], records[0].Receptions.Select(reception => reception.Concentrator));
        Assert.Equal([0xAUL], records[1].Receptions.Select(reception => reception.Concentrator));
        Assert.Equal(1, _bench.Stages.Metrics.FurtherReceptions.Count);
        Assert.Equal(2, _bench.Stages.Metrics.RepeatedReceptions.Count);
    }

    [Fact]
    public async Task Frame_HeardByMoreConcentratorsThanKept_IsCounted()
    {
        for (var concentrator = 1UL; concentrator <= 18; concentrator++)
            _bench.Admit(_boat.Frame(5), concentrator);

        Assert.Equal(16, (await _bench.ReadAsync())[0].Receptions.Count);
        Assert.Equal(2, _bench.Stages.Metrics.RepeatedReceptions.Count);
    }

    [Fact]
    public async Task Restart_FromTheJournal_NeitherTakesAReplayNorRejectsTheNext()
    {
        _bench.Admit(_boat.Frame(4095));
        _bench.Admit(_boat.Frame(4097));
        await _bench.RestartAsync();

        Rejects(_boat.Frame(4097), FrameRejection.Replayed);
        Rejects(_boat.Frame(4096), FrameRejection.Older);
        Rejects(_boat.Frame(4095), FrameRejection.Replayed);
        Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(4098)));
        Assert.Equal([1L, 2, 3], (await _bench.ReadAsync()).Select(record => record.Frame.Id));
    }

    [Fact]
    public void FurtherReception_OfAnyFrameInTheDuplicateWindow_IsKnown()
    {
        const int LastCounter = 5 + (FrameAdmission.DuplicateWindowMs / 1000);
        for (uint counter = 5; counter <= LastCounter; counter++)
            Assert.Equal(AdmissionOutcome.Admitted, _bench.Admit(_boat.Frame(counter), concentrator: 0xA, monotonicMs: (counter - 5) * 1000));

        for (uint counter = 5; counter <= LastCounter; counter++)
        {
            Assert.Equal(
                AdmissionOutcome.FurtherReception,
                _bench.Admit(_boat.Frame(counter), concentrator: 0xB, monotonicMs: FrameAdmission.DuplicateWindowMs));
        }
    }

    private void Rejects(byte[] frame, FrameRejection expected, long monotonicMs = 0)
    {
        var before = _bench.Stages.Metrics.FrameRejections[expected];

        Assert.Equal(expected, _bench.Reject(frame, monotonicMs));
        Assert.Equal(before + 1, _bench.Stages.Metrics.FrameRejections[expected]);
    }
}
