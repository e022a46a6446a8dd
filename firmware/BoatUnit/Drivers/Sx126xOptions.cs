namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>How an SX1262 is wired on its board.</summary>
public sealed class Sx126xOptions
{
    /// <summary>DIO2 drives the antenna switch.</summary>
    public bool Dio2IsRfSwitch = true;

    /// <summary>
    /// DIO3 feeds a TCXO of this voltage, mV: 1600, 1700, 1800, 2200, 2400, 2700, 3000 or 3300 (table 13-35). 0 for a
    /// crystal.
    /// </summary>
    public int TcxoMillivolts = 1800;

    /// <summary>How long the TCXO takes to settle, us.</summary>
    public int TcxoReadyUs = 5000;

    /// <summary>The board has the inductor of the DC-DC converter; without, the LDO alone.</summary>
    public bool HasDcDc = true;

    /// <summary>2 mA more for about 2 dB of sensitivity (9.6).</summary>
    public bool BoostedReceiver = true;
}
