using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>Explains a body that has been opened.</summary>
/// <param name="kind">Of the header.</param>
/// <param name="flags">Of the header.</param>
/// <param name="body">From index 0.</param>
/// <param name="bodyBytes">Its length.</param>
/// <param name="area">That its positions count from.</param>
internal sealed class BodyExplainer(FrameKind kind, int flags, byte[] body, int bodyBytes, OperatingArea area)
{
    private readonly BitReader _bits = new();

    private int FromBit => FrameLimits.HeaderBytes(kind) * 8;

    /// <summary>Its fields; of a track block and a sketch those before the code, and the code as one.</summary>
    public IReadOnlyList<ExplainedField> Fields()
    {
        if (BodyLayout.Of(kind, flags, body[0] >> 4, bodyBytes, area) is not { } layout)
        {
            return
            [
                new ExplainedField(FramePart.Body, "command", FromBit, 4, (uint)(body[0] >> 4), "a command that is not defined") { Problem = "allowed: 1 to 5" },
            ];
        }

        _bits.Reset(body, 0, bodyBytes);
        List<ExplainedField> fields = [];
        var at = 0;
        foreach (var field in layout)
        {
            if (at + field.Bits > bodyBytes * 8)
                break;
            fields.Add(Explained(field, at));
            at += field.Bits;
        }

        if (kind is FrameKind.Track or FrameKind.Sketch && bodyBytes * 8 > at)
            fields.Add(new ExplainedField(FramePart.Body, "code", FromBit + at, (bodyBytes * 8) - at, null, "range code of the other fixes"));
        return CrossChecked(fields);
    }

    /// <summary>Where a body that Core refuses is wrong.</summary>
    public string Stopped(IReadOnlyList<ExplainedField> fields)
    {
        foreach (var field in fields)
        {
            if (field.Problem is not null)
                return $"at {field.Name} (bits {field.FromBit} to {field.FromBit + field.Bits - 1}): {field.Raw}, {field.Problem}";
        }

        return $"at the length: {bodyBytes} bytes of body are not this command's";
    }

    private ExplainedField Explained(BodyField field, int at)
    {
        if (field.Bits > 32)
        {
            for (var bits = 0; bits < field.Bits; bits += 32)
                _bits.Read(32);
            return new ExplainedField(FramePart.Body, field.Name, FromBit + at, field.Bits, null, field.Meaning(0));
        }

        var code = _bits.Read(field.Bits);
        var isAllowed = field.Allows(code);
        var value = isAllowed ? field.Value(code) : null;
        var isUnknown = isAllowed && field.Report is not null && value is null or "unknown";
        var meaning = (isAllowed, isUnknown) switch
        {
            (false, _) => "a code without a meaning",
            (_, true) => field.Report is "liveCounter" or "lastCommand" ? "none" : field.Report is "expiryUtcMs" ? "never" : "unknown",
            _ => field.Meaning(code),
        };
        return new ExplainedField(FramePart.Body, field.Name, FromBit + at, field.Bits, code, meaning)
        {
            IsUnknown = isUnknown,
            Report = field.Report,
            Value = value,
            Problem = isAllowed ? null : $"allowed: {field.Allowed}",
        };
    }

    // What two fields say together.
    private List<ExplainedField> CrossChecked(List<ExplainedField> fields)
    {
        switch (kind)
        {
            case FrameKind.Event when (flags & EventFrame.WorldFlag) != 0 && fields[1].IsUnknown != fields[2].IsUnknown:
                var half = fields[1].IsUnknown ? 1 : 2;
                fields[half] = fields[half] with { Problem = "lat and lon are unknown together, or neither is" };
                break;
            case FrameKind.Command when body[0] >> 4 == (int)CommandKind.BacklogRange && fields.Count == 4 && fields[3].Raw < fields[2].Raw:
                fields[3] = fields[3] with { Problem = "allowed: not below from" };
                break;
            case FrameKind.Status when (flags & StatusFrame.LongFlag) != 0:
                CheckUptime(fields);
                break;
        }

        return fields;
    }

    private static void CheckUptime(List<ExplainedField> fields)
    {
        var place = fields.FindIndex(field => field.Name == "uptime");
        var exact = fields.Find(field => field.Name == "uptime_s");
        if (exact is null)
            return;
        var expected = exact.Value is long seconds ? Math.Min(14, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(seconds / 60))) : 15;
        if (fields[place].Raw != expected)
            fields[place] = fields[place] with { Problem = $"allowed: {expected}, which uptime_s gives" };
    }
}
