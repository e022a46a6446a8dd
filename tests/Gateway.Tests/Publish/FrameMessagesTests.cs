using System.Text;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Core.Tracks;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class FrameMessagesTests : IDisposable
{
    private static readonly FleetUnit _unit = new(17, "polairud", "KP Hiu 3001", new PlatformAesCcm(new byte[16]));
    private static readonly long _time = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private readonly TestBoat _boat = new(17);
    private readonly FrameMessages _messages = new(new TopicCache("patrol/v1"), 900);
    private readonly MessageBuffer _buffer = new();

    public void Dispose()
    {
        _boat.Dispose();
        _buffer.Dispose();
    }

    [Fact]
    public void Make_PositionOfThePresent_IsTheDocumentedMessage()
    {
        var message = Make(Live(HeardWell()));

        MessageCheck.Documented(message.Payload);
        Valid(message);
        Assert.Equal("patrol/v1/polairud/17/position", message.Topic);
        Assert.Equal(900u, message.ExpirySeconds);
        Assert.True(message.Retain);
        Assert.Equal(
            "unit=17 counter=42 link=lora schema=patrol/v1/position id=17-live-42",
            string.Join(' ', message.UserProperties.Select(property => $"{property.Key}={property.Value}")));
    }

    [Fact]
    public void Make_PositionOfHistory_SaysTheSameElsewhereAndIsNotKept()
    {
        var present = Encoding.UTF8.GetString(Make(Live(HeardWell())).Payload.Span);
        var message = Make(Live(HeardWell()), isPresent: false);

        Assert.Equal(present, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal("patrol/v1/polairud/17/position/history", message.Topic);
        Assert.False(message.Retain);
        Assert.Null(message.ExpirySeconds);
    }

    [Fact]
    public void Make_Unknowns_AreLeftOutAndNeverZero()
    {
        _boat.Position.SogDeciknots = Fix.Unknown;
        _boat.Position.CogDeg = Fix.Unknown;
        _boat.Position.Quality = FixQuality.Unknown;
        _boat.Position.Movement = Movement.Unknown;
        var json = Valid(Make(Live(new Reception { Concentrator = 1 })));

        foreach (var key in new[] { "sog_kn", "cog_deg", "quality", "movement", "clock_skew_s" })
            Assert.False(json.TryGetProperty(key, out _), key);
        Assert.Equal("""[{"concentrator":"0000000000000001"}]""", json.GetProperty("receptions").GetRawText());
    }

    [Theory]
    [InlineData(0, "0.00000")]
    [InlineData(1, "0.00001")]
    [InlineData(-1, "-0.00001")]
    [InlineData(-99_999, "-0.99999")]
    [InlineData(100_000, "1.00000")]
    [InlineData(-9_000_000, "-90.00000")]
    [InlineData(17_999_999, "179.99999")]
    [InlineData(-18_000_000, "-180.00000")]
    public void Make_Coordinates_HaveTheFramesOwnFiveDecimals(int degreesE5, string text)
    {
        var isLatitude = Math.Abs(degreesE5) <= 9_000_000;
        _boat.Position.LatitudeE5 = isLatitude ? degreesE5 : 0;
        _boat.Position.LongitudeE5 = degreesE5;
        var json = Valid(Make(Live(HeardWell())));

        Assert.Equal(text, json.GetProperty("lon_deg").GetRawText());
        Assert.Equal(isLatitude ? text : "0.00000", json.GetProperty("lat_deg").GetRawText());
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(5, "0.5")]
    [InlineData(1022, "102.2")]
    public void Make_Speed_HasOneDecimal(int deciknots, string text)
    {
        _boat.Position.SogDeciknots = deciknots;

        Assert.Equal(text, Valid(Make(Live(HeardWell()))).GetProperty("sog_kn").GetRawText());
    }

    [Fact]
    public void Make_ClockBeyondItsLimit_IsFlagged()
    {
        var messages = new FrameMessages(new TopicCache("patrol/v1"), 900, new Clock(new UnitClockSkew(-90_500, _time, IsBeyondLimit: true)));
        var message = messages.Make(Live(HeardWell()), _unit, OperatingArea.Indonesia, isPresent: true, _buffer)!;

        Assert.Equal("-90.500", Valid(message).GetProperty("clock_skew_s").GetRawText());
        messages = new FrameMessages(new TopicCache("patrol/v1"), 900, new Clock(new UnitClockSkew(1_500, _time, IsBeyondLimit: false)));
        message = messages.Make(Live(HeardWell()), _unit, OperatingArea.Indonesia, isPresent: true, _buffer)!;
        Assert.False(Valid(message).TryGetProperty("clock_skew_s", out _));
    }

    [Fact]
    public void Make_Event_IsTheDocumentedMessageAndIsNeitherKeptNorForgotten()
    {
        _boat.Report.UtcMs = _time;
        _boat.Report.Kind = EventKind.ContactSighted;
        _boat.Report.PositionAge = PositionAge.FiveMinutes;
        _boat.Report.Persons = 4;
        _boat.Report.Vessels = 2;
        _boat.Report.Code = 7;
        _boat.Report.HasContact = true;
        _boat.Report.ContactBearingDeg = 310;
        _boat.Report.ContactDistanceM = 1850;
        _boat.Report.ContactCogDeg = 95;
        _boat.Report.ContactSogDeciknots = 84;
        var message = Make(Durable(_boat.Event(43), 43, HeardWell()), isPresent: false);

        MessageCheck.Documented(message.Payload);
        Valid(message);
        Assert.Equal("patrol/v1/polairud/17/event", message.Topic);
        Assert.Equal(("17-rec-43", false, null), (message.UserProperties[4].Value, message.Retain, message.ExpirySeconds));
    }

    [Fact]
    public void Make_EventOfWhichLittleIsKnown_SaysNoMore()
    {
        _boat.Report.Clear();
        var json = Valid(Make(Durable(_boat.Event(1), 1, UtcTime.Unknown, new Reception { Link = UplinkLink.Cellular }), isPresent: false));

        Assert.Equal(
            "schema id unit name agency event counter link received receptions",
            string.Join(' ', json.EnumerateObject().Select(property => property.Name)));
        Assert.Equal("sos", json.GetProperty("event").GetString());
        Assert.Equal("""[{"link":"cellular"}]""", json.GetProperty("receptions").GetRawText());
    }

    [Fact]
    public void Make_EveryKindOfEvent_HasAWordOfTheSchema()
    {
        HashSet<string> words = [];
        foreach (var kind in Enum.GetValues<EventKind>())
        {
            foreach (var age in Enum.GetValues<PositionAge>())
            {
                (_boat.Report.Kind, _boat.Report.PositionAge) = (kind, age);
                words.Add(Valid(Make(Durable(_boat.Event(1), 1, HeardWell()))).GetProperty("event").GetString()!);
            }
        }

        Assert.Equal(Enum.GetValues<EventKind>().Length, words.Count);
    }

    [Fact]
    public void Make_LongStatus_IsTheDocumentedMessageWithEveryField()
    {
        FillCondition(_boat.Condition);
        var message = Make(Durable(_boat.Status(44), 44, HeardWell()));

        MessageCheck.Documented(message.Payload);
        Valid(message);
        Assert.Equal(("patrol/v1/polairud/17/status", true, null), (message.Topic, message.Retain, message.ExpirySeconds));

        // All that the schema knows stands in it, but for what excludes each other.
        var schema = JsonDocument.Parse(File.ReadAllText(RepositoryPaths.InRepository("docs", "schemas", "status.schema.json"))).RootElement;
        var names = schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToHashSet();
        names.ExceptWith(JsonDocument.Parse(message.Payload).RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["clock_skew_s", "uptime_least_s"], names.Order());
    }

    [Fact]
    public void Make_StatusOfHistory_GoesElsewhere()
    {
        var message = Make(Durable(_boat.Status(44), 44, HeardWell()), isPresent: false);

        Assert.Equal(("patrol/v1/polairud/17/status/history", false), (message.Topic, message.Retain));
        Valid(message);
    }

    [Fact]
    public void Make_StatusOfWhichNothingIsKnown_SaysNoNumbers()
    {
        _boat.Condition.Clear();
        _boat.Condition.IsLong = true;
        var json = Valid(Make(Durable(_boat.Status(1), 1, UtcTime.Unknown, HeardWell())));

        Assert.Equal(
            "schema id unit name agency form faults safe_mode on_battery counter link received receptions",
            string.Join(' ', json.EnumerateObject().Select(property => property.Name)));
        Assert.Equal("[]", json.GetProperty("faults").GetRawText());
    }

    [Fact]
    public void Make_ShortStatus_TellsTheLeastThatTheUnitHasRun()
    {
        _boat.Condition.UptimeS = 7_300;
        var json = Valid(Make(Durable(_boat.Status(1), 1, HeardWell())));

        Assert.Equal(3_840, json.GetProperty("uptime_least_s").GetInt32());
        Assert.False(json.TryGetProperty("uptime_s", out _));
    }

    [Fact]
    public void Make_Track_IsTheDocumentedMessage()
    {
        var frame = _boat.Track(45, 3, _time);
        var message = Make(Durable(frame, 45, _time + 20_000, HeardWell()), isPresent: false);

        MessageCheck.Documented(message.Payload);
        Valid(message);
        Assert.Equal(("patrol/v1/polairud/17/track", false, null), (message.Topic, message.Retain, message.ExpirySeconds));
    }

    [Fact]
    public void Make_EveryTrackAndSketchOfTheVectors_HasAllItsFixes()
    {
        foreach (var vector in TrackVectors.Tracks)
            AssertFixes(vector.Points, Valid(Make(Durable(_boat.Payload(FrameKind.Track, vector.Payload, 1), 1, HeardWell()))), vector.WithSpeed);
        foreach (var vector in TrackVectors.Sketches)
        {
            var json = Valid(Make(Durable(_boat.Payload(FrameKind.Sketch, vector.Payload, 1), 1, HeardWell())));
            Assert.Equal(vector.BoundM, json.GetProperty("bound_m").GetInt32());
            AssertFixes(vector.Vertices, json, withSpeed: false);
        }
    }

    [Fact]
    public void Make_TrackThatNoEncoderWrites_IsNoMessage()
    {
        foreach (var vector in TrackVectors.RejectedTracks.Where(vector => vector.Payload.Length is >= TrackBlock.HeaderBytes and <= TrackBlock.PayloadBytesMax))
        {
            var record = Durable(_boat.Payload(FrameKind.Track, vector.Payload, 1), 1, HeardWell());
            Assert.Null(_messages.Make(record, _unit, OperatingArea.Indonesia, isPresent: false, _buffer));
        }
    }

    [Fact]
    public void Make_LongestTrack_HasTheSizeThatTheDocumentationNames()
    {
        var encoder = new TrackEncoder(TrackBlock.PayloadBytesMax, withSpeed: true);
        var payload = new byte[TrackBlock.PayloadBytesMax];
        var fixes = 0;
        while (encoder.Add((_time / 1000) + (fixes * 300L), -8_999_999, -17_999_999, 0, 359) == TrackAddResult.Added)
            fixes++;
        var frame = _boat.Payload(FrameKind.Track, payload.AsSpan(0, encoder.Finish(payload, 0)), 1);
        var message = Make(Durable(frame, 1, HeardWell()));

        Assert.InRange(fixes, 2_000, TrackBlock.FixesMax);
        Assert.Equal(fixes, Valid(message).GetProperty("fixes").GetArrayLength());

        // 41 bytes a fix: eight digits of seconds, two coordinates with five decimals, speed, course and commas.
        Assert.InRange(message.Payload.Length, 0, 4_095 * 42);
    }

    [Fact]
    public void Make_BodyThatDoesNotRead_IsNoMessage()
    {
        var record = Live(HeardWell());
        var frame = record.Frame;
        record.Set(in frame, record.Sealed.Span, record.Body.AsSpan(0, record.BodyLength - 1));

        Assert.Null(_messages.Make(record, _unit, OperatingArea.Indonesia, isPresent: true, _buffer));
    }

    [Fact]
    public void Make_PositionAgainAndAgain_AllocatesTheMessageAndNotItsText()
    {
        var record = Live(HeardWell());
        for (var i = 0; i < 100; i++)
            Make(record);

        // Message, its property list, counter and id: the payload is written into the buffer.
        Assert.InRange(Allocated.Least(_ => Make(record)), 1, 480);
    }

    private static void FillCondition(StatusReport condition)
    {
        condition.UtcMs = _time;
        condition.Backlog = 12;
        condition.OldestHeldBack = 31;
        condition.Bilge = BilgeState.Dry;
        condition.Faults = UnitFaults.Modem | UnitFaults.Journal;
        condition.IsLong = true;
        condition.UptimeS = 7_300;
        condition.HumidityPercent = 61;
        condition.PressurePa = 100_920;
        condition.SupplyCurrentMa = 320;
        condition.BatteryCurrentMa = -40;
        condition.BilgeLevelCm = 3;
        condition.Engine1Rpm = 1_850;
        condition.Engine2Rpm = 0;
        condition.EngineDecihours = 12_345;
        condition.HdopE1 = 9;
        condition.RssiDbm = -97;
        condition.SnrCdb = -725;
        condition.AirtimePermille = 112;
        condition.LiveCounter = 4_712;
        condition.Dropped = 0;
        condition.FixesRefused = 5;
        condition.FreeMemoryKib = 88;
        condition.FirmwareVersion = (1 << 16) | (4 << 8) | 2;
        condition.LastCommand = 3;
        condition.CommandResult = CommandResult.Done;
        condition.BoardTemperatureC = 52;
        condition.HasLosses = true;
        condition.FramesDamaged = 2;
        condition.SosDropped = 0;
        condition.EventsLost = 0;
        condition.FixesLost = 35;
    }

    private static void AssertFixes(IReadOnlyList<LogFix> expected, JsonElement json, bool withSpeed)
    {
        var start = json.GetProperty("start").GetDateTimeOffset().ToUnixTimeSeconds();
        var fixes = json.GetProperty("fixes").EnumerateArray().Select(fix => new LogFix(
            start + fix[0].GetInt64(),
            (int)(fix[2].GetDecimal() * 100_000),
            (int)(fix[1].GetDecimal() * 100_000),
            withSpeed && fix[3].ValueKind == JsonValueKind.Number ? (int)(fix[3].GetDecimal() * 10) : int.MinValue,
            withSpeed && fix[4].ValueKind == JsonValueKind.Number ? fix[4].GetInt32() : int.MinValue));
        Assert.Equal(expected.Select(fix => withSpeed ? fix : fix with { SogDeciknots = int.MinValue, CogDeg = int.MinValue }), fixes);
    }

    private static JsonElement Valid(MqttMessage message) => MessageCheck.Valid(message);

    private static Reception HeardWell() => new()
    {
        Concentrator = 0xAA555A0000000000,
        RssiDbm = -103,
        SnrDecibelE1 = -75,
        FrequencyHz = 923_200_000,
        SpreadingFactor = 7,
    };

    private MqttMessage Make(JournalRecord record, bool isPresent = true) =>
        _messages.Make(record, _unit, OperatingArea.Indonesia, isPresent, _buffer)!;

    private JournalRecord Live(Reception heard) => TestRecords.Of(
        _boat.Frame(42), _boat, new AdmittedFrame { Id = 1, Counter = 42, TimeUtcMs = _time, ReceivedUtcMs = _time + 1_123 }, heard);

    private JournalRecord Durable(byte[] frame, uint counter, Reception heard) => Durable(frame, counter, _time, heard);

    private JournalRecord Durable(byte[] frame, uint counter, long timeUtcMs, Reception heard) => TestRecords.Of(
        frame,
        _boat,
        new AdmittedFrame { Id = 1, Counter = counter, TimeUtcMs = timeUtcMs, ReceivedUtcMs = _time + 61_123 },
        heard);

    private sealed class Clock(UnitClockSkew skew) : IUnitClockSkew
    {
        public int BeyondLimit => 1;

        public bool TryGet(int unit, out UnitClockSkew found)
        {
            found = skew;
            return true;
        }
    }
}
