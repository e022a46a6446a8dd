using System;

namespace BoatTelemetry.Facade.Wires;

/// <summary>A chip on an I2C bus, at the level of its wires: what it does with a transaction.</summary>
public interface II2cChip
{
    /// <summary>
    /// One transaction: bytes to the chip, then bytes from it; either may be empty. False: nobody acknowledged the
    /// address, and nothing was read.
    /// </summary>
    bool Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip);
}

/// <summary>A BME280, at the level of its binding: what its compensated values are.</summary>
public interface IBme280Chip : II2cChip
{
    double TemperatureC { get; }

    double HumidityPercent { get; }

    double PressurePa { get; }
}

/// <summary>An INA219, at the level of its binding.</summary>
public interface IIna219Chip : II2cChip
{
    /// <summary>From its negative input to ground; the chip tells steps of 4 mV.</summary>
    int BusMv { get; }

    /// <summary>Across its shunt; the chip tells steps of 10 microvolts.</summary>
    int ShuntUv { get; }
}

/// <summary>An ADS1115, at the level of its binding.</summary>
public interface IAds1115Chip : II2cChip
{
    /// <summary>At one of its four inputs, to ground.</summary>
    int InputMv(int channel);
}

/// <summary>A DS3231, at the level of its binding; its registers serve what the binding does not tell.</summary>
public interface IDs3231Chip : II2cChip
{
    /// <exception cref="ArgumentOutOfRangeException">Its registers hold no date.</exception>
    DateTime Time { get; set; }

    double TemperatureC { get; }
}

/// <summary>An AXP192, at the level of its binding.</summary>
public interface IAxp192Chip : II2cChip
{
    int BatteryMv { get; }

    int ChargeMa { get; }

    int DischargeMa { get; }

    double TemperatureC { get; }

    /// <summary>Register 00h: which inputs are there.</summary>
    int PowerStatus { get; }

    /// <summary>Register 82h: which of its converter's channels run.</summary>
    int AdcEnabled { get; set; }

    /// <summary>Switches the output LDO2 or LDO3.</summary>
    void SwitchLdo(int ldo, bool on);

    /// <summary>Sets the output LDO2 or LDO3.</summary>
    void SetLdo(int ldo, int millivolts);
}
