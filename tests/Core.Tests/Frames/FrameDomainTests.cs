using System.Reflection;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;
using BoatTelemetry.TestSupport;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>Encode and decode are each other's inverse, for every value that a field can tell and for any mixture of them.</summary>
public sealed class FrameDomainTests(ITestOutputHelper output)
{
    private const long Epoch = FrameTime.EpochMs;

    // Up to here every value is tried; beyond it the ends and a sample.
    private const long EveryValueUpTo = 1 << 18;

    /// <summary>What a field of a report can tell: first, last, step, and whether it can be unknown.</summary>
    private sealed record Domain(string Name, long First, long Last, long Step = 1, bool Unknown = true)
    {
        public long Count => ((Last - First) / Step) + 1 + (Unknown ? 1 : 0);

        /// <summary>The i-th value; the last is unknown.</summary>
        public object At(long i, Type type)
        {
            var value = Unknown && i == Count - 1 ? UnknownOf(type) : First + (i * Step);
            return type.IsEnum ? Enum.ToObject(type, value) : type == typeof(bool) ? value != 0 : Convert.ChangeType(value, type);
        }

        private static long UnknownOf(Type type) =>
            type == typeof(long) ? UtcTime.Unknown : type == typeof(uint) ? StatusReport.NoCounter : Fix.Unknown;
    }

    private static readonly Domain Time = new("UtcMs", Epoch, Epoch + ((int.MaxValue - 1) * 1000L), 1000);

    private static readonly Domain[] Live =
    [
        new("LatitudeE5", -9_000_000, 9_000_000, 1, false), new("LongitudeE5", -18_000_000, 17_999_999, 1, false),
        new("SecondOfDay", 0, 86_399, 1, false), new("SogDeciknots", 0, 1022), new("CogDeg", 0, 359), new("Quality", 0, 3, 1, false),
        new("Movement", 0, 3, 1, false), new("OnBattery", 0, 1, 1, false), new("Alarm", 0, 1, 1, false),
        new("BacklogPending", 0, 1, 1, false),
    ];

    private static readonly Domain[] Event =
    [
        Time, new("LatitudeE5", -9_000_000, 9_000_000, 1, false), new("LongitudeE5", -18_000_000, 17_999_999, 1, false),
        new("PositionAge", 0, 3, 1, false), new("Kind", 0, 9, 1, false), new("Persons", 0, 62), new("Vessels", 0, 14),
        new("Confidence", 0, 3, 1, false), new("Code", 0, 63, 1, false), new("ContactBearingDeg", 0, 359),
        new("ContactDistanceM", 0, 40_940, 10), new("ContactCogDeg", 0, 359), new("ContactSogDeciknots", 0, 1022),
    ];

    private static readonly Domain[] Status =
    [
        Time, new("SupplyMv", 0, 50_800, 200), new("BatteryMv", 2_500, 5_020, 20), new("OldestHeldBack", 0, 65_534),
        new("Backlog", 0, 4_094), new("TemperatureC", -40, 86), new("ResetCause", 0, 7, 1, false), new("Bilge", 0, 3, 1, false),
        new("Satellites", 0, 30), new("Faults", 0, 63, 1, false), new("SafeMode", 0, 1, 1, false), new("OnBattery", 0, 1, 1, false),
        new("HumidityPercent", 0, 100), new("PressurePa", 85_000, 125_900, 20), new("SupplyCurrentMa", -10_220, 10_220, 10),
        new("BatteryCurrentMa", -10_220, 10_220, 10), new("BilgeLevelCm", 0, 254), new("Engine1Rpm", 0, 10_220, 10),
        new("Engine2Rpm", 0, 10_220, 10), new("EngineDecihours", 0, 1_048_574), new("HdopE1", 0, 254), new("RssiDbm", -254, 0),
        new("SnrCdb", -3_200, 3_150, 25), new("AirtimePermille", 0, 1_000), new("UptimeS", 0, 268_435_454),
        new("LiveCounter", 0, uint.MaxValue - 1L), new("Dropped", 0, 65_534), new("FixesRefused", 0, 65_534),
        new("FreeMemoryKib", 0, 1_022), new("FirmwareVersion", 0, 0xFFFFFE), new("LastCommand", 0, uint.MaxValue - 1L),
        new("CommandResult", 0, 5, 1, false), new("BoardTemperatureC", -40, 214), new("FramesDamaged", 0, 65_534),
        new("SosDropped", 0, 4_094), new("EventsLost", 0, 4_094), new("FixesLost", 0, 16_777_214),
    ];

    private static readonly Domain[] Acknowledged = [new("BaseCounter", 0, uint.MaxValue, 1, false), new("Bitmap", 0, uint.MaxValue, 1, false)];

    private static readonly Domain[] LongAcknowledged =
        [.. Acknowledged, new("SelectiveFirst", 0, uint.MaxValue, 1, false), new("SelectiveBitmap", 0x80000000, uint.MaxValue, 1, false)];

    private static readonly Domain Expiry = new("ExpiryUtcMs", Epoch, Epoch + (((1L << 28) - 2) * 8000), 8000);

    private static readonly Dictionary<CommandKind, Domain[]> Commands = new()
    {
        [CommandKind.ReportInterval] = [Expiry, new("LiveIntervalS", 0, 65_535, 1, false), new("TrackIntervalS", 0, 255, 1, false), new("DurationMin", 0, 65_535, 1, false)],
        [CommandKind.StatusRequest] = [Expiry, new("LongStatus", 0, 1, 1, false)],
        [CommandKind.BacklogRange] = [Expiry, new("FromCounter", 0, int.MaxValue, 1, false), new("ToCounter", int.MaxValue, uint.MaxValue, 1, false)],
        [CommandKind.SosAcknowledged] = [Expiry, new("EventCounter", 0, uint.MaxValue, 1, false), new("SosCode", 0, 255, 1, false)],
        [CommandKind.KeyChange] = [Expiry],
    };

    private static IEnumerable<(string Report, Domain[] Domains)> Reports() =>
    [
        ("live", Live), ("event", Event), ("status", Status), ("acknowledgement", Acknowledged), ("long acknowledgement", LongAcknowledged),
        .. Commands.Select(command => (command.Key.ToString(), command.Value)),
    ];

    public static TheoryData<string> ReportNames() => [.. Reports().Select(report => report.Report)];

    public static TheoryData<string, string> FieldNames()
    {
        var result = new TheoryData<string, string>();
        foreach (var (report, domains) in Reports())
        {
            foreach (var domain in domains)
            {
                result.Add(report, domain.Name);
            }
        }

        return result;
    }

    [Theory]
    [MemberData(nameof(ReportNames))]
    public void Domains_OfAReport_AreAllItsFields(string report)
    {
        var type = NewReport(report).GetType();
        string[] beside = type == typeof(Command) ? ["Kind", "Key"] : type == typeof(EventReport) ? ["HasContact"] : type == typeof(StatusReport) ? ["IsLong", "HasLosses"] : [];
        var named = Reports().Where(r => NewReport(r.Report).GetType() == type).SelectMany(r => r.Domains).Select(d => d.Name).Distinct();
        Assert.Equal(
            type.GetFields(BindingFlags.Public | BindingFlags.Instance).Select(f => f.Name).Except(beside).Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(FieldNames))]
    public void Field_EveryValueOfItsDomain_ComesBack(string report, string name)
    {
        var random = Seed.New(output);
        var domain = Reports().Single(r => r.Report == report).Domains.Single(d => d.Name == name);
        var (written, read) = (NewReport(report), NewReport(report));
        var field = written.GetType().GetField(name)!;
        var codec = new BodyCodec();
        foreach (var i in Indices(domain, random))
        {
            var value = domain.At(i, field.FieldType);
            field.SetValue(written, value);
            Assert.Equal(FrameRejection.None, codec.ThereAndBack(written, read));
            if (!value.Equals(field.GetValue(read)))
            {
                Assert.Fail($"{report}.{name}: {value} comes back as {field.GetValue(read)}");
            }
        }

        Assert.Equal(VectorFrames.ToJson(written).ToJsonString(), VectorFrames.ToJson(read).ToJsonString());
    }

    [Theory]
    [MemberData(nameof(ReportNames))]
    public void Report_AnyMixtureOfValues_ComesBack(string report)
    {
        var random = Seed.New(output);
        var domains = Reports().Single(r => r.Report == report).Domains;
        var (written, read) = (NewReport(report), NewReport(report));
        var fields = domains.Select(domain => written.GetType().GetField(domain.Name)!).ToArray();
        var codec = new BodyCodec();

        // A choice for each field: now and then its ends and unknown, which chance alone would seldom meet together.
        var choices = Gen.Choose(0, int.MaxValue - 1).ArrayOf(2 * domains.Length);
        var property = Prop.ForAll(choices.ToArbitrary(), chosen =>
        {
            for (var i = 0; i < domains.Length; i++)
            {
                fields[i].SetValue(written, domains[i].At(Chosen(domains[i], chosen[2 * i], chosen[(2 * i) + 1]), fields[i].FieldType));
            }

            return codec.ThereAndBack(written, read) == FrameRejection.None
                && fields.All(field => field.GetValue(written)!.Equals(field.GetValue(read)));
        });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithReplay((ulong)random.Next(), (ulong)(random.Next() | 1)));
    }

    [Fact]
    public void ShortStatus_EveryUptime_ComesBackAsTheLeastOfItsClass()
    {
        var codec = new BodyCodec();
        var (written, read) = (new StatusReport(), new StatusReport());
        int[] starts = [0, .. Enumerable.Range(0, 14).Select(n => 60 << n)];
        for (var i = 0; i < starts.Length; i++)
        {
            var last = i + 1 < starts.Length ? starts[i + 1] - 1 : int.MaxValue;
            foreach (var uptime in new[] { starts[i], (int)(((long)starts[i] + last) / 2), last })
            {
                written.UptimeS = uptime;
                Assert.Equal(FrameRejection.None, codec.ThereAndBack(written, read));
                Assert.Equal(starts[i], read.UptimeS);
            }
        }
    }

    [Fact]
    public void Key_AnyBytes_ComeBack()
    {
        var random = Seed.New(output);
        var codec = new BodyCodec();
        var (written, read) = (new Command { Kind = CommandKind.KeyChange }, new Command());
        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(written.Key);
            Assert.Equal(FrameRejection.None, codec.ThereAndBack(written, read));
            Assert.Equal(written.Key, read.Key);
        }
    }

    public static TheoryData<string, string, long> Misuses() => new()
    {
        { "live", "LatitudeE5", 9_000_001 }, { "live", "LatitudeE5", -9_000_001 }, { "live", "LongitudeE5", 18_000_001 },
        { "live", "LongitudeE5", -18_000_001 }, { "live", "SecondOfDay", 131_072 }, { "live", "CogDeg", 512 },
        { "event", "LatitudeE5", 9_000_001 }, { "event", "LatitudeE5", -9_000_001 }, { "event", "LongitudeE5", 18_000_001 },
        { "event", "LongitudeE5", -18_000_001 }, { "event", "Persons", -1 }, { "event", "Vessels", -1 }, { "event", "Code", -1 },
        { "event", "Code", 64 }, { "event", "Kind", 10 }, { "event", "Kind", -1 }, { "event", "Confidence", 4 },
        { "event", "ContactBearingDeg", 360 }, { "event", "ContactBearingDeg", -1 }, { "event", "ContactCogDeg", 360 },
        { "event", "ContactDistanceM", -1 }, { "event", "ContactSogDeciknots", -1 },
        { "status", "OldestHeldBack", -1 }, { "status", "Backlog", -1 }, { "status", "Satellites", -1 }, { "status", "ResetCause", 8 },
        { "status", "Bilge", 4 }, { "status", "Faults", 64 }, { "status", "UptimeS", -1 }, { "status", "Engine1Rpm", -1 },
        { "status", "EngineDecihours", -1 }, { "status", "HdopE1", -1 }, { "status", "Dropped", -1 }, { "status", "FixesRefused", -1 },
        { "status", "FreeMemoryKib", -1 }, { "status", "FirmwareVersion", 0xFFFFFF }, { "status", "FirmwareVersion", -1 },
        { "status", "CommandResult", 6 }, { "status", "FramesDamaged", -1 }, { "status", "SosDropped", -1 }, { "status", "EventsLost", -1 },
        { "status", "FixesLost", -1 },
        { "ReportInterval", "LiveIntervalS", 65_536 }, { "ReportInterval", "LiveIntervalS", -1 }, { "ReportInterval", "TrackIntervalS", 256 },
        { "ReportInterval", "DurationMin", -1 }, { "SosAcknowledged", "SosCode", 256 }, { "SosAcknowledged", "SosCode", -1 },
        { "StatusRequest", "ExpiryUtcMs", Epoch - 1 }, { "StatusRequest", "ExpiryUtcMs", Epoch + (((1L << 28) - 2) * 8000) + 1 },
        { "StatusRequest", "ExpiryUtcMs", long.MaxValue }, { "StatusRequest", "Kind", 0 }, { "StatusRequest", "Kind", 6 },
        { "BacklogRange", "FromCounter", uint.MaxValue },
        { "long acknowledgement", "SelectiveBitmap", 0x7FFFFFFF }, { "long acknowledgement", "SelectiveBitmap", 1 },
    };

    [Theory]
    [MemberData(nameof(Misuses))]
    public void Write_WhatNoFieldCanMean_Throws(string report, string name, long value)
    {
        var written = NewReport(report);
        var field = written.GetType().GetField(name)!;
        field.SetValue(written, field.FieldType.IsEnum ? Enum.ToObject(field.FieldType, value) : Convert.ChangeType(value, field.FieldType));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BodyCodec().ThereAndBack(written, NewReport(report)));
    }

    private static IEnumerable<long> Indices(Domain domain, Random random)
    {
        if (domain.Count <= EveryValueUpTo)
        {
            return Sequence(domain.Count);
        }

        long[] ends = [0, 1, 2, domain.Count - 3, domain.Count - 2, domain.Count - 1];
        var powers = Enumerable.Range(1, 32).Select(bit => 1L << bit).SelectMany(power => new[] { power - 1, power }).Where(i => i < domain.Count);
        return [.. ends, .. powers, .. Enumerable.Range(0, 50_000).Select(_ => random.NextInt64(domain.Count))];
    }

    private static IEnumerable<long> Sequence(long count)
    {
        for (long i = 0; i < count; i++)
        {
            yield return i;
        }
    }

    private static long Chosen(Domain domain, int how, int which) => (how % 8) switch
    {
        0 => 0,
        1 => domain.Count - 1,
        2 => Math.Max(0, domain.Count - 2),
        _ => (((long)how << 31) + which) % domain.Count,
    };

    private static object NewReport(string report) => report switch
    {
        "live" => new LivePosition(),
        "event" => new EventReport { HasContact = true, LatitudeE5 = 0, LongitudeE5 = 0 },
        "status" => new StatusReport { IsLong = true, HasLosses = true },
        "acknowledgement" => new Acknowledgement(),
        "long acknowledgement" => new Acknowledgement { SelectiveBitmap = 0x80000000 },
        "BacklogRange" => new Command { Kind = CommandKind.BacklogRange, ToCounter = int.MaxValue },
        _ => new Command { Kind = Enum.Parse<CommandKind>(report) },
    };

    /// <summary>A body written from one report and read into another.</summary>
    private sealed class BodyCodec
    {
        private static readonly OperatingArea Area = OperatingArea.Indonesia;

        private readonly LiveFrame _live = new();
        private readonly EventFrame _event = new();
        private readonly StatusFrame _status = new();
        private readonly AcknowledgementFrame _acknowledgement = new();
        private readonly CommandFrame _command = new();
        private readonly byte[] _body = new byte[FrameLimits.BodyBytesMax];

        public FrameRejection ThereAndBack(object written, object read)
        {
            switch (written)
            {
                case LivePosition position:
                    var kind = LiveFrame.KindFor(position, Area);
                    _live.WriteBody(position, kind, Area, _body, 0);
                    return _live.ReadBody(kind, Area, _body, 0, LiveFrame.BodyBytes(kind), (LivePosition)read);
                case EventReport report:
                    var flags = EventFrame.FlagsFor(report, Area, FrameLimits.FrameBytesMax);
                    _event.WriteBody(report, flags, Area, _body, 0);
                    return _event.ReadBody(flags, Area, _body, 0, EventFrame.BodyBytes(flags), (EventReport)read);
                case StatusReport status:
                    var form = StatusFrame.FlagsFor(status, FrameLimits.FrameBytesMax);
                    _status.WriteBody(status, form, _body, 0);
                    return _status.ReadBody(form, _body, 0, StatusFrame.BodyBytes(form), (StatusReport)read);
                case Acknowledgement acknowledgement:
                    _acknowledgement.WriteBody(acknowledgement, _body, 0);
                    return _acknowledgement.ReadBody(_body, 0, AcknowledgementFrame.BodyBytesOf(acknowledgement), (Acknowledgement)read);
                default:
                    var command = (Command)written;
                    _command.WriteBody(command, _body, 0);
                    return _command.ReadBody(_body, 0, CommandFrame.BodyBytes(command.Kind), (Command)read);
            }
        }
    }
}
