using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Core.Journal;

/// <summary>How far a <see cref="TrackSketcher"/> is with a track block.</summary>
public enum SketchingResult
{
    /// <summary>There are fixes left to decode.</summary>
    More = 0,

    /// <summary>The block is drawn.</summary>
    BlockDone,

    /// <summary>The sketches would take more frames than are kept at a time, or the track goes back in time.</summary>
    DoesNotFit,

    /// <summary>The block is no track: its code ends in nonsense.</summary>
    Undecodable,
}

/// <summary>
/// Makes sketches of sealed track blocks: opens them with the unit's key, draws their fixes within
/// <see cref="BoundM"/> metres, and seals the drawing under new durable counters. Works in steps of so many fixes, since
/// a block of ten minutes takes an ESP32 seconds. One thread; allocates nothing after construction.
/// </summary>
public sealed class TrackSketcher
{
    /// <summary>How far a fix may lie from where the sketch draws the boat at its instant.</summary>
    public const int BoundM = 10;

    /// <summary>Sketches that a run may make, before they replace its track blocks.</summary>
    public const int SketchesMax = 12;

    // A frame that is full, or a gap, is finished before the fix is offered again: twice at most for one fix.
    private const int FinishesMax = 3;

    private readonly CounterAllocator _counters;
    private readonly int _unit;
    private readonly FrameCodec _codec = new FrameCodec();
    private readonly TrackDecoder _decoder = new TrackDecoder();
    private readonly SketchEncoder _encoder = new SketchEncoder(BoundM, Sketch.PayloadBytesMax);
    private readonly byte[] _payloads = new byte[SketchesMax * Sketch.PayloadBytesMax];
    private readonly int[] _lengths = new int[SketchesMax];
    private IFrameCipher _cipher;
    private IFrameCipher _previous;
    private int _left;

    /// <param name="cipher">The unit's cipher: opens the blocks and seals the sketches.</param>
    /// <param name="previous">The cipher of the key before, which older blocks are under; may be null.</param>
    /// <param name="counters">The unit's durable counters.</param>
    /// <param name="unit">The unit's number.</param>
    public TrackSketcher(IFrameCipher cipher, IFrameCipher previous, CounterAllocator counters, int unit)
    {
        if (counters == null)
        {
            throw new ArgumentNullException(nameof(counters));
        }

        UseCiphers(cipher, previous);
        _counters = counters;
        _unit = unit;
    }

    /// <summary>Sketches made and not yet sealed.</summary>
    public int Count { get; private set; }

    /// <summary>When the first fix of the run was taken, seconds since 1970-01-01.</summary>
    public long FirstS { get; private set; }

    /// <summary>When the last fix so far was taken.</summary>
    public long LastS { get; private set; }

    /// <summary>After a change of key.</summary>
    public void UseCiphers(IFrameCipher cipher, IFrameCipher previous)
    {
        if (cipher == null)
        {
            throw new ArgumentNullException(nameof(cipher));
        }

        _cipher = cipher;
        _previous = previous;
    }

    /// <summary>Begins a run that need not follow the one before.</summary>
    public void Reset()
    {
        _encoder.Reset();
        Count = 0;
        _left = 0;
        FirstS = 0;
        LastS = 0;
    }

    /// <summary>Opens a track block; false if it does not open under either key or cannot be a track.</summary>
    public bool TryOpen(byte[] frame, int offset, int length)
    {
        _left = 0;
        if (_codec.ReadHeader(frame, offset, length, FrameDirection.Uplink) != FrameRejection.None
            || _codec.Header.Kind != FrameKind.Track)
        {
            return false;
        }

        bool open = _codec.Open(_cipher, null) == FrameRejection.None
            || (_previous != null && _codec.Open(_previous, null) == FrameRejection.None);
        if (!open || _decoder.Open(_codec.Body, 0, _codec.BodyBytes) != TrackReadResult.Fix)
        {
            return false;
        }

        _left = _decoder.Fixes;
        return true;
    }

    /// <summary>Draws the next fixes of the open block, so many at most.</summary>
    public SketchingResult Step(int fixesMax)
    {
        for (int i = 0; i < fixesMax && _left > 0; i++)
        {
            if (_decoder.Read() != TrackReadResult.Fix)
            {
                return SketchingResult.Undecodable;
            }

            _left--;
            if (!TryDraw())
            {
                return SketchingResult.DoesNotFit;
            }
        }

        return _left > 0 ? SketchingResult.More : SketchingResult.BlockDone;
    }

    /// <summary>Ends the drawing of the run; false if it does not fit.</summary>
    public bool TryFinish()
    {
        for (int i = 0; i < FinishesMax; i++)
        {
            if (Count == SketchesMax)
            {
                return false;
            }

            int length = _encoder.Finish(_payloads, Count * Sketch.PayloadBytesMax);
            if (length == 0)
            {
                return true;
            }

            _lengths[Count] = length;
            Count++;
        }

        return true;
    }

    /// <summary>Bytes of a sketch's sealed frame.</summary>
    public int FrameBytes(int index)
    {
        return FrameHeader.DurableBytes + _lengths[index] + FrameLimits.LongTagBytes;
    }

    /// <summary>Seals a sketch under the next counter; its length, bytes, or 0 if there is no counter to be had.</summary>
    public int Seal(int index, byte[] frame)
    {
        if (!_counters.TryNext(out uint counter))
        {
            return 0;
        }

        Array.Copy(_payloads, index * Sketch.PayloadBytesMax, frame, FrameHeader.DurableBytes, _lengths[index]);
        return _codec.SealTrack(FrameKind.Sketch, _lengths[index], _cipher, _unit, counter, frame, 0);
    }

    // A position beyond the sketch's last latitude is left out; nobody patrols there.
    private bool TryDraw()
    {
        SketchAddResult result = _encoder.Add(_decoder.UtcS, _decoder.LatitudeE5, _decoder.LongitudeE5);
        for (int i = 0; i < FinishesMax && SketchEncoder.NeedsFinish(result); i++)
        {
            if (Count == SketchesMax)
            {
                return false;
            }

            int length = _encoder.Finish(_payloads, Count * Sketch.PayloadBytesMax);
            if (length > 0)
            {
                _lengths[Count] = length;
                Count++;
            }

            result = _encoder.Add(_decoder.UtcS, _decoder.LatitudeE5, _decoder.LongitudeE5);
        }

        if (SketchEncoder.NeedsFinish(result) || result == SketchAddResult.BadTime)
        {
            return false;
        }

        LastS = _decoder.UtcS;
        FirstS = FirstS == 0 ? LastS : FirstS;
        return true;
    }
}
