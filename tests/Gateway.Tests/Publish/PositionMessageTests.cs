using System.Text;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class PositionMessageTests : IDisposable
{
    private static readonly FleetUnit _unit = new(17, "polairud", "KP Hiu 3001", new PlatformAesCcm(new byte[16]));
    private readonly TestBoat _boat = new(17);

    public void Dispose() => _boat.Dispose();

    [Fact]
    public void Make_EverythingKnown_IsTheDocumentedMessage()
    {
        var message = new PositionMessage("patrol/v1", 900).Make(Record(HeardWell()), _unit, OperatingArea.Indonesia);
        var documented = File.ReadLines(RepositoryPaths.InRepository("docs", "mqtt.md"))
            .Single(line => line.StartsWith("{\"schema\":\"patrol/v1/position\"", StringComparison.Ordinal));

        Assert.Equal(documented, Encoding.UTF8.GetString(message.Payload.Span));
        Assert.Equal("patrol/v1/polairud/17/position", message.Topic);
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal(900u, message.ExpirySeconds);
        Assert.True(message.Retain);
        Assert.Equal(
            "unit=17 counter=42 link=lora schema=patrol/v1/position id=17-live-42",
            string.Join(' ', message.UserProperties.Select(property => $"{property.Key}={property.Value}")));
    }

    [Fact]
    public void Make_Unknowns_AreLeftOutAndNeverZero()
    {
        _boat.Position.SogDeciknots = Fix.Unknown;
        _boat.Position.CogDeg = Fix.Unknown;
        _boat.Position.Quality = FixQuality.Unknown;
        _boat.Position.Movement = Movement.Unknown;
        var json = Payload(Record(new Reception { Concentrator = 1 }));

        foreach (var key in new[] { "sog_kn", "cog_deg", "quality", "movement" })
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
        var json = Payload(Record(HeardWell()));

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

        Assert.Equal(text, Payload(Record(HeardWell())).GetProperty("sog_kn").GetRawText());
    }

    [Fact]
    public void Schema_HasTheKeysOfTheMessage_AndRequiresThoseAlwaysThere()
    {
        var schema = JsonDocument.Parse(File.ReadAllText(RepositoryPaths.InRepository("docs", "schemas", "position.schema.json"))).RootElement;
        var whole = Payload(Record(HeardWell()));
        _boat.Position.SogDeciknots = Fix.Unknown;
        _boat.Position.CogDeg = Fix.Unknown;
        _boat.Position.Quality = FixQuality.Unknown;
        _boat.Position.Movement = Movement.Unknown;
        var least = Payload(Record(new Reception()));
        var reception = schema.GetProperty("properties").GetProperty("receptions").GetProperty("items");

        Assert.Equal(Names(schema.GetProperty("properties")), Names(whole));
        Assert.Equal(Texts(schema.GetProperty("required")), Names(least));
        Assert.Equal(Names(reception.GetProperty("properties")), Names(whole.GetProperty("receptions")[0]));
        Assert.Equal(Texts(reception.GetProperty("required")), Names(least.GetProperty("receptions")[0]));
    }

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(property => property.Name)];

    private static string[] Texts(JsonElement json) => [.. json.EnumerateArray().Select(element => element.GetString()!)];

    private static JsonElement Payload(JournalRecord record) =>
        JsonDocument.Parse(new PositionMessage("patrol/v1", 900).Make(record, _unit, OperatingArea.Indonesia).Payload).RootElement;

    private static Reception HeardWell() => new()
    {
        Concentrator = 0xAA555A0000000000,
        RssiDbm = -103,
        SnrDecibelE1 = -75,
        FrequencyHz = 923_200_000,
        SpreadingFactor = 7,
    };

    private JournalRecord Record(Reception heard) => TestRecords.Of(
        _boat.Frame(42),
        _boat,
        new AdmittedFrame
        {
            Id = 1,
            Counter = 42,
            TimeUtcMs = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            ReceivedUtcMs = new DateTimeOffset(2026, 11, 23, 0, 0, 1, 123, TimeSpan.Zero).ToUnixTimeMilliseconds(),
        },
        heard);
}
