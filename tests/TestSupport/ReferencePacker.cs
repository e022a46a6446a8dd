using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace BoatTelemetry.TestSupport;

/// <summary>
/// Makes bodies and sealed frames in another way than Core: bits as text from <see cref="ReferenceLayout"/>, and the
/// platform's own CCM. What it and Core agree on is unlikely to be wrong in both.
/// </summary>
public static class ReferencePacker
{
    /// <summary>The body of a report, hex.</summary>
    public static string Body(FrameVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Kind is 3 or 4)
        {
            return vector.Body;
        }

        var bits = string.Concat(Layout(vector).Select(field => Binary(field.Encode(vector.Fields), field.Bits)));
        if (bits.Length % 8 != 0)
        {
            throw new InvalidOperationException($"{vector.Name}: {bits.Length} bits are no whole bytes.");
        }

        return string.Concat(bits.Chunk(8).Select(octet => Convert.ToByte(new string(octet), 2).ToString("X2")));
    }

    /// <summary>What a receiver reads from the vector's body: every field that the body has.</summary>
    public static JsonObject Decoded(FrameVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var bits = string.Concat(Convert.FromHexString(vector.Body).Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')));
        var result = new JsonObject();
        var at = 0;
        foreach (var field in Layout(vector))
        {
            var code = bits.Substring(at, field.Bits).Aggregate(0m, (sum, bit) => (2 * sum) + (bit - '0'));
            at += field.Bits;
            if (field.Name is null)
            {
                continue;
            }

            // A key is sixteen fields of one name; a status in the long form has its uptime twice, the exact one last.
            result[field.Name] = field.Name == "key" ? (string?)result["key"] + (string)field.Decode(code)! : field.Decode(code);
        }

        return result;
    }

    /// <summary>The widths of the body's fields, reserved bits of no width left out.</summary>
    public static IEnumerable<int> Widths(FrameVector vector) => Layout(vector).Select(field => field.Bits).Where(bits => bits > 0);

    /// <summary>The sealed frame of a body, hex, by the rules of docs/FRAME-SPEC.md, "Headers" and "Sealing".</summary>
    public static string Frame(FrameVector vector, string body)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var durable = vector.Kind is 3 or 4 or 5 or 6 or 8;
        var header = Hex(
            Binary(1, 2) + Binary(vector.Kind, 4) + Binary(vector.Unit, 14)
            + (durable ? Binary(vector.Flags, 4) + Binary(vector.Counter, 32) : Binary(vector.Counter % 4096, 12)));
        var nonce = Hex((vector.IsUplink ? "0" : "1") + Binary(0, 6) + (durable ? "1" : "0"))
            + Hex(Binary(vector.Unit, 16)) + Hex(Binary(vector.Counter, 32)) + new string('0', 12);
        var usesArea = vector.Kind == 1 || (vector.Kind == 5 && vector.Flags < 8);
        var associated = header + (usesArea
            ? vector.OriginLatitudeE5.ToString("X8", CultureInfo.InvariantCulture)
                + vector.OriginLongitudeE5.ToString("X8", CultureInfo.InvariantCulture)
            : "");

        var text = Convert.FromHexString(body);
        var cipher = new byte[text.Length];
        var tag = new byte[vector.Kind is 3 or 4 or 8 ? 8 : 4];
        using var ccm = new AesCcm(Convert.FromHexString(vector.Key));
        ccm.Encrypt(Convert.FromHexString(nonce), text, cipher, tag, Convert.FromHexString(associated));
        return header + Convert.ToHexString(cipher) + Convert.ToHexString(tag);
    }

    private static IReadOnlyList<ReferenceField> Layout(FrameVector vector) =>
        ReferenceLayout.Of(vector.Kind, vector.Flags, vector.Fields, vector.OriginLatitudeE5, vector.OriginLongitudeE5);

    private static string Binary(decimal code, int bits)
    {
        var text = "";
        for (var rest = code; rest > 0; rest = Math.Floor(rest / 2))
        {
            text = (rest % 2 == 1 ? "1" : "0") + text;
        }

        return code >= 0 && text.Length <= bits
            ? text.PadLeft(bits, '0')
            : throw new ArgumentOutOfRangeException(nameof(code), code, $"does not fit {bits} bits");
    }

    private static string Hex(string bits) =>
        string.Concat(bits.Chunk(8).Select(octet => Convert.ToByte(new string(octet), 2).ToString("X2")));
}
