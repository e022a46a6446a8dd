using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>Track blocks read and made again, sketches read.</summary>
internal sealed class TrackChecks
{
    private readonly SelfTestTimes _times;
    private readonly int _repetitions;
    private readonly byte[] _payload = new byte[TrackBlock.PayloadBytesMax];
    private byte[] _points;
    private int _end;

    public TrackChecks(SelfTestTimes times, int repetitions)
    {
        _times = times;
        _repetitions = repetitions;
    }

    public bool Track(SelfTestTrack vector)
    {
        _points = new byte[vector.PointCount * SelfTestValues.FixBytes];
        return vector.IsSketch ? Sketch(vector) : Block(vector);
    }

    private bool Sketch(SelfTestTrack vector)
    {
        SketchDecoder decoder = new SketchDecoder();
        bool whole = false;
        for (int i = 0; i < _repetitions; i++)
        {
            _times.Start();
            whole = ReadSketch(decoder, vector);
            _times.Stop(SelfTestOperation.SketchDecode, 1);
        }

        return whole && Crc32.Of(_points, 0, _end) == vector.PointsCrc;
    }

    private bool ReadSketch(SketchDecoder decoder, SelfTestTrack vector)
    {
        _end = 0;
        SketchReadResult result = decoder.Open(vector.Payload, 0, vector.Payload.Length);
        int vertices = 0;
        while (result == SketchReadResult.Vertex)
        {
            result = decoder.Read();
            if (result == SketchReadResult.Vertex && vertices < vector.PointCount)
            {
                _end = SelfTestValues.AddPoint(_points, _end, decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5);
            }

            vertices += result == SketchReadResult.Vertex ? 1 : 0;
        }

        return result == SketchReadResult.End && vertices == vector.PointCount;
    }

    private bool Block(SelfTestTrack vector)
    {
        TrackDecoder decoder = new TrackDecoder();
        TrackEncoder encoder = new TrackEncoder(TrackBlock.PayloadBytesMax, vector.WithSpeed);
        bool whole = false;
        int length = 0;
        for (int i = 0; i < _repetitions; i++)
        {
            _times.Start();
            whole = ReadBlock(decoder, vector);
            _times.Stop(SelfTestOperation.TrackDecode, 1);
        }

        if (!whole || Crc32.Of(_points, 0, _end) != vector.PointsCrc)
        {
            return false;
        }

        _times.Start();
        length = MakeBlock(encoder, vector.PointCount);
        _times.Stop(SelfTestOperation.TrackEncode, 1);
        return length == vector.Payload.Length && CryptoChecks.Same(vector.Payload, _payload, length);
    }

    private bool ReadBlock(TrackDecoder decoder, SelfTestTrack vector)
    {
        _end = 0;
        TrackReadResult result = decoder.Open(vector.Payload, 0, vector.Payload.Length);
        int fixes = 0;
        while (result == TrackReadResult.Fix)
        {
            result = decoder.Read();
            if (result == TrackReadResult.Fix && fixes < vector.PointCount)
            {
                _end = SelfTestValues.AddPoint(_points, _end, decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5);
                _end = SelfTestValues.AddSpeed(_points, _end, decoder.SogDeciknots, decoder.CogDeg);
            }

            fixes += result == TrackReadResult.Fix ? 1 : 0;
        }

        return result == TrackReadResult.End && fixes == vector.PointCount;
    }

    // From the points just read, so that they need not stand in flash: their checksum has been compared.
    private int MakeBlock(TrackEncoder encoder, int fixes)
    {
        for (int i = 0; i < fixes; i++)
        {
            int at = i * SelfTestValues.FixBytes;
            TrackAddResult result = encoder.Add(
                BigEndian.Get(_points, at),
                (int)BigEndian.Get(_points, at + 4),
                (int)BigEndian.Get(_points, at + 8),
                (int)BigEndian.Get(_points, at + 12),
                (int)BigEndian.Get(_points, at + 16));
            if (result != TrackAddResult.Added)
            {
                return 0;
            }
        }

        return encoder.Finish(_payload, 0);
    }
}
