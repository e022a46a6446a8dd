namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// Reads a sketch's payload, one vertex a call. Any bytes end in a result, never in an exception, and after at most
/// <see cref="Sketch.VerticesMax"/> + 1 vertices.
/// </summary>
public sealed class SketchDecoder
{
    private readonly RangeDecoder _coder = new RangeDecoder();
    private readonly AdaptiveNumber _segments = Sketch.NewSegmentNumber();
    private readonly AdaptiveNumber _turns = Sketch.NewTurnNumber();
    private SketchReadResult _failure;
    private int _left;
    private int _step;
    private int _eastStep;
    private int _lastNorth;
    private int _lastEast;
    private int _lastSegmentS;
    private bool _first;

    /// <summary>UTC of the vertex just read, seconds since 1970-01-01.</summary>
    public long UtcS;

    /// <summary>1e-5 degree.</summary>
    public int LatitudeE5;

    /// <summary>1e-5 degree, -18,000,000 to 17,999,999.</summary>
    public int LongitudeE5;

    /// <summary>Vertices of the frame, the first included.</summary>
    public int Vertices;

    /// <summary>No fix of the track is farther from the drawn boat than this.</summary>
    public int BoundM;

    /// <summary>Opens a payload, whose bytes stay the caller's and must not change until all vertices are read.</summary>
    /// <returns><see cref="SketchReadResult.Vertex"/> if there is a first vertex to read, else what is wrong.</returns>
    public SketchReadResult Open(byte[] payload, int offset, int count)
    {
        _left = 0;
        _first = true;
        _failure = SketchReadResult.End;
        if (count < Sketch.HeaderBytes || count > Sketch.PayloadBytesMax)
        {
            return Fail(SketchReadResult.BadLength);
        }

        UtcS = BlockHeader.StartS(payload, offset);
        LatitudeE5 = BlockHeader.LatitudeE5(payload, offset);
        LongitudeE5 = BlockHeader.LongitudeE5(payload, offset);
        int rest = BlockHeader.Word(payload, offset + 10);
        Vertices = ((rest >> 7) & 0x3F) + 1;
        BoundM = (rest >> 2) & 0x1F;
        if (BoundM == 0)
        {
            return Fail(SketchReadResult.BadBound);
        }

        if (LatitudeE5 > TrackBlock.LatitudeMaxE5 || LongitudeE5 >= TrackBlock.HalfTurnE5)
        {
            return Fail(SketchReadResult.OutOfRange);
        }

        _left = Vertices;
        _step = Sketch.StepE5(BoundM);
        _eastStep = _step << (rest & 3);
        _lastNorth = 0;
        _lastEast = 0;
        _lastSegmentS = 0;
        _coder.Reset(payload, offset + Sketch.HeaderBytes, count - Sketch.HeaderBytes);
        _segments.Reset();
        _turns.Reset();
        return SketchReadResult.Vertex;
    }

    /// <summary>Reads the next vertex into the fields.</summary>
    public SketchReadResult Read()
    {
        if (_left == 0)
        {
            return _failure;
        }

        _left--;
        if (_first)
        {
            _first = false;
            return SketchReadResult.Vertex;
        }

        int segmentS = _segments.Decode(_coder, 0);
        int easier = Sketch.Easier(segmentS);
        long north = DecodeTurn(easier) + (long)Sketch.Ahead(_lastNorth, _lastSegmentS, segmentS);
        long east = DecodeTurn(easier) + (long)Sketch.Ahead(_lastEast, _lastSegmentS, segmentS);
        long latitudeE5 = LatitudeE5 + (north * _step);
        long longitudeE5 = LongitudeE5 + (east * _eastStep);
        UtcS += segmentS;
        if (segmentS == 0 || !TrackBlock.IsTime(UtcS)
            || latitudeE5 < -TrackBlock.LatitudeMaxE5 || latitudeE5 > TrackBlock.LatitudeMaxE5
            || longitudeE5 < -2 * TrackBlock.HalfTurnE5 || longitudeE5 > 2 * TrackBlock.HalfTurnE5)
        {
            return Fail(SketchReadResult.OutOfRange);
        }

        LatitudeE5 = (int)latitudeE5;
        LongitudeE5 = TrackBlock.Wrapped((int)longitudeE5, TrackBlock.HalfTurnE5);
        _lastNorth = (int)north;
        _lastEast = (int)east;
        _lastSegmentS = segmentS;
        return SketchReadResult.Vertex;
    }

    private int DecodeTurn(int easier)
    {
        int steps = _turns.Decode(_coder, easier);
        return steps != 0 && _coder.DecodeBits(1) == 1 ? -steps : steps;
    }

    private SketchReadResult Fail(SketchReadResult failure)
    {
        _left = 0;
        _failure = failure;
        return failure;
    }
}
