using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>A unit's configuration as a whole, as <c>config get</c> gives it and <c>config set</c> takes it.</summary>
internal static class PlannedConfiguration
{
    /// <summary>The configuration that makes a unit what is planned; what the plan does not say stays.</summary>
    /// <param name="present">What the unit has now.</param>
    /// <param name="plan">What the unit is to be.</param>
    /// <param name="fleetArea">The area of units that have none of their own.</param>
    public static JsonObject Of(JsonObject present, UnitPlan plan, OperatingArea fleetArea)
    {
        var config = present.DeepClone().AsObject();
        var area = plan.Area ?? fleetArea;
        Set(config, "unit", "id", plan.Unit);
        Set(config, "unit", "agency", plan.Agency);
        Set(config, "unit", "areaLatitudeE5", area.OriginLatitudeE5);
        Set(config, "unit", "areaLongitudeE5", area.OriginLongitudeE5);
        if (plan.Region is { } region)
            Set(config, "lora", "region", region);
        if (plan.Cellular is { } cellular)
        {
            Set(config, "cellular", "enabled", true);
            Set(config, "cellular", "host", cellular.Host);
            Set(config, "cellular", "port", cellular.Port);
            Set(config, "cellular", "apn", plan.Apn);
        }

        return config;
    }

    private static void Set(JsonObject config, string section, string key, JsonNode? value)
    {
        if (config[section] is not JsonObject fields)
            config[section] = fields = [];
        fields[key] = value;
    }
}
