using System.Text.Json;
using BoatTelemetry.BoatCtl.Tests.Support;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

[Collection(UnitCollection.Name)]
public sealed class ConfigCommandTests(UnitFixture unit)
{
    [Fact]
    public void Get_KeySectionAndAll_AreWhatTheUnitHas()
    {
        Assert.Equal(0, unit.Run("config", "set", "reports.patrolS=45").ExitCode);
        var key = unit.Run("config", "get", "reports.patrolS", "--json").Json();
        Assert.Equal(45, key.GetProperty("value").GetInt32());
        Assert.Equal("a whole number from 1 to 3600", key.GetProperty("allowed").GetString());
        Assert.False(key.TryGetProperty("id", out _));
        Assert.Contains("reports.patrolS           45\n", unit.Run("config", "get", "reports").Out, StringComparison.Ordinal);
        Assert.Equal("unset", unit.Run("config", "get", "--json").Json().GetProperty("secrets").GetProperty("simPin").GetString());
    }

    [Theory]
    [InlineData("nope", "nope is no section")]
    [InlineData("nope.rateHz", "nope is no section")]
    [InlineData(".", " is no section")]
    public void Get_SectionThatIsNotThere_SaysWhichThereAre(string name, string why)
    {
        var run = unit.Run("config", "get", name, "--json");

        Assert.Equal((4, "bad-field"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        var message = run.Json().GetProperty("message").GetString()!;
        Assert.Contains(why, message, StringComparison.Ordinal);
        foreach (var section in unit.Run("config", "get", "--json").Json().GetProperty("config").EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Object))
            Assert.Matches($@"\b{section.Name}\b", message);
        Assert.DoesNotContain("configVersion", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_KeyThatIsNotThere_SaysWhichItsSectionHas()
    {
        var run = unit.Run("config", "get", "gnss.rate");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("rate is no key of gnss. It has: gnss.rateHz, gnss.baud,", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_SeveralKeys_AreOneChange()
    {
        unit.Run("config", "set", "reports.patrolS=60", "unit.agency=KPLP");
        var run = unit.Run("config", "set", "reports.patrolS=31", "unit.agency=Bakamla \"é\" \\ 中", "sensors.bilgeLevel=true", "--json");

        Assert.Equal(0, run.ExitCode);
        var json = run.Json();
        Assert.Equal(["unit.agency", "reports.patrolS", "sensors.bilgeLevel"], json.GetProperty("changed").EnumerateArray().Select(c => c.GetProperty("key").GetString()));
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal("Bakamla \"é\" \\ 中", Value("unit.agency").GetString());
        Assert.Equal(JsonValueKind.True, Value("sensors.bilgeLevel").ValueKind);
        Assert.Equal(0, unit.Run("config", "set", "sensors.bilgeLevel=false").ExitCode);
    }

    [Theory]
    [InlineData("gnss.rateHz=25", "gnss.rateHz: allowed is a whole number from 1 to 10")]
    [InlineData("gnss.rateHz=fast", "gnss.rateHz: allowed is a whole number from 1 to 10")]
    [InlineData("sensors.power=2", "sensors.power: allowed is true or false")]
    [InlineData("gnss.rate=1", "gnss.rate: not known")]
    [InlineData("gps.rate=1", "gps")]
    [InlineData("unit.agency=\"quoted", "unit.agency: allowed is a text")]
    [InlineData("unit.agency=\U0001F600", "emoji")]
    public void Set_OneOfSeveralIsRefused_ChangesNone(string wrong, string reason)
    {
        unit.Run("config", "set", "reports.patrolS=60");
        var run = unit.Run("config", "set", "reports.patrolS=32", wrong);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(60, Value("reports.patrolS").GetInt32());
    }

    [Theory]
    [InlineData("reports.patrolS")]
    [InlineData("=5")]
    [InlineData("configVersion=2")]
    [InlineData("reports.patrolS=1", "reports.patrolS=2")]
    public void Set_NotAPair_IsUsage(params string[] pairs)
    {
        Assert.Equal(2, unit.Run(["config", "set", .. pairs]).ExitCode);
    }

    [Fact]
    public void BackupDiffRestore_OfAChangedUnit_BringsItBack()
    {
        unit.Run("config", "set", "unit.agency=KPLP", "reports.patrolS=60", "lora.region=AS923-2");
        var file = unit.NewFile();
        var backup = unit.Run("config", "backup", file);
        Assert.Equal(0, backup.ExitCode);
        Assert.Contains("Not in it: wifiPassword (unset)", backup.Out, StringComparison.Ordinal);
        Assert.Equal(0, unit.Run("config", "diff", file).ExitCode);

        unit.Run("config", "set", "unit.agency=other", "reports.patrolS=61", "lora.region=AS923-1");
        var diff = unit.Run("config", "diff", file, "--json");
        Assert.Equal(1, diff.ExitCode);
        Assert.Equal(3, diff.Json().GetProperty("differences").GetArrayLength());
        var restore = unit.Run("config", "restore", file);
        Assert.Equal(0, restore.ExitCode);
        Assert.Contains("reports.patrolS: 61 -> 60", restore.Error, StringComparison.Ordinal);
        Assert.Equal(0, unit.Run("config", "diff", file).ExitCode);
        Assert.Contains("Nothing to change", unit.Run("config", "restore", file).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_FileThatLeavesKeysOut_GivesThemTheirDefaults()
    {
        unit.Run("config", "set", "unit.agency=KPLP", "reports.patrolS=44");
        var file = unit.NewFile();
        File.WriteAllText(file, "{\"configVersion\":1,\"unit\":{\"agency\":\"KPLP\"},\"board\":{\"model\":\"carrier-s3\"}}");

        Assert.Equal(0, unit.Run("config", "restore", file).ExitCode);
        Assert.Equal(60, Value("reports.patrolS").GetInt32());
        Assert.Equal("KPLP", Value("unit.agency").GetString());
    }

    [Fact]
    public void Backup_FileIsThere_StaysAsItIs()
    {
        var file = unit.NewFile();
        File.WriteAllText(file, "mine");

        // Nobody is asked for what could not be kept: the port is none.
        var run = BoatCtlRun.Of("config", "backup", file, "--port", unit.NewFile());
        Assert.Equal(5, run.ExitCode);
        Assert.Contains($"{file} is there already and stays as it is: give another name", run.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Theory]
    [InlineData(null, "Could not find file")]
    [InlineData("hello", "is not JSON")]
    [InlineData("[]", "holds no configuration")]
    [InlineData("{\"unit\":{}}", "holds no configuration")]
    [InlineData("{\"boatctlBackup\":2,\"config\":{}}", "version 2")]
    public void Restore_FileIsNoBackup_IsSaid(string? content, string reason)
    {
        var file = unit.NewFile();
        if (content is not null)
            File.WriteAllText(file, content);

        var run = unit.Run("config", "restore", file);
        Assert.Equal(5, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    private JsonElement Value(string key) => unit.Run("config", "get", key, "--json").Json().GetProperty("value");
}
