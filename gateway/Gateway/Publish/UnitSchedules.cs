using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// How often units report, as they are configured: the section <c>schedules</c> of docs/gateway-config.md. What it does not name has the
/// unit's own defaults.
/// </summary>
public sealed class UnitSchedules
{
    private const int MsPerS = 1000;

    private readonly Dictionary<int, UnitSchedule> _units = [];
    private readonly Dictionary<string, UnitSchedule> _agencies = new(StringComparer.Ordinal);
    private UnitSchedule _others = new(new LiveScheduleOptions());

    /// <summary>Every unit has its own defaults.</summary>
    public static UnitSchedules Default { get; } = new();

    /// <summary>Reads them from the configuration's root.</summary>
    public static UnitSchedules Read(ConfigurationSection root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var schedules = new UnitSchedules();
        var hasOthers = false;
        foreach (var section in root.OptionalSections("schedules"))
        {
            var agency = section.OptionalText("agency", "letters, digits, '.', '_' and '-'", GatewayConfigurationFile.IsTopicLevel);
            var unit = section.OptionalNumber("unit", 0, FrameHeader.UnitMax);
            var schedule = ReadOne(section);
            section.Finish();
            if (agency is not null && unit is not null)
                section.Wrong("unit", "stands beside agency", "one of the two, or neither for all other units");
            else if (unit is { } number ? !schedules._units.TryAdd(number, schedule) : agency is null ? hasOthers : !schedules._agencies.TryAdd(agency, schedule))
                section.Wrong(unit is null ? "agency" : "unit", "was there before", "one schedule for each");
            if (agency is not null || unit is not null)
                continue;
            hasOthers = true;
            schedules._others = schedule;
        }

        return schedules;
    }

    /// <summary>That of a unit: its own, its agency's, or all other units'.</summary>
    /// <param name="unit">Its number.</param>
    /// <param name="agency">Its agency; null of one that is not in the fleet.</param>
    internal UnitSchedule Of(int unit, string? agency) =>
        _units.TryGetValue(unit, out var own) ? own
        : agency is not null && _agencies.TryGetValue(agency, out var ofAgency) ? ofAgency
        : _others;

    // The keys, their ranges and defaults are those of the unit's own section "reports" (firmware/BoatUnit/Config/ConfigKeys.cs).
    private static UnitSchedule ReadOne(ConfigurationSection section)
    {
        var options = new LiveScheduleOptions
        {
            PursuitIntervalMs = MsPerS * section.Number("pursuitS", 1, 3_600, 15),
            PatrolIntervalMs = MsPerS * section.Number("patrolS", 1, 3_600, 60),
            AtAnchorIntervalMs = MsPerS * section.Number("anchoredS", 1, 86_400, 600),
            MooredIntervalMs = MsPerS * section.Number("mooredS", 1, 86_400, 1_800),
            FloorMs = MsPerS * section.Number("floorS", 1, 3_600, 5),
            CeilingMs = MsPerS * section.Number("ceilingS", 1, 3_600, 3_600),
            LowBatteryFactor = section.Number("lowBatteryFactor", 1, 20, 4),
        };
        if (options.CeilingMs < options.FloorMs)
        {
            section.Wrong("ceilingS", $"{options.CeilingMs / MsPerS}", $"at least floorS, which is {options.FloorMs / MsPerS}");
            options.CeilingMs = options.FloorMs;
        }

        return new UnitSchedule(options);
    }
}

/// <summary>
/// The longest intervals that one schedule allows by what a live frame tells. Of several that the frame leaves open the longest is taken, so
/// that nobody is called silent who has only less to say: at rest may be moored, and on its battery the battery may be low.
/// </summary>
internal sealed class UnitSchedule
{
    private const int Conditions = 3;

    private readonly int[] _fastMs;
    private readonly int[] _underWayMs;
    private readonly int[] _otherwiseMs;

    public UnitSchedule(LiveScheduleOptions options)
    {
        // The unit's own code decides, so that both agree on floor, ceiling, alarm and battery.
        var schedule = new LiveSchedule(options);
        _fastMs = Of(schedule, BoatMode.Pursuit);
        _underWayMs = Of(schedule, BoatMode.Patrol);
        _otherwiseMs = [.. Of(schedule, BoatMode.AtAnchor).Zip(Of(schedule, BoatMode.Moored), Math.Max)];
    }

    /// <summary>The longest that a unit which said this waits before it speaks again, milliseconds.</summary>
    public int IntervalMs(LivePosition told)
    {
        var byCondition = told.Movement switch
        {
            Movement.Fast => _fastMs,
            Movement.UnderWay => _underWayMs,
            _ => _otherwiseMs,
        };
        return byCondition[told.Alarm ? 2 : told.OnBattery ? 1 : 0];
    }

    private static int[] Of(LiveSchedule schedule, BoatMode mode)
    {
        var intervalsMs = new int[Conditions];
        for (var condition = 0; condition < Conditions; condition++)
            intervalsMs[condition] = schedule.IntervalMs(mode, new UnitCondition { BatteryLow = condition == 1, Alarm = condition == 2 });
        return intervalsMs;
    }
}
