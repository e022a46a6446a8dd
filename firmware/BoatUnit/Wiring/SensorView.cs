using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.BoatUnit.Sensors;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Sensors;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>What the unit senses, for the bench console's live view. Its names are those of docs/bench-console.md.</summary>
public sealed class SensorView : IBenchView
{
    private readonly ReceiverPort _receiver;
    private readonly BoardSensors _sensors;
    private readonly PanelInputs _inputs;
    private readonly LinkView _links;
    private readonly TimeKeeper _time;
    private readonly IUnitClock _clock;

    public SensorView(
        ReceiverPort receiver, BoardSensors sensors, PanelInputs inputs, LinkView links, TimeKeeper time, IUnitClock clock)
    {
        _receiver = receiver;
        _sensors = sensors;
        _inputs = inputs;
        _links = links;
        _time = time;
        _clock = clock;
    }

    /// <inheritdoc/>
    public void Write(JsonWriter into)
    {
        WriteReceiver(into);
        WriteReadings(into, _sensors.Readings);
        into.BeginObject("inputs");
        into.Field("sos", _inputs.Sos.IsRaised);
        into.Field("manOverboard", _inputs.ManOverboard.IsRaised);
        into.Field("open", _inputs.IsOpen);
        into.Field("floatUp", _inputs.IsFloatUp);
        into.EndObject();
        _links.Write(into);
    }

    private static void WriteReadings(JsonWriter into, SensorReadings readings)
    {
        Value(into, "supplyMv", readings.SupplyMv);
        Value(into, "supplyCurrentMa", readings.SupplyCurrentMa);
        Value(into, "batteryMv", readings.BatteryMv);
        Value(into, "batteryCurrentMa", readings.BatteryCurrentMa);
        Value(into, "temperatureC", readings.TemperatureC);
        Value(into, "humidityPercent", readings.HumidityPercent);
        Value(into, "pressurePa", readings.PressurePa);
        Value(into, "boardTemperatureC", readings.BoardTemperatureC);
        Value(into, "bilgeLevelCm", readings.BilgeLevelCm);
        Value(into, "engine1Rpm", readings.Engine1Rpm);
        Value(into, "engine2Rpm", readings.Engine2Rpm);
        into.Field("bilge", readings.Bilge == BilgeState.Unknown ? null : BilgeWord(readings.Bilge));
        into.Field("onBattery", readings.OnBattery);
        into.Field("faults", (long)(int)readings.Faults);
    }

    private static string BilgeWord(BilgeState bilge)
    {
        return bilge == BilgeState.Dry ? "dry" : bilge == BilgeState.Water ? "water" : "high";
    }

    private static void Value(JsonWriter into, string name, int value)
    {
        if (value == Fix.Unknown)
        {
            into.Field(name, (string)null);
            return;
        }

        into.Field(name, (long)value);
    }

    private void WriteReceiver(JsonWriter into)
    {
        into.BeginObject("receiver");
        into.Field("baud", (long)_receiver.BaudBps);
        into.Field("faulty", _receiver.IsFaulty);
        into.Field("bytes", _receiver.Counters.BytesRead);
        if (_time.LastFixMs == UtcTime.Unknown)
        {
            into.Field("fixAgeMs", (string)null);
        }
        else
        {
            into.Field("fixAgeMs", _clock.MonotonicMs - _time.LastFixMs);
        }

        into.EndObject();
    }
}
