using BoatTelemetry.Core.Sensors;

namespace BoatTelemetry.BoatUnit.Board;

/// <summary>
/// LilyGO T-Beam v1.1: ESP32, SX1276, u-blox receiver, AXP192. What is soldered is from LilyGO's own definition
/// (Xinyuan-LilyGO/LilyGo-LoRa-Series, examples/Factory/utilities.h, T_BEAM_SX1276); what is wired to its header is
/// ours. It has no pin left for a modem, a tamper switch, a rotary switch or a watchdog.
/// </summary>
/// <remarks>
/// GPIO34 to 39 are inputs without pull-ups (ESP32 datasheet 2.2), so the man-overboard contact has its own of 10 k.
/// GPIO2, 5, 12 and 15 are strapping pins (2.4): the buzzer's transistor holds 2 low, the engine's optocoupler leaves 15
/// high while the engine stands, 5 and 12 are LilyGO's wiring.
/// </remarks>
public sealed class TBeamBoard : BoardDescription
{
    /// <summary>Its name in the configuration and in hardware/pinout.csv.</summary>
    public const string Model = "t-beam";

    public TBeamBoard()
    {
        Name = Model;
        Module = BoardModule.Esp32;

        Radio = RadioChip.Sx1276;
        RadioClockPin = 5;
        RadioMisoPin = 19;
        RadioMosiPin = 27;
        RadioSelectPin = 18;
        RadioResetPin = 23;
        RadioInterruptPin = 26;

        ReceiverTxPin = 12;
        ReceiverRxPin = 34;

        ConsoleTxPin = 1;
        ConsoleRxPin = 3;

        I2cDataPin = 21;
        I2cClockPin = 22;
        PowerChipAddress = 0x34;
        EnvironmentAddress = 0x76;
        ClockAddress = 0x68;

        // 220 k over 15 k: 3.1 V at the pin are 48.6 V at the boat's supply.
        SupplyAdcChannel = 0;
        SupplyAdcPin = 36;
        SupplyScale = new AnalogScale { FullScaleMv = 3_300, FullScaleCount = 4_095, UpperOhm = 220_000, LowerOhm = 15_000 };

        SosPin = 13;
        ManOverboardPin = 39;
        BilgeFloatPin = 14;
        SelectPin = 38;
        Engine1Pin = 15;

        StatusLampPin = 4;
        IsStatusLampLow = true;
        AlarmLampPin = 25;
        BuzzerPin = 2;
    }
}
