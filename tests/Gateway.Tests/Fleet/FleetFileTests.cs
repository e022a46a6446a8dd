using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Fleet;

public sealed class FleetFileTests : IDisposable
{
    private const string Key = "000102030405060708090a0b0c0d0e0f";
    private const string Whole = $$"""
        {
          "area": { "originLatitudeDeg": -12, "originLongitudeDeg": 90 },
          "areas": [{ "name": "Natuna", "originLatitudeDeg": 1.5, "originLongitudeDeg": 105 }],
          "agencies": [{ "name": "polairud", "label": "Direktorat Polairud" }, { "name": "bakamla", "label": "Bakamla" }],
          "concentrators": [
            {
              "eui": "aa555a0000000101", "name": "Batam mast", "allowedSources": ["10.1.0.0/16", "2001:db8::7/128"],
              "latitudeDeg": 1.16234, "longitudeDeg": 104.00567, "antennaGainDbi": 5.5, "region": "AS923-2"
            },
            { "eui": "AA555A0000000102", "name": "second mast" }
          ],
          "units": [
            { "unit": 17, "agency": "polairud", "name": "KP \"Hiu\", 3001", "key": "{{Key}}" },
            {
              "unit": 18, "agency": "bakamla", "name": "KN Tanjung Datu", "area": "Natuna", "key": "{{Key}}", "keyEpoch": 4,
              "nextKey": "100102030405060708090a0b0c0d0e0f", "previousKey": "200102030405060708090a0b0c0d0e0f"
            }
          ]
        }
        """;

    private readonly string _file = Path.GetTempFileName();
    private readonly WrappingKey _wrapping = new(Enumerable.Range(100, WrappingKey.KeyBytes).Select(i => (byte)i).ToArray());

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Load_WholeFile_HasAllThatStandsInIt()
    {
        var fleet = Load(Whole, out var errors)!.ToRegistry();

        Assert.Empty(errors);
        Assert.Equal((0, null, null), (fleet.Find(17)!.KeyEpoch, fleet.Find(17)!.Next, fleet.Find(17)!.Previous));
        var unit = fleet.Find(18)!;
        Assert.Equal(150_000, fleet.AreaOf(unit).OriginLatitudeE5);
        Assert.Equal(OperatingArea.Indonesia.OriginLatitudeE5, fleet.AreaOf(fleet.Find(17)!).OriginLatitudeE5);
        Assert.Equal([null, unit.Previous, unit.Cipher, unit.Next, null], Enumerable.Range(2, 5).Select(unit.CipherOf));
        Assert.NotNull(unit.Next);
        Assert.Equal("Bakamla", fleet.FindAgency("bakamla")!.Label);
        var mast = fleet.FindConcentrator(0xAA55_5A00_0000_0101)!;
        Assert.Equal((116_234, 10_400_567, 55, "AS923-2"), (mast.LatitudeE5, mast.LongitudeE5, mast.AntennaGainDecibelE1, mast.Region));
        Assert.Equal(["10.1.0.0/16", "2001:db8::7/128"], mast.AllowedSources.Select(source => source.ToString()));
        Assert.Equal(FleetConcentrator.Unknown, fleet.FindConcentrator(0xAA55_5A00_0000_0102)!.LatitudeE5);
    }

    [Theory]
    [InlineData(KeyForm.Clear)]
    [InlineData(KeyForm.Wrapped)]
    public void Write_AndLoad_GivesTheSameFleet(object form)
    {
        var writer = new FleetWriter((KeyForm)form, _wrapping);
        var written = writer.ToJson(Load(Whole, out _)!);
        File.WriteAllBytes(_file, written);
        List<ConfigurationError> errors = [];
        var again = FleetFile.LoadDocument(_file, _wrapping, errors)!;

        Assert.Empty(errors);
        Assert.Equal(new FleetWriter(KeyForm.Clear, null).ToJson(Load(Whole, out _)!), new FleetWriter(KeyForm.Clear, null).ToJson(again));
        if ((KeyForm)form == KeyForm.Wrapped)
            Secrets.AreAbsent(System.Text.Encoding.UTF8.GetString(written), Convert.FromHexString(Key));
    }

    [Fact]
    public void Table_WrittenAndRead_GivesTheSameUnits()
    {
        var fleet = Load(Whole, out var errors)!;
        var table = FleetTable.Write(fleet, new FleetWriter(KeyForm.Wrapped, _wrapping));
        File.WriteAllBytes(_file, table);
        var units = FleetTable.Read(_file, _wrapping, errors)!;

        Assert.Empty(errors);
        Assert.Equal(
            new FleetWriter(KeyForm.Clear, null).ToJson(fleet), new FleetWriter(KeyForm.Clear, null).ToJson(fleet with { Units = units }));
        Secrets.AreAbsent(System.Text.Encoding.UTF8.GetString(table), Convert.FromHexString(Key));
    }

    [Theory]
    [InlineData("\"eui\": \"aa555a0000000101\"", "\"eui\": \"aa\"", "concentrators[0].eui")]
    [InlineData("\"AA555A0000000102\"", "\"aa555a0000000101\"", "concentrators[1].eui")]
    [InlineData("\"10.1.0.0/16\"", "\"10.1.0.0/33\"", "concentrators[0].allowedSources[0]")]
    [InlineData("\"10.1.0.0/16\"", "7", "concentrators[0].allowedSources[0]")]
    [InlineData("\"longitudeDeg\": 104.00567,", "", "concentrators[0].longitudeDeg")]
    [InlineData("5.5", "5.55", "concentrators[0].antennaGainDbi")]
    [InlineData("AS923-2", "AS923-9", "concentrators[0].region")]
    [InlineData("\"name\": \"bakamla\"", "\"name\": \"polairud\"", "agencies")]
    [InlineData("\"agency\": \"bakamla\"", "\"agency\": \"kplp\"", "units[1].agency")]
    [InlineData("\"area\": \"Natuna\"", "\"area\": \"Ambalat\"", "units[1].area")]
    [InlineData("\"keyEpoch\": 4", "\"keyEpoch\": -1", "units[1].keyEpoch")]
    [InlineData("\"nextKey\": \"1001", "\"nextKey\": \"1", "units[1].nextKey")]
    [InlineData("\"nextKey\"", "\"nextKeyWrapped\"", "units[1].nextKeyWrapped")]
    [InlineData("\"keyEpoch\": 4", $"\"keyWrapped\": \"{Key}\"", "units[1].keyWrapped")]
    public void Load_Mistake_NamesTheKeyAndShowsNoSecret(string from, string to, string key)
    {
        Assert.Contains(from, Whole, StringComparison.Ordinal);
        Assert.Null(Load(Whole.Replace(from, to, StringComparison.Ordinal), out var errors));

        Assert.Contains(errors, error => error.Key == key);
        Secrets.AreAbsent(string.Join('\n', errors), Convert.FromHexString(Key));
    }

    [Fact]
    public void Load_WrappedWithoutTheWrappingKey_IsOneMistake()
    {
        var written = new FleetWriter(KeyForm.Wrapped, _wrapping).ToJson(Load(Whole, out _)!);

        Assert.Null(Load(System.Text.Encoding.UTF8.GetString(written), out var errors));
        Assert.Contains("fleetKeyFile", Assert.Single(errors).Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unit,name\r\n")]
    [InlineData("HEAD17,polairud,KP,,0,,\r\n")]
    [InlineData("HEAD99999,polairud,KP,,0,,,\r\n")]
    [InlineData("HEAD17,polairud,\"KP,,0,,,\r\n")]
    [InlineData("HEAD17,polairud,KP,,0,000102030405060708090a0b0c0d0e0f,,\r\n")]
    [InlineData("HEAD17,000102030405060708090A0B0C0D0E0F,KP,,0,,,\r\n")]
    [InlineData("HEAD17,polairud,KP,,0,,,\r\n17,polairud,KP,,0,,,\r\n")]
    public void Table_Mistake_IsToldWithoutSecrets(string table)
    {
        File.WriteAllText(_file, table.Replace("HEAD", "unit,agency,name,area,keyEpoch,keyWrapped,nextKeyWrapped,previousKeyWrapped\r\n", StringComparison.Ordinal));
        List<ConfigurationError> errors = [];

        Assert.Null(FleetTable.Read(_file, _wrapping, errors));
        Assert.Single(errors);
        Secrets.AreAbsent(errors[0].ToString(), Convert.FromHexString(Key));
    }

    [Theory]
    [InlineData("a,b\n1,2", "a|b;1|2")]
    [InlineData("a,\"b,\"\"c\"\"\r\nd\"\r\n,\r\n", "a|b,\"c\"\r\nd;|")]
    [InlineData("\"\"\n", "")]
    [InlineData("a\"b\n", null)]
    [InlineData("\"a\"b\n", null)]
    public void Csv_OfRfc4180_IsReadAndNothingElse(string text, string? expected)
    {
        var lines = CsvTable.Read(text);

        Assert.Equal(expected, lines is null ? null : string.Join(';', lines.Select(line => string.Join('|', line))));
    }

    private FleetDocument? Load(string json, out List<ConfigurationError> errors)
    {
        File.WriteAllText(_file, json);
        errors = [];
        return FleetFile.LoadDocument(_file, null, errors);
    }
}
