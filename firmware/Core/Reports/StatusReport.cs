using System;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Core.Reports;

/// <summary>
/// How the unit and its boat are. Integers are <see cref="Fix.Unknown"/> where nobody knows; the ranges and steps that
/// a frame can tell stand at each. Made once and filled again for each status.
/// </summary>
public sealed class StatusReport
{
    /// <summary>From here on <see cref="OldestHeldBack"/> says only "or more".</summary>
    public const int OldestHeldBackMax = 65_534;

    /// <summary>What <see cref="LiveCounter"/> and <see cref="LastCommand"/> are when there is none.</summary>
    public const uint NoCounter = uint.MaxValue;

    /// <summary>When: UTC, milliseconds since 1970-01-01, told in whole seconds; or <see cref="UtcTime.Unknown"/>.</summary>
    public long UtcMs;

    /// <summary>The boat's supply, 0 to 50,800 mV, to the nearest 200.</summary>
    public int SupplyMv;

    /// <summary>The unit's own battery, 2,500 to 5,020 mV, to the nearest 20.</summary>
    public int BatteryMv;

    /// <summary>
    /// The status frame's own counter less the oldest durable counter that the unit still holds, 0 to
    /// <see cref="OldestHeldBackMax"/>.
    /// </summary>
    public int OldestHeldBack;

    /// <summary>Durable frames that are not yet acknowledged, 0 to 4,094.</summary>
    public int Backlog;

    /// <summary>Inside the enclosure, -40 to 86 degrees Celsius.</summary>
    public int TemperatureC;

    /// <summary>Why the unit started last.</summary>
    public ResetCause ResetCause;

    /// <summary>What the bilge float says.</summary>
    public BilgeState Bilge;

    /// <summary>Satellites used, 0 to 30.</summary>
    public int Satellites;

    /// <summary>What does not work.</summary>
    public UnitFaults Faults;

    /// <summary>The unit runs in safe mode.</summary>
    public bool SafeMode;

    /// <summary>The unit runs from its own battery.</summary>
    public bool OnBattery;

    /// <summary>
    /// Time since start, 0 to 268,435,454 s. The short form tells only the power of two of minutes; read from it, this
    /// is the least that it can have been.
    /// </summary>
    public int UptimeS;

    /// <summary>Whether the long form is told, or was: the values below.</summary>
    public bool IsLong;

    /// <summary>Relative humidity inside the enclosure, 0 to 100 percent.</summary>
    public int HumidityPercent;

    /// <summary>Air pressure, 85,000 to 125,900 Pa, to the nearest 20.</summary>
    public int PressurePa;

    /// <summary>From the boat's supply, -10,220 to 10,220 mA, to the nearest 10.</summary>
    public int SupplyCurrentMa;

    /// <summary>Into the unit's battery (negative: out of it), -10,220 to 10,220 mA, to the nearest 10.</summary>
    public int BatteryCurrentMa;

    /// <summary>Water in the bilge, 0 to 254 cm.</summary>
    public int BilgeLevelCm;

    /// <summary>Revolutions a minute of the first engine, 0 to 10,220, to the nearest 10.</summary>
    public int Engine1Rpm;

    /// <summary>Revolutions a minute of the second engine, 0 to 10,220, to the nearest 10.</summary>
    public int Engine2Rpm;

    /// <summary>Tenths of an hour that the first engine has run, 0 to 1,048,574.</summary>
    public int EngineDecihours;

    /// <summary>Horizontal dilution of precision x 10, 0 to 254.</summary>
    public int HdopE1;

    /// <summary>Strength of the last downlink, -254 to 0 dBm.</summary>
    public int RssiDbm;

    /// <summary>Signal to noise of the last downlink, -3,200 to 3,150 hundredths of a decibel, to the nearest 25.</summary>
    public int SnrCdb;

    /// <summary>Share of the hour's legal air time that is used, 0 to 1,000.</summary>
    public int AirtimePermille;

    /// <summary>The next live counter of the unit, or <see cref="NoCounter"/> if it has none to give.</summary>
    public uint LiveCounter;

    /// <summary>Durable frames dropped by policy since the key was made, 0 to 65,534.</summary>
    public int Dropped;

    /// <summary>Fixes refused since start, 0 to 65,534.</summary>
    public int FixesRefused;

    /// <summary>Free memory, 0 to 1,022 KiB.</summary>
    public int FreeMemoryKib;

    /// <summary>Version of the firmware: major x 65,536 + minor x 256 + patch, up to 255.255.254.</summary>
    public int FirmwareVersion;

    /// <summary>Counter of the last command that was carried out or refused, or <see cref="NoCounter"/>.</summary>
    public uint LastCommand;

    /// <summary>What became of it.</summary>
    public CommandResult CommandResult;

    /// <summary>Of the electronics themselves, -40 to 214 degrees Celsius.</summary>
    public int BoardTemperatureC;

    /// <summary>Whether the losses are told, or were: the values below.</summary>
    public bool HasLosses;

    /// <summary>Frames of the record that the flash lost before they were acknowledged, since the journal was made, 0 to 65,534.</summary>
    public int FramesDamaged;

    /// <summary>Calls for help among <see cref="Dropped"/>, since the journal was made, 0 to 4,094.</summary>
    public int SosDropped;

    /// <summary>Events that were raised and never became a frame, since start, 0 to 4,094.</summary>
    public int EventsLost;

    /// <summary>
    /// Accepted fixes that no frame of the record has, since start, 0 to 16,777,214: their day was not known or cannot be
    /// written, or the journal refused their block. What a loss of power took nobody can count.
    /// </summary>
    public int FixesLost;

    public StatusReport()
    {
        Clear();
    }

    /// <summary>Makes everything unknown.</summary>
    public void Clear()
    {
        UtcMs = UtcTime.Unknown;
        SupplyMv = Fix.Unknown;
        BatteryMv = Fix.Unknown;
        OldestHeldBack = Fix.Unknown;
        Backlog = Fix.Unknown;
        TemperatureC = Fix.Unknown;
        ResetCause = ResetCause.Unknown;
        Bilge = BilgeState.Unknown;
        Satellites = Fix.Unknown;
        Faults = UnitFaults.None;
        SafeMode = false;
        OnBattery = false;
        UptimeS = Fix.Unknown;
        ClearLong();
        ClearLosses();
    }

    /// <summary>Makes the report one without losses.</summary>
    public void ClearLosses()
    {
        HasLosses = false;
        FramesDamaged = Fix.Unknown;
        SosDropped = Fix.Unknown;
        EventsLost = Fix.Unknown;
        FixesLost = Fix.Unknown;
    }

    /// <summary>Makes the report a short one.</summary>
    public void ClearLong()
    {
        IsLong = false;
        HumidityPercent = Fix.Unknown;
        PressurePa = Fix.Unknown;
        SupplyCurrentMa = Fix.Unknown;
        BatteryCurrentMa = Fix.Unknown;
        BilgeLevelCm = Fix.Unknown;
        Engine1Rpm = Fix.Unknown;
        Engine2Rpm = Fix.Unknown;
        EngineDecihours = Fix.Unknown;
        HdopE1 = Fix.Unknown;
        RssiDbm = Fix.Unknown;
        SnrCdb = Fix.Unknown;
        AirtimePermille = Fix.Unknown;
        LiveCounter = NoCounter;
        Dropped = Fix.Unknown;
        FixesRefused = Fix.Unknown;
        FreeMemoryKib = Fix.Unknown;
        FirmwareVersion = Fix.Unknown;
        LastCommand = NoCounter;
        CommandResult = CommandResult.None;
        BoardTemperatureC = Fix.Unknown;
    }

    /// <summary>
    /// The oldest durable counter that the unit still holds, from the counter of the frame that told this. False where
    /// it is not known exactly: who took "65,534 or more" for 65,534 would acknowledge frames that never came.
    /// </summary>
    public bool TryOldestHeld(uint counter, out uint oldest)
    {
        oldest = 0;
        if (OldestHeldBack < 0 || OldestHeldBack >= OldestHeldBackMax || (uint)OldestHeldBack > counter)
        {
            return false;
        }

        oldest = counter - (uint)OldestHeldBack;
        return true;
    }
}

/// <summary>Why a unit started.</summary>
public enum ResetCause
{
    Unknown = 0,
    PowerOn = 1,
    BrownOut = 2,
    Watchdog = 3,

    /// <summary>The program asked for it.</summary>
    Software = 4,
    Crash = 5,
    DeepSleep = 6,

    /// <summary>The reset pin.</summary>
    External = 7,
}

/// <summary>What the bilge float says.</summary>
public enum BilgeState
{
    Unknown = 0,
    Dry = 1,
    Water = 2,
    HighWater = 3,
}

/// <summary>What of a unit does not work; a bit each, in the order of the bits on air.</summary>
[Flags]
public enum UnitFaults
{
    None = 0,
    Receiver = 32,
    Radio = 16,
    Modem = 8,
    EnvironmentSensor = 4,
    PowerSensor = 2,
    Journal = 1,
}

/// <summary>What became of a command.</summary>
public enum CommandResult
{
    /// <summary>There was none.</summary>
    None = 0,
    Done = 1,
    RefusedNotUnderstood = 2,
    RefusedOutOfRange = 3,
    RefusedExpired = 4,
    Failed = 5,
}
