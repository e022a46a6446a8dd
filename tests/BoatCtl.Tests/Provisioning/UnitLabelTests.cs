using System.Xml.Linq;
using BoatTelemetry.BoatCtl.Provisioning;
using QRCoder;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Provisioning;

/// <summary>The label: what is drawn is the code that was made, and the text of a name cannot break out of it.</summary>
public sealed class UnitLabelTests
{
    [Fact]
    public void Svg_NameWithMarkup_IsWellFormedAndHasTheModulesOfTheCode()
    {
        var plan = new UnitPlan(16_383, "kplp", "KN <Trisula> & \"P.111\"");
        var svg = XDocument.Parse(UnitLabel.Svg(plan));
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal(["Unit 16383", plan.Name, "kplp"], svg.Descendants(ns + "text").Select(text => text.Value));

        using var code = QRCodeGenerator.GenerateQrCode(UnitLabel.Content(plan), QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var expected = new List<string>();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            for (var x = 0; x < code.ModuleMatrix[y].Count; x++)
            {
                if (code.ModuleMatrix[y][x])
                    expected.Add($"{x} {y}h1v1h-1z");
            }
        }

        var drawn = svg.Descendants(ns + "path").Single().Attribute("d")!.Value.Split('M', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, drawn);
        Assert.Equal("boat-telemetry:unit/16383?agency=kplp&name=KN%20%3CTrisula%3E%20%26%20%22P.111%22", UnitLabel.Content(plan));
    }
}
