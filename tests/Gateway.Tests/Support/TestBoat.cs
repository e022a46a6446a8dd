using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>A boat unit as Core makes it: the encoders, the seal and the cipher composed from AES blocks.</summary>
internal sealed class TestBoat : IDisposable
{
    private const long NowUtcMs = 1_800_000_000_000;
    private const int SketchBoundM = 10;

    private readonly List<SimulatedAes> _aes = [];
    private readonly OperatingArea _area;
    private readonly FrameCodec _codec = new();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
    private IFrameCipher _cipher;

    public TestBoat(int unit, OperatingArea? area = null, byte keySeed = 1)
    {
        Unit = unit;
        Key = KeyOf(unit, keySeed);
        _cipher = CipherOf(Key);
        _area = area ?? OperatingArea.Indonesia;
    }

    public int Unit { get; }

    /// <summary>The key that it seals under.</summary>
    public byte[] Key { get; private set; }

    public LivePosition Position { get; } = new()
    {
        LatitudeE5 = 104_512,
        LongitudeE5 = 10_403_021,
        SecondOfDay = 43_200,
        SogDeciknots = 123,
        CogDeg = 231,
        Quality = FixQuality.Autonomous,
        Movement = Movement.UnderWay,
    };

    /// <summary>What <see cref="Event"/> seals.</summary>
    public EventReport Report { get; } = new()
    {
        UtcMs = NowUtcMs - 2_000,
        LatitudeE5 = 104_512,
        LongitudeE5 = 10_403_021,
        Kind = EventKind.ManOverboard,
        Persons = 1,
        Confidence = Confidence.High,
    };

    /// <summary>What <see cref="Status"/> seals.</summary>
    public StatusReport Condition { get; } = new()
    {
        UtcMs = NowUtcMs - 3_000,
        SupplyMv = 24_800,
        BatteryMv = 3_900,
        OldestHeldBack = 0,
        Backlog = 0,
        TemperatureC = 41,
        ResetCause = ResetCause.PowerOn,
        Satellites = 11,
        UptimeS = 7_200,
    };

    public static FleetRegistry Fleet(params IEnumerable<TestBoat> boats) => new(
        OperatingArea.Indonesia,
        [.. boats.Select(boat => new FleetUnit(boat.Unit, "polairud", $"KP {boat.Unit}", new PlatformAesCcm(boat.Key)))]);

    public static byte[] KeyOf(int unit, byte keySeed) => [.. Enumerable.Range(0, 16).Select(i => (byte)(unit + (i * 7) + keySeed))];

    /// <summary>Seals under another key from now on, as a unit does after a change of key.</summary>
    public void ChangeKey(byte keySeed)
    {
        Key = KeyOf(Unit, keySeed);
        _cipher = CipherOf(Key);
    }

    /// <summary>The sealed frame of <see cref="Position"/> under a counter.</summary>
    public byte[] Frame(uint counter) => Cut(_codec.SealLive(Position, _cipher, _area, Unit, counter, _frame, 0));

    /// <summary>The same, its second of the day set to now.</summary>
    public byte[] FrameNow(uint counter)
    {
        Position.SecondOfDay = (int)DateTime.UtcNow.TimeOfDay.TotalSeconds;
        return Frame(counter);
    }

    /// <summary>The sealed frame of <see cref="Report"/> under a durable counter.</summary>
    public byte[] Event(uint counter) => Cut(_codec.SealEvent(
        Report, EventFrame.FlagsFor(Report, _area, FrameLimits.FrameBytesMax), _cipher, _area, Unit, counter, _frame, 0));

    /// <summary>The sealed frame of <see cref="Condition"/> under a durable counter; the long form if it is a long report.</summary>
    public byte[] Status(uint counter) => Cut(_codec.SealStatus(
        Condition, StatusFrame.FlagsFor(Condition, FrameLimits.FrameBytesMax), _cipher, Unit, counter, _frame, 0));

    /// <summary>The sealed track block of a boat under way, a fix each ten seconds, the first one at a time.</summary>
    public byte[] Track(uint counter, int fixes = 12, long firstUtcMs = NowUtcMs - 120_000)
    {
        var encoder = new TrackEncoder(TrackBlock.PayloadBytesMax, withSpeed: true);
        for (var i = 0; i < fixes; i++)
        {
            var result = encoder.Add((firstUtcMs / 1000) + (i * 10), 104_512 + (i * 31), 10_403_021 - (i * 17), 123 + (i % 3), 331);
            Assert.Equal(TrackAddResult.Added, result);
        }

        return Payload(FrameKind.Track, encoder.Finish(_frame, FrameHeader.DurableBytes), counter);
    }

    /// <summary>The sealed sketch of the same way.</summary>
    public byte[] Sketch(uint counter, int fixes = 12, long firstUtcMs = NowUtcMs - 120_000)
    {
        var encoder = new SketchEncoder(SketchBoundM, Core.Tracks.Sketch.PayloadBytesMax);
        for (var i = 0; i < fixes; i++)
        {
            var result = encoder.Add((firstUtcMs / 1000) + (i * 10), 104_512 + (i * 31), 10_403_021 - (i * 17));
            Assert.Equal(SketchAddResult.Added, result);
        }

        return Payload(FrameKind.Sketch, encoder.Finish(_frame, FrameHeader.DurableBytes), counter);
    }

    /// <summary>A genuine track or sketch whose payload is these bytes, whatever they are.</summary>
    public byte[] Payload(FrameKind kind, ReadOnlySpan<byte> payload, uint counter)
    {
        payload.CopyTo(_frame.AsSpan(FrameHeader.DurableBytes));
        return Payload(kind, payload.Length, counter);
    }

    public void Dispose()
    {
        foreach (var aes in _aes)
            aes.Dispose();
    }

    private byte[] Payload(FrameKind kind, int payloadBytes, uint counter) =>
        Cut(_codec.SealTrack(kind, payloadBytes, _cipher, Unit, counter, _frame, 0));

    private byte[] Cut(int length) => _frame[..length];

    private AesCcm CipherOf(byte[] key)
    {
        var aes = new SimulatedAes(key);
        _aes.Add(aes);
        return new AesCcm(aes);
    }
}
