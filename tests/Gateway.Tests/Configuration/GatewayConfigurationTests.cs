using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Tests.Configuration;

public sealed class GatewayConfigurationTests : IDisposable
{
    private const string Good = """
        // The smallest one.
        { "fleet": "fleet.json", "ingest": { "packetForwarder": { "listen": "0.0.0.0:1700" } }, "mqtt": { "host": "broker" }, }
        """;

    private const string Key = "000102030405060708090a0b0c0d0e0f";
    private const string GoodUnit = $$"""{ "unit": 17, "agency": "polairud", "name": "KP Hiu 3001", "key": "{{Key}}" }""";
    private const string GoodFleet = $$"""{ "area": { "originLatitudeDeg": -12.5, "originLongitudeDeg": 90 }, "units": [ {{GoodUnit}}, ] }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_SmallestConfiguration_HasTheDefaults()
    {
        var (configuration, errors) = Load(Good, GoodFleet);

        Assert.Empty(errors);
        Assert.Equal(Path.Combine(_folder, "state", "journal.db"), configuration!.Journal.File);
        Assert.Equal("broker:1883", Assert.Single(configuration.Mqtt.Brokers).ToString());
        Assert.Null(configuration.Mqtt.Embedded);
        Assert.Equal("patrol/v1", configuration.TopicRoot);
        Assert.Equal(-1_250_000, configuration.Fleet.Area.OriginLatitudeE5);
        Assert.Equal("KP Hiu 3001", configuration.Fleet.Find(17)!.Name);
        Assert.Null(configuration.Fleet.Find(16));
    }

    [Fact]
    public void Load_Password_IsReadAndNotPrinted()
    {
        File.WriteAllText(Path.Combine(_folder, "password"), "secret word\n");
        var (configuration, errors) = Load(
            Good.Replace("\"broker\"", "\"broker\", \"user\": \"u\", \"passwordFile\": \"password\", \"tls\": {}", StringComparison.Ordinal), GoodFleet);

        Assert.Empty(errors);
        var broker = Assert.Single(configuration!.Mqtt.Brokers);
        Assert.Equal("secret word", broker.Password);
        Assert.Equal(8883, broker.Port);
        Assert.DoesNotContain("secret", configuration.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralBrokers_KeepsTheirOrderAndTheirOwnKeys()
    {
        File.WriteAllText(Path.Combine(_folder, "password"), "secret word\n");
        var (configuration, errors) = Load(
            Good.Replace(
                "\"host\": \"broker\"",
                "\"brokers\": [ { \"host\": \"a\", \"user\": \"u\", \"passwordFile\": \"password\", \"tls\": {} }, { \"host\": \"b\", \"port\": 1884 } ]",
                StringComparison.Ordinal),
            GoodFleet);

        Assert.Empty(errors);
        Assert.Equal(["a:8883", "b:1884"], configuration!.Mqtt.Brokers.Select(broker => broker.ToString()));
        Assert.Equal(["secret word", null], configuration.Mqtt.Brokers.Select(broker => broker.Password));
        Assert.Equal([true, false], configuration.Mqtt.Brokers.Select(broker => broker.Tls is not null));
        Assert.DoesNotContain("secret", configuration.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"fleet.json\"", "7", "fleet", "7")]
    [InlineData("\"fleet\": \"fleet.json\",", "", "fleet", "absent")]
    [InlineData("\"0.0.0.0:1700\"", "\"1700\"", "ingest.packetForwarder.listen", "\"1700\"")]
    [InlineData("\"0.0.0.0:1700\"", "\"0.0.0.0:70000\"", "ingest.packetForwarder.listen", "70000")]
    [InlineData("\"0.0.0.0:1700\"", "1700", "ingest.packetForwarder.listen", "1700")]
    [InlineData("\"listen\":", "\"listne\":", "ingest.packetForwarder.listne", "not known")]
    [InlineData("\"packetForwarder\": {", "\"packetForwarder\": 3, \"x\": {", "ingest.packetForwarder", "3")]
    [InlineData("\"host\": \"broker\"", "", "mqtt.host", "absent")]
    [InlineData("\"host\": \"broker\"", "\"host\": \"\"", "mqtt.host", "\"\"")]
    [InlineData("\"host\": \"broker\"", "\"host\": \"broker\", \"embedded\": { \"listen\": \"127.0.0.1:0\" }", "mqtt.host", "embedded")]
    [InlineData("\"host\": \"broker\"", "\"embedded\": { \"listen\": \"x\" }", "mqtt.embedded.listen", "\"x\"")]
    [InlineData("\"host\": \"broker\"", "\"host\": \"broker\", \"host\": \"b\"", "mqtt.host", "twice")]
    [InlineData("\"broker\"", "\"broker\", \"port\": 0", "mqtt.port", "0")]
    [InlineData("\"broker\"", "\"broker\", \"port\": 65536", "mqtt.port", "65536")]
    [InlineData("\"broker\"", "\"broker\", \"port\": 1.5", "mqtt.port", "1.5")]
    [InlineData("\"broker\"", "\"broker\", \"port\": \"1883\"", "mqtt.port", "\"1883\"")]
    [InlineData("\"broker\"", "\"broker\", \"clientId\": \"a/b\"", "mqtt.clientId", "a/b")]
    [InlineData("\"broker\"", "\"broker\", \"passwordFile\": \"nowhere\"", "mqtt.passwordFile", "nowhere")]
    [InlineData("\"broker\"", "\"broker\", \"tls\": { \"caFile\": \"nowhere\" }", "mqtt.tls.caFile", "nowhere")]
    [InlineData("\"broker\"", "\"broker\", \"tls\": { \"keyFile\": \"gateway.json\" }", "mqtt.tls.certificateFile", "absent")]
    [InlineData("\"broker\"", "\"broker\", \"keepAliveS\": 4", "mqtt.keepAliveS", "4")]
    [InlineData("\"host\": \"broker\"", "\"brokers\": []", "mqtt.brokers", "has 0")]
    [InlineData("\"host\": \"broker\"", "\"brokers\": [ { \"port\": 1883 } ]", "mqtt.brokers[0].host", "absent")]
    [InlineData("\"host\": \"broker\"", "\"brokers\": [ { \"host\": \"a\", \"prot\": 1883 } ]", "mqtt.brokers[0].prot", "not known")]
    [InlineData("\"host\": \"broker\"", "\"host\": \"broker\", \"brokers\": [ { \"host\": \"a\" } ]", "mqtt.host", "brokers")]
    [InlineData("\"host\": \"broker\"", "\"brokers\": [ { \"host\": \"a\" } ], \"user\": \"u\"", "mqtt.user", "brokers")]
    [InlineData("\"broker\"", "\"broker\", \"publishTimeoutS\": 0", "mqtt.publishTimeoutS", "0")]
    [InlineData("\"broker\"", "\"broker\", \"publishesPendingMax\": true", "mqtt.publishesPendingMax", "true")]
    [InlineData("\"mqtt\": {", "\"topicRoot\": \"a//b\", \"mqtt\": {", "topicRoot", "a//b")]
    [InlineData("\"mqtt\": {", "\"topicRoot\": \"a/#\", \"mqtt\": {", "topicRoot", "a/#")]
    [InlineData("\"mqtt\": {", "\"liveMessageExpiryS\": 0, \"mqtt\": {", "liveMessageExpiryS", "0")]
    [InlineData("\"mqtt\": {", "\"stopTimeoutS\": 601, \"mqtt\": {", "stopTimeoutS", "601")]
    [InlineData("\"mqtt\": {", "\"journalRetentionDays\": -1, \"mqtt\": {", "journalRetentionDays", "-1")]
    [InlineData("\"ingest\": {", "\"ingest\": { \"queueDatagramsMax\": 15,", "ingest.queueDatagramsMax", "15")]
    [InlineData("\"mqtt\": {", "\"journal\": null, \"mqtt\": {", "journal", "null")]
    public void Load_Mistake_NamesKeyValueAndWhatIsAllowed(string from, string to, string key, string value) =>
        AssertOneOf(Load(Good.Replace(from, to, StringComparison.Ordinal), GoodFleet).Errors, key, value);

    [Theory]
    [InlineData("\"unit\": 17", "\"unit\": 16384", "units[0].unit", "16384")]
    [InlineData("\"unit\": 17", "\"unit\": -1", "units[0].unit", "-1")]
    [InlineData("\"unit\": 17, ", "", "units[0].unit", "absent")]
    [InlineData("\"polairud\"", "\"Pol\"", "units[0].agency", "Pol")]
    [InlineData("\"polairud\"", "\"a/b\"", "units[0].agency", "a/b")]
    [InlineData("\"polairud\"", "\"gateway\"", "units[0].agency", "gateway")]
    [InlineData("\"KP Hiu 3001\"", "\"\"", "units[0].name", "\"\"")]
    [InlineData("-12.5", "-90.1", "area.originLatitudeDeg", "-90.1")]
    [InlineData("-12.5", "1.000001", "area.originLatitudeDeg", "1.000001")]
    [InlineData("\"originLongitudeDeg\"", "\"lon\"", "area.lon", "not known")]
    [InlineData("\"units\": [", "\"units\": 3, \"x\": [", "units", "3")]
    [InlineData("\"units\": [", "\"units\": [ 3, ", "units[0]", "3")]
    [InlineData("\"units\": [", $"\"units\": [ {GoodUnit}, ", "units[1].unit", "17 occurs twice")]
    [InlineData("\"key\"", "\"kye\"", "units[0].key", "absent")]
    public void LoadFleet_Mistake_NamesKeyValueAndWhatIsAllowed(string from, string to, string key, string value) =>
        AssertOneOf(Load(Good, GoodFleet.Replace(from, to, StringComparison.Ordinal)).Errors, key, value);

    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e")]
    [InlineData("000102030405060708090a0b0c0d0e0f10")]
    [InlineData("g00102030405060708090a0b0c0d0e0f")]
    public void LoadFleet_WrongKey_IsNeverShown(string key)
    {
        var (_, errors) = Load(Good, GoodFleet.Replace(Key, key, StringComparison.Ordinal));

        AssertOneOf(errors, "units[0].key", "(not shown)");
        Assert.DoesNotContain(errors, error => error.ToString().Contains("0102", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "units": [ "KEY" ] }""", "units[0]")]
    [InlineData("""{ "units": { "17": "KEY" } }""", "units")]
    [InlineData("""{ "units": "KEY" }""", "units")]
    [InlineData("""{ "units": [ [ "KEY" ] ] }""", "units[0]")]
    [InlineData("""[ { "unit": 17, "key": "KEY" } ]""", "")]
    [InlineData("\"KEY\"", "")]
    [InlineData("""{ "units": [ { "unit": "KEY" } ] }""", "units[0].unit")]
    [InlineData("""{ "units": [ { "unit": { "key": "KEY" } } ] }""", "units[0].unit")]
    [InlineData("""{ "units": [ { "agency": [ "KEY" ] } ] }""", "units[0].agency")]
    [InlineData("""{ "units": [ { "agency": "KEY" } ] }""", "units[0].agency")]
    [InlineData("""{ "units": [ { "key": [ "KEY" ] } ] }""", "units[0].key")]
    [InlineData("""{ "units": [ { "KEY": 17 } ] }""", "units[0].(name not shown)")]
    [InlineData("""{ "units": [ { "KEY": 17, "KEY": 18 } ] }""", "units[0].(name not shown)")]
    [InlineData("""{ "area": "KEY" }""", "area")]
    [InlineData("""{ "area": { "originLatitudeDeg": "KEY" } }""", "area.originLatitudeDeg")]
    [InlineData("""{ "units": [ { "key": KEY } ] }""", "")]
    [InlineData("""{ "units": [ { "unit": 11111111111111111111111111111111 } ] }""", "units[0].unit")]
    public void LoadFleet_KeyInAWrongPlace_IsNeverShown(string fleet, string key)
    {
        // Capitals, so that it is no agency; its first letter would begin "false".
        const string Misplaced = "f0A102030405060708090A0B0C0D0E0F";
        var (_, errors) = Load(Good, fleet.Replace("KEY", Misplaced, StringComparison.Ordinal));

        Assert.Contains(errors, error => error.File == "fleet.json" && error.Key == key);
        Assert.DoesNotContain(errors, error => error.ToString().Contains("0A1", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.ToString().Contains("1111", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[ { "unit": 17, "key": "KEY" } ]""")]
    [InlineData("""{ "fleet": { "units": [ { "key": "KEY" } ] } }""")]
    [InlineData("""{ "fleet": [ "KEY" ], "mqtt": [ "KEY" ], "ingest": { "packetForwarder": [ "KEY" ] } }""")]
    public void Load_FleetInThePlaceOfTheConfiguration_IsNotShown(string gateway) => Assert.DoesNotContain(
        Load(gateway.Replace("KEY", Key, StringComparison.Ordinal), GoodFleet).Errors,
        error => error.ToString().Contains("0102", StringComparison.Ordinal));

    [Fact]
    public void Load_SeveralMistakesInBothFiles_TellsAllAtOnce()
    {
        var (_, errors) = Load(
            Good.Replace("\"broker\"", "\"broker\", \"port\": 0, \"what\": 1", StringComparison.Ordinal),
            GoodFleet.Replace("polairud", "A B", StringComparison.Ordinal));

        Assert.Equal(["mqtt.port", "mqtt.what", "units[0].agency"], errors.Select(error => error.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"fleet\": ")]
    [InlineData("[]")]
    public void Load_NoJsonObject_IsTheOneError(string text)
    {
        var error = Assert.Single(Load(text, GoodFleet).Errors);
        Assert.Equal(("gateway.json", ""), (error.File, error.Key));
        error = Assert.Single(Load(Good, text).Errors);
        Assert.Equal(("fleet.json", ""), (error.File, error.Key));
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        List<ConfigurationError> errors = [];
        Assert.Null(GatewayConfigurationFile.Load(Path.Combine(_folder, "absent.json"), errors));
        var error = Assert.Single(errors).ToString();
        Assert.Contains("absent.json", error, StringComparison.Ordinal);
        Assert.DoesNotContain(".;", error, StringComparison.Ordinal);
    }

    private static void AssertOneOf(List<ConfigurationError> errors, string key, string value)
    {
        var error = Assert.Single(errors, error => error.Key == key && error.Value.Contains(value, StringComparison.Ordinal));
        Assert.NotEmpty(error.Allowed);
        Assert.Contains(key, error.ToString(), StringComparison.Ordinal);
    }

    private (GatewayConfiguration? Configuration, List<ConfigurationError> Errors) Load(string gateway, string fleet)
    {
        File.WriteAllText(Path.Combine(_folder, "gateway.json"), gateway);
        File.WriteAllText(Path.Combine(_folder, "fleet.json"), fleet);
        List<ConfigurationError> errors = [];
        var configuration = GatewayConfigurationFile.Load(Path.Combine(_folder, "gateway.json"), errors);
        Assert.Equal(configuration is null, errors.Count > 0);
        return (configuration, errors);
    }
}
