using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>Notes in the log when a part of the unit fails and when it works again.</summary>
public sealed class FaultLog
{
    private static readonly UnitFaults[] _bits =
    {
        UnitFaults.Receiver, UnitFaults.Radio, UnitFaults.Modem, UnitFaults.EnvironmentSensor, UnitFaults.PowerSensor, UnitFaults.Journal,
    };

    private static readonly LogEvent[] _failed =
    {
        LogEvent.GnssFault, LogEvent.RadioFault, LogEvent.ModemFault, LogEvent.SensorFault, LogEvent.SensorFault, LogEvent.JournalFault,
    };

    // The journal's faults are counters: they do not go away.
    private static readonly LogEvent[] _recovered =
    {
        LogEvent.GnssRecovered, LogEvent.RadioRecovered, LogEvent.ModemRecovered, LogEvent.SensorRecovered, LogEvent.SensorRecovered,
        LogEvent.None,
    };

    private readonly ILog _log;
    private UnitFaults _known;

    public FaultLog(ILog log)
    {
        _log = log;
    }

    /// <summary>Takes what is at fault now.</summary>
    public void Note(UnitFaults faults, long nowMs)
    {
        if (faults == _known)
        {
            return;
        }

        for (int i = 0; i < _bits.Length; i++)
        {
            bool was = (_known & _bits[i]) != UnitFaults.None;
            bool isNow = (faults & _bits[i]) != UnitFaults.None;
            if (was != isNow)
            {
                _log.Note(nowMs, isNow ? _failed[i] : _recovered[i], (int)_bits[i], null);
            }
        }

        _known = faults;
    }
}
