using System.Collections;
using System.Reflection;
using System.Text;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Config;

public sealed class UnitConfigTests
{
    private readonly UnitConfig _config = new();
    private readonly ConfigProblem _problem = new();

    [Fact]
    public void All_Keys_AreNumberedNamedOnceAndTheirDefaultsAllowed()
    {
        var names = new HashSet<string>();
        foreach (var entry in ConfigKeys.All)
        {
            Assert.True(names.Add(entry.Key), entry.Key);
            Assert.Same(entry, ConfigKeys.Find(entry.Key));
        }

        var declared = typeof(ConfigKeys).GetFields().Where(field => field.FieldType == typeof(ConfigEntry)).Select(field => field.GetValue(null));
        Assert.Equal(declared.Count(), ConfigKeys.All.Length);
        Assert.Empty(declared.Except(ConfigKeys.All));
        Assert.True(_config.IsConsistent(_problem));
    }

    [Theory]
    [InlineData(10_000, 1)]
    [InlineData(9_600, 10)]
    public void IsConsistent_ABaudRateThatNoReceiverHasOrThatIsTooSlow_IsRefusedByName(int baud, int rateHz)
    {
        Assert.True(_config.TrySet(ConfigKeys.GnssBaud, baud, _problem));
        Assert.True(_config.TrySet(ConfigKeys.GnssRateHz, rateHz, _problem));
        Assert.False(_config.IsConsistent(_problem));
        Assert.Equal("gnss.baud", _problem.Key);
    }

    [Fact]
    public void Write_LongestOfEverything_FitsItsLimit()
    {
        foreach (var entry in ConfigKeys.All)
        {
            object? value = entry.Kind switch
            {
                ConfigKind.Text => new string('x', entry.Max),
                ConfigKind.Fence => "polygon" + string.Concat(Enumerable.Range(0, 8).Select(i => $" -800000{i % 2} -1700000{i}")),
                ConfigKind.Number => entry.Min.ToString().Length > entry.Max.ToString().Length ? entry.Min : entry.Max,
                _ => null,
            };
            Assert.True(value is null || _config.TrySet(entry, value, _problem));
        }

        var json = Json(_config);
        Assert.False(json.Overflowed);
        Assert.InRange(json.Length, 1_400, ConfigStore.TextBytesMax);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("circle 116234 10400567 2000", true)]
    [InlineData("circle -9000000 -18000000 500000", true)]
    [InlineData("polygon 0 0 0 100000 100000 0", true)]
    [InlineData("polygon 0 17900000 0 -17900000 100000 17900000", true)]
    [InlineData("polygon -8000001 -17000001 -8000002 -17000002 -8000003 -17000003 -8000004 -17000004 -8000005 -17000005 -8000006 -17000006 -8000007 -17000007 -8000008 -17000008", true)]
    [InlineData("polygon 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9", false)]
    [InlineData("circle", false)]
    [InlineData("circle 116234 10400567", false)]
    [InlineData("circle 116234 10400567 0", false)]
    [InlineData("circle 116234 10400567 500001", false)]
    [InlineData("circle 9000001 0 100", false)]
    [InlineData("circle 0 -18000001 100", false)]
    [InlineData("circle  0 0 100", false)]
    [InlineData("circle 0 0 100 ", false)]
    [InlineData("circle 0 0 1e2", false)]
    [InlineData("circle 0 - 100", false)]
    [InlineData("circle 0 0 999999999999", false)]
    [InlineData("polygon 0 0 0 100000", false)]
    [InlineData("polygon 0 0 0 100000 100000", false)]
    [InlineData("polygon 0 0 0 100000 4600000 0", false)]
    [InlineData("0 0 100", false)]
    public void TrySet_Fence_TakesWhatIsABoundaryAndNamesTheRest(string text, bool taken)
    {
        Assert.Equal(taken, _config.TrySet(ConfigKeys.Fence3, text, _problem));
        Assert.Equal(taken ? text : "", _config.Text(ConfigKeys.Fence3));
        Assert.Equal(taken ? null : "fences.fence3", _problem.Key);
    }

    [Fact]
    public void LiveSettings_DefaultConfiguration_IsCoresDefaults()
    {
        var settings = new LiveSettings(_config);
        AssertSame(new LiveScheduleOptions(), settings.Live);
        AssertSame(new TrackRecorderOptions(), settings.Track);
        AssertSame(new StatusRecorderOptions(), settings.Status);
        AssertSame(new EventRecorderOptions(), settings.Events);

        // The configuration's speeds have steps of 1 cm/s, which is 19.4 milliknots.
        AssertSame(new MotionOptions(), settings.Motion, within: 10);
        AssertSame(new LoRaOptions(), UnitOptions.LoRa(_config));
        AssertSame(new AirtimeOptions(), UnitOptions.Airtime(_config));
    }

    private static void AssertSame(object expected, object actual, int within = 0)
    {
        foreach (var field in expected.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            var (wanted, got) = (Convert.ToInt64(field.GetValue(expected)), Convert.ToInt64(field.GetValue(actual)));
            Assert.True(Math.Abs(wanted - got) <= within, $"{expected.GetType().Name}.{field.Name}: {got}, Core has {wanted}");
        }
    }

    [Fact]
    public void TryRead_WhatWriteWrote_IsTheSame()
    {
        _config.TrySet(ConfigKeys.Fence8, "circle 116234 10400567 2000", _problem);
        _config.TrySet(ConfigKeys.UnitId, 77, _problem);
        _config.TrySet(ConfigKeys.UnitAgency, "a\"b\\c ä 中", _problem);
        _config.TrySet(ConfigKeys.GnssEarliestDate, "2027-02-28", _problem);
        _config.TrySet(ConfigKeys.LoraRegion, "EU868", _problem);
        _config.TrySet(ConfigKeys.AreaLongitudeE5, -18_000_000, _problem);
        var json = Json(_config);
        var again = new UnitConfig();
        Assert.True(again.TryRead(Parse(json), ConfigMigration.Known, false, _problem));
        Assert.All(ConfigKeys.All, entry => Assert.True(again.SameAs(_config, entry), entry.Key));
    }

    [Theory]
    [InlineData("{}", ConfigRefusal.VersionMissing, "configVersion")]
    [InlineData("{\"configVersion\":\"1\"}", ConfigRefusal.VersionMissing, "configVersion")]
    [InlineData("{\"configVersion\":2}", ConfigRefusal.VersionFuture, "configVersion")]
    [InlineData("{\"configVersion\":0}", ConfigRefusal.VersionTooOld, "configVersion")]
    [InlineData("{\"configVersion\":1,\"gps\":{}}", ConfigRefusal.UnknownKey, "gps")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rate\":1}}", ConfigRefusal.UnknownKey, "gnss.rate")]
    [InlineData("{\"configVersion\":1,\"gnss\":1}", ConfigRefusal.BadValue, "gnss")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rateHz\":0}}", ConfigRefusal.BadValue, "gnss.rateHz")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rateHz\":1.5}}", ConfigRefusal.BadValue, "gnss.rateHz")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rateHz\":\"1\"}}", ConfigRefusal.BadValue, "gnss.rateHz")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rateHz\":4294967297}}", ConfigRefusal.BadValue, "gnss.rateHz")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"rateHz\":null}}", ConfigRefusal.BadValue, "gnss.rateHz")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"earliestDate\":\"2026-02-29\"}}", ConfigRefusal.BadValue, "gnss.earliestDate")]
    [InlineData("{\"configVersion\":1,\"gnss\":{\"earliestDate\":\"2026-11-23T00:00:00Z\"}}", ConfigRefusal.BadValue, "gnss.earliestDate")]
    [InlineData("{\"configVersion\":1,\"lora\":{\"region\":\"EU433\"}}", ConfigRefusal.BadValue, "lora.region")]
    [InlineData("{\"configVersion\":1,\"lora\":{\"enabled\":1}}", ConfigRefusal.BadValue, "lora.enabled")]
    [InlineData("{\"configVersion\":1,\"wifi\":{\"ssid\":\"\\\"quoted\"}}", ConfigRefusal.BadValue, "wifi.ssid")]
    [InlineData("{\"configVersion\":1,\"wifi\":{\"ssid\":\"a\\nb\"}}", ConfigRefusal.BadValue, "wifi.ssid")]
    [InlineData("{\"configVersion\":1,\"wifi\":{\"enabled\":true}}", ConfigRefusal.Contradiction, "wifi.ssid")]
    [InlineData("{\"configVersion\":1,\"cellular\":{\"enabled\":true}}", ConfigRefusal.Contradiction, "cellular.host")]
    [InlineData("{\"configVersion\":1,\"reports\":{\"floorS\":100,\"ceilingS\":99}}", ConfigRefusal.Contradiction, "reports.floorS")]
    public void TryRead_NotValid_NamesTheKeyAndTheReason(string json, ConfigRefusal refusal, string key)
    {
        Assert.False(_config.TryRead(Parse(json), ConfigMigration.Known, false, _problem));
        Assert.Equal((refusal, key), (_problem.Refusal, _problem.Key));
        Assert.NotEmpty(_problem.Allowed);
    }

    [Fact]
    public void TryRead_AnOlderVersion_IsBroughtUpToDate()
    {
        var old = Parse("{\"configVersion\":0,\"receiver\":{\"hz\":5},\"unit\":{\"id\":9}}");
        Assert.True(_config.TryRead(old, [new ReceiverBecameGnss()], false, _problem));
        Assert.Equal(5, _config.Number(ConfigKeys.GnssRateHz));
        Assert.Equal(9, _config.Number(ConfigKeys.UnitId));
    }

    [Fact]
    public void Load_OneKeyNotValidAnyMore_KeepsTheOthersAndSaysSo()
    {
        var configuration = Stored("{\"configVersion\":1,\"unit\":{\"id\":9},\"gnss\":{\"rateHz\":99},\"old\":{}}");
        Assert.Equal(9, configuration.Running.Number(ConfigKeys.UnitId));
        Assert.Equal(1, configuration.Running.Number(ConfigKeys.GnssRateHz));
        Assert.True(configuration.IsFaulty);
    }

    [Theory]
    [InlineData("{\"configVersion\":9,\"unit\":{\"id\":9}}", ConfigRefusal.VersionFuture)]
    [InlineData("not json", ConfigRefusal.BadValue)]
    public void Load_NotToBeRead_IsDefaultsAndAFaultAndStaysInFlash(string text, ConfigRefusal refusal)
    {
        var configuration = Stored(text);
        Assert.Equal(0, configuration.Running.Number(ConfigKeys.UnitId));
        Assert.Equal(refusal, configuration.LoadProblem.Refusal);
        Assert.True(configuration.IsFaulty);
    }

    [Fact]
    public void Replace_FutureVersion_KeepsTheOld()
    {
        var flash = new SimulatedFlash(1, 4096, 2);
        var configuration = new Configuration(new ConfigStore(flash), ConfigMigration.Known);
        configuration.Load(new EventLog(), 0);
        var changed = new ArrayList();
        Assert.Equal(ConfigChange.Done, configuration.Set(ConfigKeys.UnitId, 4, changed, _problem));
        Assert.Equal(ConfigChange.Refused, configuration.Replace(Parse("{\"configVersion\":2}"), changed, _problem));
        Assert.Equal(4, configuration.Stored.Number(ConfigKeys.UnitId));
        var next = new Configuration(new ConfigStore(flash), ConfigMigration.Known);
        next.Load(new EventLog(), 0);
        Assert.Equal(4, next.Running.Number(ConfigKeys.UnitId));
        Assert.False(next.IsFaulty);
    }

    [Fact]
    public void Set_PowerCutAtEveryOperation_LeavesTheOldOrTheNewConfiguration()
    {
        var log = new EventLog();
        var before = new SimulatedFlash(1, 4096, 2);
        var first = new Configuration(new ConfigStore(before), ConfigMigration.Known);
        first.Load(log, 0);
        first.Set(ConfigKeys.UnitId, 4, new ArrayList(), _problem);
        var flash = new SimulatedFlash(1, 4096, 2);
        var seen = new HashSet<int>();
        for (var point = 0; point < 600; point++)
        {
            flash.CopyFrom(before);
            var configuration = new Configuration(new ConfigStore(flash), ConfigMigration.Known);
            configuration.Load(log, 0);
            flash.CutPowerIn(point % 5, point / 5 * 35, TornWrite.Scrambled, point);
            Assert.Throws<PowerCutException>(() => configuration.Set(ConfigKeys.UnitId, 5, new ArrayList(), _problem));
            flash.PowerOn();
            var next = new Configuration(new ConfigStore(flash), ConfigMigration.Known);
            next.Load(log, 0);
            Assert.False(next.IsFaulty);
            seen.Add(next.Running.Number(ConfigKeys.UnitId));
        }

        Assert.Equal([4, 5], seen.Order());
    }

    private static Configuration Stored(string text)
    {
        var flash = new SimulatedFlash(1, 4096, 2);
        var store = new ConfigStore(flash);
        store.Load();
        Assert.True(store.TrySave(Encoding.UTF8.GetBytes(text), text.Length));
        var configuration = new Configuration(new ConfigStore(flash), ConfigMigration.Known);
        configuration.Load(new EventLog(), 0);
        Assert.Equal(text, Encoding.UTF8.GetString(new ConfigStore(flash).Load()));
        return configuration;
    }

    private static JsonWriter Json(UnitConfig config)
    {
        var json = new JsonWriter(ConfigStore.TextBytesMax);
        json.BeginObject();
        config.Write(json);
        json.EndObject();
        return json;
    }

    private static Hashtable Parse(JsonWriter json) => Parse(Encoding.UTF8.GetString(json.Buffer, 0, json.Length));

    private static Hashtable Parse(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var root = JsonReader.Read(bytes, 0, bytes.Length, out var refusal);
        Assert.Equal(JsonRefusal.None, refusal);
        return root;
    }

    private sealed class ReceiverBecameGnss : ConfigMigration
    {
        public override int FromVersion => 0;

        public override void Apply(Hashtable root)
        {
            var gnss = new Hashtable { ["rateHz"] = ((Hashtable)root["receiver"]!)["hz"] };
            root.Remove("receiver");
            root["gnss"] = gnss;
        }
    }
}
