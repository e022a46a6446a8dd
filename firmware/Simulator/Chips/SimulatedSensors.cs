using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>A BME280. Values may be set to anything, <see cref="double.NaN"/> included.</summary>
public sealed class SimulatedBme280 : SimulatedI2cChip, IBme280Chip
{
    private double _temperatureC = 31;
    private double _humidityPercent = 72;
    private double _pressurePa = 100_900;

    /// <summary>Unrest of the last digit (datasheet BST-BME280-DS001, table 1: 0.02 % RH, 1.3 Pa, 0.005 degrees).</summary>
    public SensorNoise Noise { get; } = new();

    /// <inheritdoc/>
    public double TemperatureC
    {
        get => _temperatureC + Noise.Within(0.02);
        set => _temperatureC = value;
    }

    /// <inheritdoc/>
    public double HumidityPercent
    {
        get => _humidityPercent + Noise.Within(0.05);
        set => _humidityPercent = value;
    }

    /// <inheritdoc/>
    public double PressurePa
    {
        get => _pressurePa + Noise.Within(3);
        set => _pressurePa = value;
    }
}

/// <summary>An INA219.</summary>
public sealed class SimulatedIna219 : SimulatedI2cChip, IIna219Chip
{
    /// <inheritdoc/>
    public int BusMv { get; set; }

    /// <inheritdoc/>
    public int ShuntUv { get; set; }
}

/// <summary>An ADS1115.</summary>
public sealed class SimulatedAds1115 : SimulatedI2cChip, IAds1115Chip
{
    private readonly int[] _inputsMv = new int[4];

    /// <inheritdoc/>
    public int InputMv(int channel) => _inputsMv[channel];

    /// <summary>Puts a voltage at an input.</summary>
    public void SetInput(int channel, int millivolts) => _inputsMv[channel] = millivolts;
}

/// <summary>A DS3231 whose time goes on with the monotonic clock it is given.</summary>
public sealed class SimulatedDs3231 : SimulatedI2cChip, IDs3231Chip
{
    private const byte StatusRegister = 0x0F;
    private const byte OscillatorStopFlag = 0x80;

    private readonly Core.Time.IClock _clock;
    private DateTime _timeAtSet = new(1900, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private long _setAtMs;

    /// <param name="clock">Drives its seconds.</param>
    public SimulatedDs3231(Core.Time.IClock clock) => _clock = clock;

    /// <summary>Its cell was empty since it was set last: its time means nothing (datasheet 19-5170, status register).</summary>
    public bool OscillatorStopped { get; set; } = true;

    /// <summary>The registers hold what is no date.</summary>
    public bool HoldsNoDate { get; set; }

    /// <summary>How often it was set.</summary>
    public int TimesSet { get; private set; }

    /// <inheritdoc/>
    public double TemperatureC { get; set; } = 33;

    /// <inheritdoc/>
    public DateTime Time
    {
        get => HoldsNoDate
            ? throw new InvalidOperationException("The registers hold no date.")
            : new DateTime(_timeAtSet.AddMilliseconds(_clock.MonotonicMs - _setAtMs).Ticks / 10_000_000 * 10_000_000, DateTimeKind.Unspecified);
        set
        {
            _timeAtSet = value;
            _setAtMs = _clock.MonotonicMs;
            HoldsNoDate = false;
            TimesSet++;
        }
    }

    /// <inheritdoc/>
    public override bool Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        if (!base.Transfer(toChip, fromChip))
            return false;

        if (toChip.Length > 0 && toChip[0] == StatusRegister)
        {
            if (fromChip.Length > 0)
                fromChip[0] = OscillatorStopped ? OscillatorStopFlag : (byte)0;

            if (toChip.Length > 1)
                OscillatorStopped = OscillatorStopped && (toChip[1] & OscillatorStopFlag) != 0;
        }

        return true;
    }
}

/// <summary>An AXP192 with a lithium cell and the rails of a T-Beam.</summary>
public sealed class SimulatedAxp192 : SimulatedI2cChip, IAxp192Chip
{
    /// <summary>Register 00h while something feeds VBUS: it exists and may be used.</summary>
    public const int VbusThere = 0x30;

    private readonly bool[] _isOn = new bool[4];
    private readonly int[] _outputMv = [0, 0, 1_800, 1_800];

    /// <summary>Told when a rail is switched: LDO2 feeds the radio, LDO3 the receiver.</summary>
    public Action<int, bool>? WhenSwitched { get; set; }

    /// <inheritdoc/>
    public int BatteryMv { get; set; } = 4_050;

    /// <inheritdoc/>
    public int ChargeMa { get; set; } = 120;

    /// <inheritdoc/>
    public int DischargeMa { get; set; }

    /// <inheritdoc/>
    public double TemperatureC { get; set; } = 41.3;

    /// <inheritdoc/>
    public int PowerStatus { get; set; } = VbusThere;

    /// <inheritdoc/>
    public int AdcEnabled { get; set; }

    /// <summary>Whether a rail is on.</summary>
    public bool IsOn(int ldo) => _isOn[ldo];

    /// <summary>What a rail is set to.</summary>
    public int OutputMv(int ldo) => _outputMv[ldo];

    /// <inheritdoc/>
    public void SwitchLdo(int ldo, bool on)
    {
        if (_isOn[ldo] == on)
            return;

        _isOn[ldo] = on;
        WhenSwitched?.Invoke(ldo, on);
    }

    /// <inheritdoc/>
    public void SetLdo(int ldo, int millivolts) => _outputMv[ldo] = millivolts;
}
