using BoatTelemetry.Core.Sensors;
using Iot.Device.Ads1115;

namespace BoatTelemetry.BoatUnit.Sensors;

/// <summary>ADS1115 with the level sender of the bilge at its first input.</summary>
/// <remarks>
/// The chip converts by itself, so that a reading is one short transaction. Setting it up takes five conversions at 860
/// a second and busy waiting by the binding, about 10 ms; it happens once, and again when the chip came back.
/// </remarks>
public sealed class LevelSensor : I2cSensor
{
    private const int FullScaleMv = 4_096;
    private const int FullScaleCount = 32_768;

    private readonly LevelScale _scale;
    private readonly AnalogScale _input = new AnalogScale { FullScaleMv = FullScaleMv, FullScaleCount = FullScaleCount };

    // Centimetres. Water slops; the float's delays and the hysteresis deal with that, not this gate.
    private readonly PlausibilityGate _levelCm = new PlausibilityGate(new GateOptions { Lowest = 0, Highest = 254 });
    private Ads1115 _chip;

    public LevelSensor(int busId, int address, LevelScale scale, I2cSensorOptions polling)
        : base(busId, address, polling)
    {
        _scale = scale;
    }

    /// <inheritdoc/>
    protected override int Steps
    {
        get { return 1; }
    }

    /// <inheritdoc/>
    public override void Report(SensorReadings readings, long nowMs)
    {
        readings.BilgeLevelCm = _levelCm.Value(nowMs);
        if (_levelCm.IsFaulty(nowMs))
        {
            readings.Faults |= SensorFaults.BilgeLevel;
        }
    }

    /// <inheritdoc/>
    protected override void Connect()
    {
        _chip = new Ads1115(Device, InputMultiplexer.AIN0, MeasuringRange.FS4096, DataRate.SPS860, DeviceMode.Continuous);
    }

    /// <inheritdoc/>
    protected override void Read(int turn, long nowMs)
    {
        // A voltage that no level makes is unknown, which the gate takes as out of range.
        _levelCm.Offer(_scale.ToCm(_input.ToMv(_chip.ReadRaw())), nowMs);
    }

    /// <inheritdoc/>
    protected override void Miss()
    {
        _levelCm.Miss();
    }
}
