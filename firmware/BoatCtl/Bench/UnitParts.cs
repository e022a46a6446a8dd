using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatUnit.Board;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Sensors;
using Wiring = BoatTelemetry.BoatUnit.Wiring;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A part that a board can have: whether it does, which faults are its own, and the field of the live view that shows it works.</summary>
/// <param name="Name">For people.</param>
/// <param name="IsFitted">Whether a board as configured has it.</param>
/// <param name="Faults">Its faults; none for a part whose failing the unit cannot notice.</param>
/// <param name="Field">The path of its value in the live view; null where it has none.</param>
internal sealed record UnitPart(string Name, Func<BoardDescription, bool> IsFitted, SensorFaults Faults, string? Field);

/// <summary>The parts whose state the live view tells.</summary>
internal static class UnitParts
{
    private const int NotFitted = BoardDescription.NotFitted;

    public static IReadOnlyList<UnitPart> Sensors { get; } =
    [
        new("supply voltage", b => b.SupplyAdcChannel != NotFitted || b.SupplyMeterAddress != NotFitted || b.PowerChipAddress != NotFitted, SensorFaults.Supply, "supplyMv"),
        new("supply current", b => b.SupplyMeterAddress != NotFitted || b.PowerChipAddress != NotFitted, SensorFaults.SupplyCurrent, "supplyCurrentMa"),
        new("battery", b => b.BatteryMeterAddress != NotFitted || b.PowerChipAddress != NotFitted, SensorFaults.Battery | SensorFaults.BatteryCurrent, "batteryMv"),
        new("power chip", b => b.PowerChipAddress != NotFitted, SensorFaults.PowerChip, "batteryMv"),
        new("environment sensor", b => b.EnvironmentAddress != NotFitted, SensorFaults.Temperature | SensorFaults.Humidity | SensorFaults.Pressure, "temperatureC"),
        new("real-time clock", b => b.ClockAddress != NotFitted, SensorFaults.WallClock | SensorFaults.BoardTemperature, "boardTemperatureC"),
        new("bilge level", b => b.LevelAddress != NotFitted, SensorFaults.BilgeLevel, "bilgeLevelCm"),
        new("bilge float", b => b.BilgeFloatPin != NotFitted, SensorFaults.None, "inputs.floatUp"),
        new("engine 1", b => b.Engine1Pin != NotFitted, SensorFaults.Engine1, "engine1Rpm"),
        new("engine 2", b => b.Engine2Pin != NotFitted, SensorFaults.Engine2, "engine2Rpm"),
        new("SOS button", b => b.SosPin != NotFitted, SensorFaults.SosButton, "inputs.sos"),
        new("man-overboard button", b => b.ManOverboardPin != NotFitted, SensorFaults.ManOverboardButton, "inputs.manOverboard"),
        new("tamper switch", b => b.TamperPin != NotFitted, SensorFaults.None, "inputs.open"),
    ];

    /// <summary>
    /// The board that the unit says it is, with what its configuration says is fitted: the firmware's own description. Null for
    /// a board that this program does not know.
    /// </summary>
    public static BoardDescription? Board(JsonObject info, JsonObject config)
    {
        var model = info["board"]?.ToString() ?? string.Empty;
        if (model is not (TBeamBoard.Model or CarrierS3Board.Model))
            return null;

        // Until it starts anew, a unit is the board that it started as.
        var running = UnitConfiguration.With(config, ConfigKeys.BoardModel.Key, model);
        var bytes = Encoding.UTF8.GetBytes(BenchJson.Write(running));
        var read = new UnitConfig();
        return JsonReader.Read(bytes, 0, bytes.Length, out _) is { } root && read.TryRead(root, ConfigMigration.Known, lenient: true, new ConfigProblem())
            ? Wiring.UnitOptions.Board(read)
            : null;
    }

    /// <summary>The value at a path of the live view; null where the unit does not know it.</summary>
    public static JsonNode? At(JsonObject view, string path) =>
        path.Split('.').Aggregate((JsonNode?)view, (node, name) => (node as JsonObject)?[name]);
}
