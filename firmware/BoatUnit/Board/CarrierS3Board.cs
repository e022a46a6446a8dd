using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Board;

/// <summary>
/// Our carrier: ESP32-S3-WROOM-1-N16R2 with an SX1262 module (TCXO at DIO3, antenna switch at DIO2), receiver, modem and
/// all sensors.
/// </summary>
/// <remarks>
/// From the ESP32-S3-WROOM-1 datasheet, chapter 3: GPIO26 to 32 serve the flash; GPIO35 to 37 are free only on modules
/// without octal PSRAM, hence N16R2; GPIO19 and 20 are USB; GPIO0, 3, 45 and 46 are strapping pins, of which only 46 is
/// used, as an output whose transistor leaves it low at reset. GPIO39 to 42 are JTAG, which the carrier does without.
/// The supply may be 12 or 24 V, so its voltage comes by a divider and the INA219 at 0x40 sees only the shunt in the
/// return.
/// </remarks>
public sealed class CarrierS3Board : BoardDescription
{
    /// <summary>Its name in the configuration and in hardware/pinout.csv.</summary>
    public const string Model = "carrier-s3";

    public CarrierS3Board()
    {
        Name = Model;
        Module = BoardModule.Esp32S3;
        SetRadio();

        ReceiverTxPin = 17;
        ReceiverRxPin = 18;
        ReceiverPowerPin = 8;
        ModemTxPin = 15;
        ModemRxPin = 16;
        ModemPowerKeyPin = 7;
        ConsoleTxPin = 43;
        ConsoleRxPin = 44;

        I2cDataPin = 5;
        I2cClockPin = 6;
        EnvironmentAddress = 0x76;
        SupplyMeterAddress = 0x40;
        BatteryMeterAddress = 0x41;
        LevelAddress = 0x48;
        ClockAddress = 0x68;

        // 220 k over 12 k: 2.6 V at the pin are 50.3 V at the boat's supply.
        SupplyAdcChannel = 0;
        SupplyAdcPin = 1;
        SupplyScale = new AnalogScale { FullScaleMv = 3_100, FullScaleCount = 4_095, UpperOhm = 220_000, LowerOhm = 12_000 };

        SosPin = 4;
        ManOverboardPin = 40;
        TamperPin = 41;
        BilgeFloatPin = 42;
        RotaryAPin = 35;
        RotaryBPin = 36;
        SelectPin = 37;
        Engine1Pin = 47;
        Engine2Pin = 48;

        StatusLampPin = 2;
        AlarmLampPin = 46;
        BuzzerPin = 38;
        WatchdogPin = 39;
    }

    private void SetRadio()
    {
        Radio = RadioChip.Sx1262;
        HasRadioTcxo = true;
        HasRadioAntennaSwitch = true;
        RadioSelectPin = 10;
        RadioMosiPin = 11;
        RadioClockPin = 12;
        RadioMisoPin = 13;
        RadioBusyPin = 14;
        RadioResetPin = 9;
        RadioInterruptPin = 21;
    }
}
