using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.Sensors;

/// <summary>When the unit lives from its own battery, and when that battery is low. Each pair of values is a hysteresis.</summary>
public sealed class SupplyOptions
{
    /// <summary>A 12 V boat under its starter dips to about 8 V for a second; below this nothing feeds the unit.</summary>
    public int LostBelowMv = 7_500;

    /// <summary>From here the supply is back.</summary>
    public int BackFromMv = 9_000;

    /// <summary>Either must last so long.</summary>
    public int SettleMs = 3_000;

    /// <summary>Where the supply's voltage is not known: more than this out of the battery means that it feeds the unit.</summary>
    public int DischargeMa = 30;

    /// <summary>A lithium cell with about a tenth of its charge left.</summary>
    public int BatteryLowMv = 3_500;

    /// <summary>And with about a third.</summary>
    public int BatteryFineMv = 3_700;
}

/// <summary>Decides on which source the unit lives.</summary>
public sealed class SupplyMonitor
{
    private readonly SupplyOptions _options;
    private bool _isTurning;
    private long _turningSinceMs;

    public SupplyMonitor(SupplyOptions options)
    {
        _options = options;
    }

    /// <summary>From the battery.</summary>
    public bool OnBattery { get; private set; }

    /// <summary>The battery is low and nothing feeds the unit.</summary>
    public bool IsBatteryLow { get; private set; }

    /// <summary>
    /// Judges; each value may be <see cref="Fix.Unknown"/>, and where nothing is known the last decision stands. Whether
    /// either decision changed.
    /// </summary>
    public bool Poll(int supplyMv, int batteryMv, int batteryCurrentMa, long nowMs)
    {
        bool wasOnBattery = OnBattery;
        bool wasLow = IsBatteryLow;
        if (WantsBattery(supplyMv, batteryCurrentMa) == OnBattery)
        {
            _isTurning = false;
        }
        else if (!_isTurning)
        {
            _isTurning = true;
            _turningSinceMs = nowMs;
        }
        else if (nowMs - _turningSinceMs >= _options.SettleMs)
        {
            OnBattery = !OnBattery;
            _isTurning = false;
        }

        if (batteryMv != Fix.Unknown)
        {
            int lowMv = IsBatteryLow ? _options.BatteryFineMv : _options.BatteryLowMv;
            IsBatteryLow = OnBattery && batteryMv < lowMv;
        }

        return OnBattery != wasOnBattery || IsBatteryLow != wasLow;
    }

    private bool WantsBattery(int supplyMv, int batteryCurrentMa)
    {
        if (supplyMv != Fix.Unknown)
        {
            return supplyMv < (OnBattery ? _options.BackFromMv : _options.LostBelowMv);
        }

        return batteryCurrentMa == Fix.Unknown ? OnBattery : batteryCurrentMa < -_options.DischargeMa;
    }
}
