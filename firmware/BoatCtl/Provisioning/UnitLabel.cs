using System.Globalization;
using System.Security;
using System.Text;
using QRCoder;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>The label of a unit: a QR code and the same for people, as SVG. There is no key on it, and nothing that a key follows from.</summary>
internal static class UnitLabel
{
    // 62 x 29 mm is the commonest die-cut label of label printers; a module of 0.7 mm is read by any telephone.
    private const int WidthMm = 62;
    private const int HeightMm = 29;
    private const int QrMm = 25;
    private const int MarginMm = 2;

    /// <summary>What the code says: a URI with the unit's number, agency and name.</summary>
    public static string Content(UnitPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return $"boat-telemetry:unit/{plan.Unit}?agency={Uri.EscapeDataString(plan.Agency)}&name={Uri.EscapeDataString(plan.Name)}";
    }

    /// <summary>The label.</summary>
    public static string Svg(UnitPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var code = QRCodeGenerator.GenerateQrCode(Content(plan), QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        var modules = code.ModuleMatrix;
        var text = new StringBuilder()
            .Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WidthMm}mm\" height=\"{HeightMm}mm\" viewBox=\"0 0 {WidthMm} {HeightMm}\">\n")
            .Append($"<rect width=\"{WidthMm}\" height=\"{HeightMm}\" fill=\"white\"/>\n")
            .Append($"<g transform=\"translate({MarginMm} {MarginMm}) scale({((decimal)QrMm / modules.Count).ToString("0.#####", CultureInfo.InvariantCulture)})\"><path d=\"");
        for (var y = 0; y < modules.Count; y++)
        {
            for (var x = 0; x < modules[y].Count; x++)
            {
                if (modules[y][x])
                    text.Append($"M{x} {y}h1v1h-1z");
            }
        }

        text.Append("\"/></g>\n");
        Line(text, 10, 6, "bold", $"Unit {plan.Unit}");
        Line(text, 17, 3.6m, "normal", plan.Name);
        Line(text, 23, 3.6m, "normal", plan.Agency);
        return text.Append("</svg>\n").ToString();
    }

    // Long names are drawn together, so that nothing runs off the label.
    private static void Line(StringBuilder text, int y, decimal sizeMm, string weight, string content)
    {
        const int FromMm = QrMm + (2 * MarginMm);
        const int RoomMm = WidthMm - FromMm - MarginMm;
        var squeeze = content.Length * sizeMm * 0.6m > RoomMm ? $" textLength=\"{RoomMm}\" lengthAdjust=\"spacingAndGlyphs\"" : "";
        text.Append($"<text x=\"{FromMm}\" y=\"{y}\" font-family=\"sans-serif\" font-weight=\"{weight}\" font-size=\"{sizeMm.ToString(CultureInfo.InvariantCulture)}\"{squeeze}>")
            .Append(SecurityElement.Escape(content)).Append("</text>\n");
    }
}
