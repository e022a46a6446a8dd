using BoatTelemetry.BoatCtl.Tests.Support;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Commands;

[Collection(UnitCollection.Name)]
public sealed class SecretCommandTests(UnitFixture unit) : IDisposable
{
    // Other tests take turns on the same unit.
    public void Dispose()
    {
        var nothing = unit.NewFile();
        File.WriteAllText(nothing, "");
        foreach (var name in (string[])["wifiPassword", "mqttPassword", "simPin"])
            Assert.Equal(0, unit.Run("secret", "set", name, "--file", nothing).ExitCode);
    }

    // The second reads as a date, which the unit's JSON parser would change.
    [Theory]
    [InlineData("correct horse")]
    [InlineData("2026-11-23T00:00:00Z")]
    [InlineData("\"quoted é 中")]
    public void Set_FromAFile_IsSetAndNeverShown(string secret)
    {
        var file = unit.NewFile();
        File.WriteAllText(file, secret + "\nsecond line\n");
        var run = unit.Run("secret", "set", "wifiPassword", "--file", file);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain(secret, run.Out + run.Error, StringComparison.Ordinal);
        Assert.Equal("set", State("wifiPassword"));
    }

    [Fact]
    public void Set_FromStandardInput_TakesItsFirstLine()
    {
        var before = Console.In;
        Console.SetIn(new StringReader("correct horse\nsecond line\n"));
        try
        {
            Assert.Equal(0, unit.Run("secret", "set", "mqttPassword").ExitCode);
        }
        finally
        {
            Console.SetIn(before);
        }

        Assert.Equal("set", State("mqttPassword"));
    }

    [Fact]
    public void Set_EmptyLine_Unsets()
    {
        var file = unit.NewFile();
        File.WriteAllText(file, "1234");
        Assert.Equal("set", unit.Run("secret", "set", "simPin", "--file", file, "--json").Json().GetProperty("state").GetString());
        File.WriteAllText(file, "\n");
        Assert.Equal("unset", unit.Run("secret", "set", "simPin", "--file", file, "--json").Json().GetProperty("state").GetString());
        Assert.Equal("unset", State("simPin"));
    }

    [Fact]
    public void Set_NoSuchSecret_IsTheUnitsRefusal()
    {
        var file = unit.NewFile();
        File.WriteAllText(file, "x");
        var run = unit.Run("secret", "set", "password", "--file", file);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("wifiPassword, mqttPassword or simPin", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_FileThatIsNotThereOrNoSecret_IsToldBeforeTheUnitIsAsked()
    {
        var file = unit.NewFile();
        var missing = unit.Run("secret", "set", "simPin", "--file", file);
        Assert.Equal(5, missing.ExitCode);
        Assert.Contains(file, missing.Error, StringComparison.Ordinal);
        File.WriteAllText(file, new string('1', 1_025));
        Assert.Equal(2, unit.Run("secret", "set", "simPin", "--file", file).ExitCode);
    }

    private string? State(string name) => unit.Run("config", "get", "--json").Json().GetProperty("secrets").GetProperty(name).GetString();
}
