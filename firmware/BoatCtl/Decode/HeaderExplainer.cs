using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>Explains as much of a header as there is.</summary>
internal sealed class HeaderExplainer
{
    private const int KindFromBit = 2;
    private const int UnitFromBit = 6;
    private const int RestFromBit = 20;
    private const int CounterFromBit = 24;

    private readonly byte[] _frame;
    private readonly BitReader _bits = new();

    /// <summary>Of the frame that fills the array.</summary>
    public HeaderExplainer(byte[] frame)
    {
        _frame = frame;
        if (frame.Length < FrameHeader.LiveBytes)
            return;
        Kind = FrameHeader.KindOf(frame[0]);
        Unit = FrameHeader.UnitOf(frame[0], frame[1], frame[2]);
        if (IsLong && frame.Length >= FrameHeader.DurableBytes)
            Counter = Read(CounterFromBit, 32);
    }

    /// <summary>Null if it is not there; it may be one that is not defined.</summary>
    public FrameKind? Kind { get; }

    public int? Unit { get; }

    /// <summary>Of a long header.</summary>
    public uint? Counter { get; }

    private bool IsLong => Kind is { } kind && FrameLimits.IsDefined(kind) && FrameLimits.IsDurable(kind);

    /// <summary>What a kind is called.</summary>
    public static string NameOf(FrameKind kind) => kind switch
    {
        FrameKind.LiveArea => "live position in the operating area",
        FrameKind.LiveWorld => "live position in the world",
        FrameKind.Track => "track block",
        FrameKind.Sketch => "sketch",
        FrameKind.Event => "event",
        FrameKind.Status => "status",
        FrameKind.Acknowledgement => "acknowledgement to the unit",
        FrameKind.Command => "command to the unit",
        _ => "a kind that version 1 does not define",
    };

    /// <summary>The fields of the header that are there.</summary>
    public IReadOnlyList<ExplainedField> Fields()
    {
        if (Kind is not { } kind || Unit is not { } unit)
            return [];
        var version = Read(0, 2);
        List<ExplainedField> fields =
        [
            Field("version", 0, 2, version == FrameHeader.Version ? "this version" : "another version") with
            {
                Problem = version == FrameHeader.Version ? null : $"allowed: {FrameHeader.Version}",
            },
            Field("kind", KindFromBit, 4, NameOf(kind)) with { Problem = FrameLimits.IsDefined(kind) ? null : "allowed: 1 to 8" },
            Field("unit", UnitFromBit, 14, $"unit {unit}"),
        ];
        if (!FrameLimits.IsDefined(kind))
            return fields;
        if (!IsLong)
        {
            fields.Add(Field("counter", RestFromBit, FrameHeader.LiveCounterBits, "the low 12 bits of the counter"));
            return fields;
        }

        fields.Add(FlagsField(kind));
        if (Counter is { } counter)
            fields.Add(Field("counter", CounterFromBit, 32, $"durable counter {counter}"));
        return fields;
    }

    /// <summary>Where reading stopped; empty if nothing is wrong.</summary>
    public string Stopped(FrameRejection rejection) => rejection switch
    {
        FrameRejection.None => "",
        FrameRejection.TooShort when Kind is null => $"at byte {_frame.Length}: the shortest header has {FrameHeader.LiveBytes} bytes",
        FrameRejection.TooShort when IsLong && Counter is null => $"at byte {_frame.Length}: this kind's header has {FrameHeader.DurableBytes} bytes",
        FrameRejection.WrongVersion => $"at the version (bits 0 to 1): {Read(0, 2)}, allowed: {FrameHeader.Version}",
        FrameRejection.UnknownKind => $"at the kind (bits 2 to 5): {(int)Kind!}, allowed: 1 to 8",
        FrameRejection.ReservedBits => $"at the flags (bits 20 to 23): {Read(RestFromBit, 4)}, defined: {FrameLimits.FlagsDefined(Kind!.Value)}",
        _ => Length(),
    };

    private string Length()
    {
        var kind = Kind!.Value;
        var flags = IsLong ? (int)Read(RestFromBit, 4) : 0;
        var around = FrameLimits.HeaderBytes(kind) + FrameLimits.TagBytes(kind);
        var shortest = around + FrameLimits.BodyBytesShortest(kind, flags);
        var longest = around + FrameLimits.BodyBytesLongest(kind, flags);
        var allowed = (shortest == longest, kind) switch
        {
            (true, _) => $"{shortest}",
            (_, FrameKind.Acknowledgement) => $"{shortest} or {longest}",
            _ => $"{shortest} to {longest}",
        };
        return $"at the length: {_frame.Length} bytes, a {NameOf(kind)} with these flags has {allowed}";
    }

    private ExplainedField FlagsField(FrameKind kind)
    {
        var flags = Read(RestFromBit, 4);
        var undefined = flags & ~(uint)FrameLimits.FlagsDefined(kind);
        var field = Field("flags", RestFromBit, 4, FlagsMeaning(kind, (int)flags));
        return undefined == 0 ? field : field with { Problem = $"bits {undefined:b4} are not defined for this kind" };
    }

    private static string FlagsMeaning(FrameKind kind, int flags) => kind switch
    {
        FrameKind.Event => string.Join(
            ", ",
            (flags & EventFrame.WorldFlag) != 0 ? "position in the world" : "position in the operating area",
            (flags & EventFrame.LongFlag) != 0 ? "long form with a contact" : "short form",
            (flags & 3) switch { 0 => "position at most 10 s old", 1 => "position at most 5 min old", 2 => "position at most 1 h old", _ => "position older than 1 h" }),
        FrameKind.Status => ((flags & StatusFrame.LongFlag) != 0 ? "long form" : "short form") + ((flags & StatusFrame.LossesFlag) != 0 ? " with losses" : ""),
        _ => "none defined",
    };

    private ExplainedField Field(string name, int fromBit, int bits, string meaning) =>
        new(FramePart.Header, name, fromBit, bits, Read(fromBit, bits), meaning);

    private uint Read(int fromBit, int bits)
    {
        _bits.Reset(_frame, 0, _frame.Length);
        for (var skip = fromBit; skip > 0; skip -= Math.Min(skip, 32))
            _bits.Read(Math.Min(skip, 32));
        return _bits.Read(bits);
    }
}
