using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Simulator.Chips;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>A boat unit as Core makes it: the encoder, the seal and the cipher composed from AES blocks.</summary>
internal sealed class TestBoat : IDisposable
{
    private readonly SimulatedAes _aes;
    private readonly IFrameCipher _cipher;
    private readonly OperatingArea _area;
    private readonly FrameCodec _codec = new();

    public TestBoat(int unit, OperatingArea? area = null, byte keySeed = 1)
    {
        Unit = unit;
        Key = [.. Enumerable.Range(0, 16).Select(i => (byte)(unit + (i * 7) + keySeed))];
        _aes = new SimulatedAes(Key);
        _cipher = new AesCcm(_aes);
        _area = area ?? OperatingArea.Indonesia;
    }

    public int Unit { get; }

    public byte[] Key { get; }

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

    public static FleetRegistry Fleet(params IEnumerable<TestBoat> boats) => new(
        OperatingArea.Indonesia,
        [.. boats.Select(boat => new FleetUnit(boat.Unit, "polairud", $"KP {boat.Unit}", new PlatformAesCcm(boat.Key)))]);

    /// <summary>The sealed frame of <see cref="Position"/> under a counter.</summary>
    public byte[] Frame(uint counter)
    {
        var frame = new byte[LiveFrame.WorldBytes];
        return frame[.._codec.SealLive(Position, _cipher, _area, Unit, counter, frame, 0)];
    }

    /// <summary>The same, its second of the day set to now.</summary>
    public byte[] FrameNow(uint counter)
    {
        Position.SecondOfDay = (int)DateTime.UtcNow.TimeOfDay.TotalSeconds;
        return Frame(counter);
    }

    public void Dispose() => _aes.Dispose();
}
