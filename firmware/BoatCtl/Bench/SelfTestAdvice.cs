using System.Collections.Frozen;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>What to do about each part that fails its test, or that cannot be judged from here.</summary>
internal static class SelfTestAdvice
{
    private const string Vectors = "The firmware does not compute on this chip what it computes elsewhere: flash it again. If it stays, the module is defective.";

    private static readonly FrozenDictionary<string, string> _failed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["configuration"] = "Restore a backup (boatctl config restore). If it is lost once more, the flash is worn: replace the module.",
        ["safe mode"] = "The unit reset three times by itself. Look at boatctl log and at its supply under load; it leaves safe mode after half an hour without a reset.",
        ["firmware vectors"] = Vectors,
        ["receiver"] = "Nothing comes from the GNSS receiver. Check its plug and the two data wires (swapped?), then its supply: 3.3 V.",
        ["radio"] = "The LoRa chip does not answer or does not get ready. Switch the unit off, check that the module sits well and that an antenna is on it, and test again.",
        ["modem"] = "The modem does not answer or finds no network. Check the SIM (without a PIN), the APN (boatctl config get cellular), the antenna, and its supply under load.",
        ["flash"] = "The journal's flash cannot be read. Flash the unit again; if it stays, replace the module.",
        ["supply voltage"] = "Check the wire to the supply measurement and its fuse. Compare with a meter: boatctl monitor shows supplyMv.",
        ["supply current"] = "Check the plug of the supply's current meter (I2C) and its shunt.",
        ["battery"] = "Check the battery's plug and polarity, then the battery meter's (I2C).",
        ["power chip"] = "The chip that charges and switches the rails does not answer. Switch the unit off and on; if it stays, replace the board.",
        ["environment sensor"] = "Check the sensor's plug (I2C, 3.3 V). If none is fitted: boatctl config set sensors.environment=false.",
        ["real-time clock"] = "Check the clock's plug and its coin cell; a new cell needs one position before the clock is right. If none is fitted: boatctl config set sensors.realTimeClock=false.",
        ["bilge level"] = "Check the level sensor's cable and its converter's plug (I2C). If none is fitted: boatctl config set sensors.bilgeLevel=false.",
        ["engine 1"] = "Pulses come faster than any engine turns: check the pickup's wire and shield, and sensors.enginePulsesPerRevE2.",
        ["engine 2"] = "Pulses come faster than any engine turns: check the pickup's wire and shield, and sensors.enginePulsesPerRevE2.",
        ["SOS button"] = "The button has been down for longer than anyone holds it: free it, or look for a short in its cable.",
        ["man-overboard button"] = "The button has been down for longer than anyone holds it: free it, or look for a short in its cable.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> _unknown = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["configuration"] = "Never configured: provision the unit.",
        ["key"] = "No key yet: provision the unit. Until then it sends nothing.",
        ["position"] = "Put the antenna under open sky; from cold it takes up to a minute.",
        ["bilge float"] = "Lift the float and look at inputs.floatUp in boatctl monitor.",
        ["SOS button"] = "A short press shows nowhere. Only with the control room's yes: hold it for 2 s, or press it 3 times within 3 s, and inputs.sos is yes in boatctl monitor: that is an SOS. Hold it for 5 s to take it back.",
        ["man-overboard button"] = "Only with the control room's yes: a press is an alarm, shown in boatctl monitor. Hold it for 5 s to take it back.",
        ["tamper switch"] = "Open and close the enclosure and look at inputs.open in boatctl monitor.",
        ["radio"] = "It is starting, or the unit has no key and sends nothing. Test again in half a minute.",
        ["modem"] = "It has the console's serial port when nobody asks the console: 10 minutes after the last request, or a minute after RESET. Whether it works the shore sees (gateway units).",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What to do if this part has failed.</summary>
    public static string IfFailed(string part) => _failed.GetValueOrDefault(part, "Look at boatctl log, and test again.");

    /// <summary>How to find out about this part.</summary>
    public static string IfUnknown(string part) => _unknown.GetValueOrDefault(part, "It has not been read yet. Test again in half a minute.");

    /// <summary>The parts that have words of their own for a failure.</summary>
    public static IReadOnlyCollection<string> Parts => _failed.Keys;
}
