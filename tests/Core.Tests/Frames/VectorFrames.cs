using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Time;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Core.Tests.Frames;

/// <summary>
/// Between a vector's fields and Core's reports: a field's name is the report's, in camel case. By reflection, so that
/// no field of a report can be forgotten in a comparison.
/// </summary>
internal static class VectorFrames
{
    /// <summary>Seals the vector's report with Core and gives the frame, surrounded by nothing.</summary>
    public static byte[] Seal(FrameVector vector)
    {
        using var aes = new SimulatedAes(Convert.FromHexString(vector.Key));
        var cipher = new AesCcm(aes);
        var codec = new FrameCodec();
        var frame = Enumerable.Repeat((byte)0xA5, 260).ToArray();
        const int at = 3;
        var length = (FrameKind)vector.Kind switch
        {
            FrameKind.LiveArea or FrameKind.LiveWorld =>
                codec.SealLive(Filled(new LivePosition(), vector), cipher, Area(vector), vector.Unit, vector.Counter, frame, at),
            FrameKind.Event => SealEvent(codec, vector, cipher, frame, at),
            FrameKind.Status => SealStatus(codec, vector, cipher, frame, at),
            FrameKind.Acknowledgement =>
                codec.SealAcknowledgement(Filled(new Acknowledgement(), vector), cipher, vector.Unit, vector.Counter, frame, at),
            FrameKind.Command => codec.SealCommand(Filled(new Command(), vector), cipher, vector.Unit, vector.Counter, frame, at),
            _ => SealTrack(codec, vector, cipher, frame, at),
        };

        // A forgotten byte and one too many both show in the filling.
        if (frame.Take(at).Concat(frame.Skip(at + length)).Any(octet => octet != 0xA5))
        {
            throw new InvalidOperationException("the encoder wrote outside its frame");
        }

        return frame[at..(at + length)];
    }

    /// <summary>All three steps of the decoder, with the vector's key, area and counter.</summary>
    public static FrameRejection Decode(FrameVector vector, byte[] frame, FrameCodec codec, int offset, int length)
    {
        var rejection = codec.ReadHeader(frame, offset, length, vector.IsUplink ? FrameDirection.Uplink : FrameDirection.Downlink);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        using var aes = new SimulatedAes(Convert.FromHexString(vector.Key));
        var cipher = new AesCcm(aes);
        rejection = codec.Header.IsDurable
            ? codec.Open(cipher, Area(vector))
            : codec.Open(cipher, Area(vector), vector.Counter);
        return rejection == FrameRejection.None ? codec.ReadBody() : rejection;
    }

    /// <summary>The report that the codec read, as a vector's fields.</summary>
    public static JsonObject Fields(FrameCodec codec) => codec.Header.Kind switch
    {
        FrameKind.LiveArea or FrameKind.LiveWorld => ToJson(codec.Position),
        FrameKind.Event => ToJson(codec.Event),
        FrameKind.Status => ToJson(codec.Status),
        FrameKind.Acknowledgement => ToJson(codec.Acknowledgement),
        FrameKind.Command => ToJson(codec.Command),
        _ => [],
    };

    public static OperatingArea Area(FrameVector vector) => new(vector.OriginLatitudeE5, vector.OriginLongitudeE5);

    public static JsonObject ToJson(object report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var result = new JsonObject();
        foreach (var field in report.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = field.GetValue(report)!;
            var isNoCounter = report is StatusReport && value is StatusReport.NoCounter;
            result[CamelCase(field.Name)] = isNoCounter ? null : ToNode(value);
        }

        return result;
    }

    public static T Filled<T>(T report, FrameVector vector)
        where T : class
    {
        foreach (var (name, value) in vector.Fields)
        {
            var field = typeof(T).GetFields().Single(f => CamelCase(f.Name) == name);
            if (field.FieldType == typeof(byte[]))
            {
                Convert.FromHexString((string)value!).CopyTo((byte[])field.GetValue(report)!, 0);
            }
            else
            {
                field.SetValue(report, FromNode(value, field.FieldType));
            }
        }

        return report;
    }

    private static int SealEvent(FrameCodec codec, FrameVector vector, AesCcm cipher, byte[] frame, int at)
    {
        var report = Filled(new EventReport(), vector);
        report.HasContact = vector.Fields.ContainsKey("contactBearingDeg");
        report.PositionAge = (PositionAge)(vector.Flags & 3);
        var flags = EventFrame.FlagsFor(report, Area(vector), FrameLimits.FrameBytesMax);
        return codec.SealEvent(report, flags, cipher, Area(vector), vector.Unit, vector.Counter, frame, at);
    }

    private static int SealStatus(FrameCodec codec, FrameVector vector, AesCcm cipher, byte[] frame, int at)
    {
        var report = Filled(new StatusReport(), vector);
        report.IsLong = vector.Fields.ContainsKey("humidityPercent");
        report.HasLosses = vector.Fields.ContainsKey("framesDamaged");
        return codec.SealStatus(
            report, StatusFrame.FlagsFor(report, FrameLimits.FrameBytesMax), cipher, vector.Unit, vector.Counter, frame, at);
    }

    private static int SealTrack(FrameCodec codec, FrameVector vector, AesCcm cipher, byte[] frame, int at)
    {
        var payload = Convert.FromHexString(vector.Body);
        payload.CopyTo(frame, at + FrameHeader.DurableBytes);
        return codec.SealTrack((FrameKind)vector.Kind, payload.Length, cipher, vector.Unit, vector.Counter, frame, at);
    }

    private static JsonNode? ToNode(object value) => value switch
    {
        Fix.Unknown or UtcTime.Unknown => null,
        UnitFaults faults => new JsonArray(
        [
            .. Enum.GetValues<UnitFaults>().Where(f => f != UnitFaults.None && faults.HasFlag(f))
                .OrderDescending().Select(f => (JsonNode)CamelCase(f.ToString())),
        ]),
        Enum name => CamelCase(name.ToString()),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => JsonSerializer.SerializeToNode(value),
    };

    private static object FromNode(JsonNode? node, Type type)
    {
        if (type == typeof(UnitFaults))
        {
            return node!.AsArray().Aggregate(UnitFaults.None, (sum, f) => sum | Enum.Parse<UnitFaults>((string)f!, ignoreCase: true));
        }

        if (type.IsEnum)
        {
            return Enum.Parse(type, (string)node!, ignoreCase: true);
        }

        if (node is null)
        {
            return type == typeof(long) ? (object)UtcTime.Unknown : type == typeof(uint) ? (object)StatusReport.NoCounter : Fix.Unknown;
        }

        return node.Deserialize(type)!;
    }

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
