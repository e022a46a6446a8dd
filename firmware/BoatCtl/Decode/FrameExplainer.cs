using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>
/// Explains frames field by field, in the order of docs/FRAME-SPEC.md's rejections. Whether a frame is good is Core's codec to say; which bits
/// say what, and which of them are wrong, is <see cref="BodyLayout"/>'s. One thread.
/// </summary>
/// <param name="keys">What frames are opened with.</param>
/// <param name="search">How a live frame's counter is looked for.</param>
internal sealed class FrameExplainer(FrameKeys keys, LiveSearch search)
{
    // Some tenths of a second.
    private const int SilentCandidates = 50_000;

    private readonly FrameCodec _codec = new();
    private readonly TrackExplainer _tracks = new();
    private readonly Dictionary<(int Unit, FrameDirection Direction), uint> _liveCounters = [];

    /// <summary>All that can be said of the frame that fills the array.</summary>
    public FrameExplanation Explain(byte[] frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var kind = frame.Length == 0 ? default : FrameHeader.KindOf(frame[0]);
        var direction = FrameLimits.IsDefined(kind) ? FrameLimits.DirectionOf(kind) : FrameDirection.Uplink;
        var rejection = _codec.ReadHeader(frame, 0, frame.Length, direction);
        var header = new HeaderExplainer(frame);
        var explanation = new FrameExplanation(frame)
        {
            Rejection = rejection,
            Stopped = header.Stopped(rejection),
            Fields = header.Fields(),
            Kind = header.Kind,
            Unit = header.Unit,
            Counter = header.Counter,
        };
        if (rejection != FrameRejection.None)
            return explanation;
        if (!keys.HasKeys)
            return explanation with { Fields = [.. explanation.Fields, .. Sealed("sealed: no key was given")] };
        if (!keys.Knows(_codec.Header.Unit))
        {
            return explanation with
            {
                Rejection = FrameRejection.UnknownUnit,
                Stopped = $"at the unit (bits 6 to 19): the fleet has no unit {_codec.Header.Unit}",
                Fields = [.. explanation.Fields, .. Sealed("sealed")],
            };
        }

        return Opened(explanation);
    }

    private FrameExplanation Opened(FrameExplanation explanation)
    {
        var header = _codec.Header;
        var area = keys.AreaOf(header.Unit);
        if (TryOpen(area) is not { } counter)
        {
            var tagFrom = (header.Bytes + header.BodyBytes) * 8;
            return explanation with
            {
                Rejection = FrameRejection.TagMismatch,
                Stopped = $"at the tag (bits {tagFrom} to {(explanation.Frame.Length * 8) - 1}): damaged, forged, under another key"
                    + (FrameLimits.UsesArea(header.Kind, header.Flags) ? ", or for another operating area" : ""),
                Fields = [.. explanation.Fields, .. Sealed("sealed", "does not fit")],
            };
        }

        var rejection = _codec.ReadBody();
        var body = new BodyExplainer(header.Kind, header.Flags, _codec.Body, _codec.BodyBytes, area);
        var fields = body.Fields();
        IReadOnlyList<ExplainedFix> fixes = [];
        var stopped = rejection == FrameRejection.None ? "" : body.Stopped(fields);
        if (rejection == FrameRejection.None && header.Kind is FrameKind.Track or FrameKind.Sketch)
        {
            fixes = _tracks.Read(header.Kind, _codec.Body, _codec.BodyBytes, out stopped);
            rejection = stopped.Length > 0 ? FrameRejection.FieldOutOfRange : rejection;
        }

        return explanation with
        {
            IsOpened = true,
            Counter = counter,
            Rejection = rejection,
            Stopped = stopped,
            Fields = [.. explanation.Fields, .. fields, Tag("fits")],
            Fixes = fixes,
        };
    }

    // The counter under which a key opens the frame.
    private uint? TryOpen(OperatingArea area)
    {
        var header = _codec.Header;
        foreach (var cipher in keys.CiphersOf(header.Unit))
        {
            if (header.IsDurable)
            {
                if (_codec.Open(cipher, area) == FrameRejection.None)
                    return header.Counter;
            }
            else if (TryCandidates(cipher, area) is { } counter)
            {
                _liveCounters[(header.Unit, FrameLimits.DirectionOf(header.Kind))] = counter;
                return counter;
            }
        }

        return null;
    }

    // Twenty bits of a live counter are not on air. What opens and reads well is taken; what opens and does not, only if nothing else is found:
    // a tag of 32 bits fits one of the 2^20 candidates by chance in one of 4,096 frames.
    private uint? TryCandidates(IFrameCipher cipher, OperatingArea area)
    {
        uint? unreadable = null;
        foreach (var counter in Candidates())
        {
            if (_codec.Open(cipher, area, counter) != FrameRejection.None)
                continue;
            if (_codec.ReadBody() == FrameRejection.None)
                return counter;
            unreadable ??= counter;
        }

        if (unreadable is { } found)
            _codec.Open(cipher, area, found);
        return unreadable;
    }

    // From a little before the unit's last one on, then from the beginning; or around the one that was given, and nowhere else.
    private IEnumerable<uint> Candidates()
    {
        const long AllCycles = 1L << (32 - FrameHeader.LiveCounterBits);
        var low = (uint)_codec.Header.CounterLow;
        var last = search.Near ?? _liveCounters.GetValueOrDefault((_codec.Header.Unit, FrameLimits.DirectionOf(_codec.Header.Kind)));
        var first = Math.Max(0, (last >> FrameHeader.LiveCounterBits) - LiveSearch.CyclesBefore);
        var cycles = search.Near is null ? AllCycles : Math.Min(AllCycles - first, (2 * LiveSearch.CyclesBefore) + 1);
        for (var i = 0L; i < cycles; i++)
        {
            if (i == SilentCandidates)
                search.Long(_codec.Header.Unit);
            yield return (uint)(((first + i) % AllCycles) << FrameHeader.LiveCounterBits) | low;
        }
    }

    private IEnumerable<ExplainedField> Sealed(string meaning, string tag = "not looked at")
    {
        var header = _codec.Header;
        yield return new ExplainedField(FramePart.Body, "body", header.Bytes * 8, header.BodyBytes * 8, null, meaning);
        yield return Tag(tag);
    }

    private ExplainedField Tag(string meaning)
    {
        var header = _codec.Header;
        return new ExplainedField(
            FramePart.Tag, "tag", (header.Bytes + header.BodyBytes) * 8, FrameLimits.TagBytes(header.Kind) * 8, null, meaning);
    }
}
