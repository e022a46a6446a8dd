using System.Globalization;
using System.Text.RegularExpressions;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>hardware/enclosure/enclosure.scad against what the bill puts into it. That openings do not meet each other is so by the file's own arithmetic.</summary>
public sealed partial class EnclosureTests
{
    private static readonly List<Dictionary<string, string>> _bom = HardwareTable.Read("bom.csv");
    private static readonly string _source = File.ReadAllText(RepositoryPaths.InRepository("hardware", "enclosure", "enclosure.scad"));

    [Theory]
    [InlineData("gland", "cable gland ")]
    [InlineData("socket", "bulkhead pigtail ")]
    public void Openings_OfAKind_AreAsManyAsTheBillHasPartsForThem(string kind, string part)
    {
        var openings = Openings().Match(_source).Groups["kinds"].Value.Split(',').Select(word => word.Trim(' ', '"'));

        Assert.Equal(int.Parse(Row(part)["quantity"], CultureInfo.InvariantCulture), openings.Count(opening => opening == kind));
    }

    [Theory]
    [InlineData("gland", "cable gland M16 x 1.5", 16)]
    [InlineData("vent", "pressure vent M12 x 1.5", 12)]
    public void Holes_ForAThread_AreALittleWider(string hole, string part, double threadMm)
    {
        Assert.NotNull(Row(part));
        Assert.InRange(Number(hole), threadMm + 0.1, threadMm + 0.4);
    }

    [Fact]
    public void Groove_IsMadeForTheCordOfTheBill() =>
        Assert.StartsWith($"gasket cord, silicone {Number("cord").ToString("0.#", CultureInfo.InvariantCulture)} mm", Row("gasket cord")["part"], StringComparison.Ordinal);

    private static Dictionary<string, string> Row(string part) => _bom.Single(row => row["part"].StartsWith(part, StringComparison.Ordinal));

    private static double Number(string name) =>
        double.Parse(Regex.Match(_source, $@"^{name} = (?<mm>[\d.]+);", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Groups["mm"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^openings = \[(?<kinds>[^\]]+)\];", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Openings();
}
