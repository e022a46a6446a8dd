namespace BoatTelemetry.Core.Tracks;

/// <summary>
/// Draws a track with few vertices, one fix at a time: whatever is left out lies within the bound of the drawn boat at its
/// own instant (synchronised Euclidean distance), after the vertices have been rounded. Each frame is read without any
/// other, and begins where the one before it ended. Nothing is allocated after construction.
/// </summary>
/// <remarks>
/// <code>
/// while (SketchEncoder.NeedsFinish(result = encoder.Add(fix))) { length = encoder.Finish(buffer, offset); send it; }
/// </code>
/// At the end of a period call <see cref="Finish"/> until it returns 0.
/// </remarks>
public sealed class SketchEncoder
{
    /// <summary>The shortest payload worth a frame: its header and one vertex at its longest.</summary>
    public const int PayloadBytesLeast = Sketch.HeaderBytes + 24;

    private readonly int _codeBytesMax;
    private readonly int _boundM;
    private readonly int _step;
    private readonly RangeEncoder _coder;
    private readonly SketchCone _cone;
    private readonly AdaptiveNumber _segments = Sketch.NewSegmentNumber();
    private readonly AdaptiveNumber _turns = Sketch.NewTurnNumber();

    // The frame's first vertex, and how many follow.
    private long _originS;
    private int _originLatitudeE5;
    private int _originLongitudeE5;
    private int _eastShift;
    private int _vertices;

    // The last vertex, and in steps how the one before led to it.
    private long _vertexS;
    private int _vertexLatitudeE5;
    private int _vertexLongitudeE5;
    private int _lastNorth;
    private int _lastEast;
    private int _lastSegmentS;

    // The next vertex as it would be if the last fix were the last of its segment, in steps from the last vertex.
    private long _nextS;
    private int _nextNorth;
    private int _nextEast;
    private bool _hasNext;

    private long _lastS;
    private bool _open;
    private bool _originSent;
    private bool _full;

    /// <param name="boundM">The bound, 1 to <see cref="Sketch.BoundMaxM"/> metres.</param>
    /// <param name="payloadBytesMax">
    /// The longest payload, <see cref="PayloadBytesLeast"/> to <see cref="Sketch.PayloadBytesMax"/>.
    /// </param>
    public SketchEncoder(int boundM, int payloadBytesMax)
    {
        if (boundM < 1 || boundM > Sketch.BoundMaxM)
        {
            throw new System.ArgumentOutOfRangeException(nameof(boundM));
        }

        if (payloadBytesMax < PayloadBytesLeast || payloadBytesMax > Sketch.PayloadBytesMax)
        {
            throw new System.ArgumentOutOfRangeException(nameof(payloadBytesMax));
        }

        _boundM = boundM;
        _step = Sketch.StepE5(boundM);
        _codeBytesMax = payloadBytesMax - Sketch.HeaderBytes;
        _coder = new RangeEncoder(_codeBytesMax);
        _cone = new SketchCone(boundM);
    }

    /// <summary>Vertices of the open frame after its first.</summary>
    public int Vertices
    {
        get { return _vertices; }
    }

    /// <summary>Whether a result asks for <see cref="Finish"/> and the same fix again.</summary>
    public static bool NeedsFinish(SketchAddResult result)
    {
        return result == SketchAddResult.FrameFull || result == SketchAddResult.Gap;
    }

    /// <summary>Takes the next fix.</summary>
    /// <param name="utcS">Seconds since 1970-01-01, later than the last fix.</param>
    /// <param name="latitudeE5">1e-5 degree, within <see cref="Sketch.LatitudeMaxE5"/>.</param>
    /// <param name="longitudeE5">1e-5 degree, -18,000,000 to 18,000,000.</param>
    public SketchAddResult Add(long utcS, int latitudeE5, int longitudeE5)
    {
        if (latitudeE5 < -Sketch.LatitudeMaxE5 || latitudeE5 > Sketch.LatitudeMaxE5
            || longitudeE5 < -TrackBlock.HalfTurnE5 || longitudeE5 > TrackBlock.HalfTurnE5)
        {
            return SketchAddResult.OutOfRange;
        }

        if (!TrackBlock.IsTime(utcS) || (_open && utcS <= _lastS))
        {
            return SketchAddResult.BadTime;
        }

        longitudeE5 = TrackBlock.Wrapped(longitudeE5, TrackBlock.HalfTurnE5);
        if (!_open)
        {
            Begin(utcS, latitudeE5, longitudeE5);
            return SketchAddResult.Added;
        }

        if (_full)
        {
            return SketchAddResult.FrameFull;
        }

        if (utcS - _lastS > Sketch.GapMaxS)
        {
            return GapBefore(utcS, latitudeE5, longitudeE5);
        }

        if (_hasNext)
        {
            if (TryExtend(utcS, latitudeE5, longitudeE5))
            {
                return SketchAddResult.Added;
            }

            if (!TryEncodeVertex())
            {
                return SketchAddResult.FrameFull;
            }
        }

        if (!IsWithinReach(latitudeE5, longitudeE5))
        {
            return GapBefore(utcS, latitudeE5, longitudeE5);
        }

        // Only the eastward step of a frame that has come far from its first latitude is ever too coarse.
        return TryExtend(utcS, latitudeE5, longitudeE5) ? SketchAddResult.Added : SketchAddResult.FrameFull;
    }

    /// <summary>Writes the frame, with the fixes so far as far as they fit, and begins the next at its last vertex.</summary>
    /// <param name="buffer">Has room for the length given at construction.</param>
    /// <param name="offset">Where the payload begins in it.</param>
    /// <returns>The payload's length; 0 if there is nothing that has not been written.</returns>
    public int Finish(byte[] buffer, int offset)
    {
        if (!_open)
        {
            return 0;
        }

        if (_hasNext && !_full)
        {
            TryEncodeVertex();
        }

        if (_vertices == 0 && _originSent)
        {
            return 0;
        }

        WriteHeader(buffer, offset);
        int length = Sketch.HeaderBytes + _coder.Finish(buffer, offset + Sketch.HeaderBytes);
        BeginFrame();
        _originSent = true;
        return length;
    }

    /// <summary>Forgets the open frame: the next fix begins a track that need not follow the last one.</summary>
    public void Reset()
    {
        _open = false;
        _hasNext = false;
        _full = false;
    }

    private void Begin(long utcS, int latitudeE5, int longitudeE5)
    {
        _open = true;
        _originSent = false;
        _hasNext = false;
        _lastS = utcS;
        _vertexS = utcS;
        _vertexLatitudeE5 = latitudeE5;
        _vertexLongitudeE5 = longitudeE5;
        BeginFrame();
    }

    private void BeginFrame()
    {
        _originS = _vertexS;
        _originLatitudeE5 = _vertexLatitudeE5;
        _originLongitudeE5 = _vertexLongitudeE5;
        _vertices = 0;
        _lastNorth = 0;
        _lastEast = 0;
        _lastSegmentS = 0;
        _full = false;
        _coder.Reset();
        _segments.Reset();
        _turns.Reset();
        if (_hasNext)
        {
            // The vertex that did not fit is told in the old eastward steps.
            return;
        }

        int cosine = Cosine.InterpolatedQ12(_originLatitudeE5);
        _eastShift = 0;
        while (_eastShift < Sketch.EastShiftMax && cosine << (_eastShift + 1) <= 4096)
        {
            _eastShift++;
        }
    }

    private SketchAddResult GapBefore(long utcS, int latitudeE5, int longitudeE5)
    {
        if (_hasNext || _vertices != 0 || !_originSent)
        {
            return SketchAddResult.Gap;
        }

        Begin(utcS, latitudeE5, longitudeE5);
        return SketchAddResult.Added;
    }

    private bool IsWithinReach(int latitudeE5, int longitudeE5)
    {
        return SketchCone.IsWithin(
            latitudeE5 - _vertexLatitudeE5, TrackBlock.Wrapped(longitudeE5 - _vertexLongitudeE5, TrackBlock.HalfTurnE5));
    }

    private bool TryExtend(long utcS, int latitudeE5, int longitudeE5)
    {
        int north = latitudeE5 - _vertexLatitudeE5;
        int east = TrackBlock.Wrapped(longitudeE5 - _vertexLongitudeE5, TrackBlock.HalfTurnE5);
        long elapsed = utcS - _vertexS;
        if (!_hasNext)
        {
            _cone.Start(_vertexLatitudeE5, latitudeE5);
        }
        else if (elapsed > Sketch.SegmentMaxS || !SketchCone.IsWithin(north, east) || !_cone.Covers(latitudeE5))
        {
            return false;
        }

        int elapsedS = (int)elapsed;
        _cone.Narrow(north, east, elapsedS);
        if (!TryFindNext(north, east, elapsedS))
        {
            return false;
        }

        _hasNext = true;
        _nextS = utcS;
        _lastS = utcS;
        return true;
    }

    // The step nearest to the fix that the cone holds, or one beside it.
    private bool TryFindNext(int north, int east, int elapsedS)
    {
        int eastStep = _step << _eastShift;
        int nearNorth = Nearest(_cone.NearestNorthE5(north, elapsedS), _step);
        int nearEast = Nearest(_cone.NearestEastE5(east, elapsedS), eastStep);
        for (int i = 0; i < 9; i++)
        {
            // From the middle outwards: (0,0), (0,1), (0,-1), (1,0) and so on.
            int stepsNorth = nearNorth + Aside(i / 3);
            int stepsEast = nearEast + Aside(i % 3);
            if (_cone.Contains(stepsNorth * _step, stepsEast * eastStep, elapsedS))
            {
                _nextNorth = stepsNorth;
                _nextEast = stepsEast;
                return true;
            }
        }

        return false;
    }

    private static int Aside(int index)
    {
        return index == 2 ? -1 : index;
    }

    private static int Nearest(int value, int step)
    {
        int half = step / 2;
        return (value < 0 ? value - half : value + half) / step;
    }

    private bool TryEncodeVertex()
    {
        if (_vertices == Sketch.VerticesMax)
        {
            _full = true;
            return false;
        }

        int segmentS = (int)(_nextS - _vertexS);
        _coder.Save();
        _segments.Encode(_coder, segmentS, 0);
        int easier = Sketch.Easier(segmentS);
        EncodeTurn(_nextNorth - Sketch.Ahead(_lastNorth, _lastSegmentS, segmentS), easier);
        EncodeTurn(_nextEast - Sketch.Ahead(_lastEast, _lastSegmentS, segmentS), easier);
        if (_coder.LengthIfFinished > _codeBytesMax)
        {
            _coder.Restore();
            _full = true;
            return false;
        }

        _vertices++;
        _vertexS = _nextS;
        _vertexLatitudeE5 += _nextNorth * _step;
        _vertexLongitudeE5 = TrackBlock.Wrapped(
            _vertexLongitudeE5 + (_nextEast * (_step << _eastShift)), TrackBlock.HalfTurnE5);
        _lastNorth = _nextNorth;
        _lastEast = _nextEast;
        _lastSegmentS = segmentS;
        _hasNext = false;
        return true;
    }

    private void EncodeTurn(int steps, int easier)
    {
        _turns.Encode(_coder, steps < 0 ? -steps : steps, easier);
        if (steps != 0)
        {
            _coder.EncodeBits(steps < 0 ? 1 : 0, 1);
        }
    }

    private void WriteHeader(byte[] buffer, int offset)
    {
        BlockHeader.Write(buffer, offset, _originS, _originLatitudeE5, _originLongitudeE5);

        // The longitude's low 3 bits are there; vertices:6, bound:5, east:2.
        int rest = (_vertices << 7) | (_boundM << 2) | _eastShift;
        buffer[offset + 10] = (byte)(buffer[offset + 10] | (rest >> 8));
        buffer[offset + 11] = (byte)rest;
    }
}
