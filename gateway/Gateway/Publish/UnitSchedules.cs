using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// How often units report, as they are configured: the section <c>schedules</c> of docs/gateway-config.md. What it does not name has the
/// unit's own defaults.
/// </summary>
public sealed class UnitSchedules : IFleetNames
{
    private const int MsPerS = 1000;

    private readonly Dictionary<int, UnitSchedule> _units = [];
    private readonly Dictionary<string, UnitSchedule> _agencies = new(StringComparer.Ordinal);
    private UnitSchedule _others = new(new LiveScheduleOptions(), BoundsOf(static (_, defaultCmps) => defaultCmps));

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
            var agency = section.OptionalText("agency", FleetFile.AllowedAgency, FleetFile.IsAgency);
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

    /// <inheritdoc/>
    public IEnumerable<string> NotIn(FleetRegistry fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var agencies = fleet.Units.Select(static unit => unit.Agency).Concat(fleet.Agencies.Select(static agency => agency.Name)).ToHashSet(StringComparer.Ordinal);
        return _agencies.Keys.Where(agency => !agencies.Contains(agency)).Order(StringComparer.Ordinal).Select(static agency => $"schedules: agency {agency}")
            .Concat(_units.Keys.Where(unit => fleet.Find(unit) is null).Order().Select(static unit => $"schedules: unit {unit}"));
    }

    // The keys, their ranges and defaults are those of the unit's own section "reports" (firmware/BoatUnit/Config/ConfigKeys.cs).
    private static UnitSchedule ReadOne(ConfigurationSection section)
    {
        var defaults = new LiveScheduleOptions();
        int Interval(string key, int max, int defaultMs) => MsPerS * section.Number(key, 1, max, defaultMs / MsPerS);
        var options = new LiveScheduleOptions
        {
            PursuitIntervalMs = Interval("pursuitS", 3_600, defaults.PursuitIntervalMs),
            PatrolIntervalMs = Interval("patrolS", 3_600, defaults.PatrolIntervalMs),
            AtAnchorIntervalMs = Interval("anchoredS", 86_400, defaults.AtAnchorIntervalMs),
            MooredIntervalMs = Interval("mooredS", 86_400, defaults.MooredIntervalMs),
            AlarmIntervalMs = Interval("alarmS", 3_600, defaults.AlarmIntervalMs),
            FloorMs = Interval("floorS", 3_600, defaults.FloorMs),
            CeilingMs = Interval("ceilingS", 3_600, defaults.CeilingMs),
            LowBatteryFactor = section.Number("lowBatteryFactor", 1, 20, defaults.LowBatteryFactor),
        };
        var bounds = BoundsOf((key, defaultCmps) => section.Number(key, 1, 5_000, defaultCmps));
        if (options.CeilingMs < options.FloorMs)
        {
            section.Wrong("ceilingS", $"{options.CeilingMs / MsPerS}", $"at least floorS, which is {options.FloorMs / MsPerS}");
            options.CeilingMs = options.FloorMs;
        }

        return new UnitSchedule(options, bounds);
    }

    // Through cm/s, as the unit's configuration has them: 22 kn are 1132 cm/s, and these 22.004 kn.
    private static MotionOptions BoundsOf(Func<string, int, int> cmpsOf)
    {
        var defaults = new MotionOptions();
        int Milliknots(string key, int defaultMilliknots) => SpeedUnits.MilliknotsOf(cmpsOf(key, SpeedUnits.CmpsOf(defaultMilliknots)));
        return new MotionOptions
        {
            StartFromMilliknots = Milliknots("patrolFromCmps", defaults.StartFromMilliknots),
            PursuitFromMilliknots = Milliknots("pursuitFromCmps", defaults.PursuitFromMilliknots),
        };
    }
}

/// <summary>
/// The longest intervals that one schedule allows by what a live frame tells. Of several that the frame leaves open the longest is taken, so
/// that nobody is called silent who has only less to say: at rest may be moored, and on its battery the battery may be low.
/// </summary>
internal sealed class UnitSchedule
{
    private const int Conditions = 3;

    private const int MilliknotsPerDeciknot = 100;

    private readonly MotionOptions _bounds;
    private readonly int[] _fastMs;
    private readonly int[] _underWayMs;
    private readonly int[] _otherwiseMs;

    /// <param name="options">The intervals.</param>
    /// <param name="bounds">From which speeds on a unit is in pursuit, and surely not at rest.</param>
    public UnitSchedule(LiveScheduleOptions options, MotionOptions bounds)
    {
        _bounds = bounds;

        // The unit's own code decides, so that both agree on floor, ceiling, alarm and battery.
        var schedule = new LiveSchedule(options);
        _fastMs = Of(schedule, BoatMode.Pursuit);
        _underWayMs = Of(schedule, BoatMode.Patrol);
        _otherwiseMs = [.. Of(schedule, BoatMode.AtAnchor).Zip(Of(schedule, BoatMode.Moored), Math.Max)];
    }

    /// <summary>The longest that a unit which said this waits before it speaks again, milliseconds.</summary>
    public int IntervalMs(LivePosition told)
    {
        var milliknots = told.SogDeciknots * MilliknotsPerDeciknot;
        var byCondition = told.Movement switch
        {
            // The frame's words have bounds of their own; the unit's intervals go by the bounds that it is configured with.
            Movement.Fast when milliknots >= _bounds.PursuitFromMilliknots => _fastMs,
            Movement.Fast or Movement.UnderWay when milliknots >= _bounds.StartFromMilliknots => _underWayMs,
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
