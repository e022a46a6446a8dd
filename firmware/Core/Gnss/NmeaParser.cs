using System;

namespace BoatTelemetry.Core.Gnss;

/// <summary>
/// A receiver's bytes in, fixes out. The steps: 1. <see cref="NmeaFramer"/> finds the needed sentences; 2. a reader for
/// each type turns their fields into integers; 3. the epoch merger joins those of one instant; 4. the gate refuses what
/// cannot be; 5. the sink gets the fix, or the refused one and the reason.
/// </summary>
/// <remarks>
/// For one thread. Allocates nothing after it is made. No bytes, however wrong, make it throw: what is wrong is counted
/// in <see cref="Counters"/>.
/// </remarks>
public sealed class NmeaParser
{
    private readonly GnssCounters _counters = new GnssCounters();
    private readonly NmeaReading _reading = new NmeaReading();
    private readonly NmeaFramer _framer;
    private readonly EpochMerger _merger;
    private readonly int _epochQuietMs;
    private long _fedMonotonicMs;

    /// <summary>A parser for one receiver.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative, or no fix could ever be accepted by it.</exception>
    public NmeaParser(GnssOptions options, IFixSink sink)
    {
        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        if (sink == null)
        {
            throw new ArgumentNullException(nameof(sink));
        }

        if (options.SpeedMaxMilliknots < 1 || options.JumpMarginM < 0 || options.StaleAfterMs < 0 || options.AheadMaxMs < 0
            || options.ReanchorAfterFixes < 1 || options.EpochQuietMs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options));
        }

        _framer = new NmeaFramer(_counters);
        _merger = new EpochMerger(options, sink, _counters);
        _epochQuietMs = options.EpochQuietMs;
    }

    /// <summary>What became of the sentences and epochs so far.</summary>
    public GnssCounters Counters
    {
        get { return _counters; }
    }

    /// <summary>Takes <paramref name="count"/> bytes, which the unit's monotonic clock says came now.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the buffer.</exception>
    public void Feed(byte[] buffer, int offset, int count, long nowMonotonicMs)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0 || count < 0 || offset > buffer.Length - count)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }

        if (count == 0)
        {
            return;
        }

        _fedMonotonicMs = nowMonotonicMs;
        int end = offset + count;
        while (offset < end)
        {
            offset = _framer.Take(buffer, offset, end);
            if (_framer.HasLine)
            {
                Read(_framer.Line, nowMonotonicMs);
            }
        }
    }

    /// <summary>
    /// Nothing came for a while: after <see cref="GnssOptions.EpochQuietMs"/> the epoch is taken for complete. Without
    /// this call each fix waits for the next epoch's first sentence.
    /// </summary>
    public void Idle(long nowMonotonicMs)
    {
        if (nowMonotonicMs - _fedMonotonicMs >= _epochQuietMs)
        {
            _merger.Close();
        }
    }

    /// <summary>The bytes have ended: the last sentence and the last epoch are taken for complete.</summary>
    public void Flush()
    {
        _framer.Flush();
        if (_framer.HasLine)
        {
            Read(_framer.Line, _fedMonotonicMs);
        }

        _merger.Close();
    }

    private void Read(NmeaLine line, long nowMonotonicMs)
    {
        NmeaReading reading = _reading;
        reading.Clear(line.Kind);
        ReadFields(line, reading);
        if (line.Refusal == NmeaRefusal.None)
        {
            _counters.SentencesUsed++;
            _merger.Take(reading, nowMonotonicMs);
            return;
        }

        _counters.Count(line.Refusal);
        if (line.Refusal == NmeaRefusal.CoordinateRange)
        {
            // Nothing of it is used but this: the receiver itself is wrong about this instant.
            PositionClaim claim = reading.Claim;
            int timeOfDayMs = reading.TimeOfDayMs;
            reading.Clear(line.Kind);
            reading.TimeOfDayMs = timeOfDayMs;
            reading.Claim = claim;
            reading.ClaimAtLeast(PositionClaim.OutOfRange);
            _merger.Take(reading, nowMonotonicMs);
        }
    }

    private static void ReadFields(NmeaLine line, NmeaReading reading)
    {
        switch (line.Kind)
        {
            case NmeaKind.Rmc:
                RmcSentence.Read(line, reading);
                break;
            case NmeaKind.Gns:
                GnsSentence.Read(line, reading);
                break;
            case NmeaKind.Gga:
                GgaSentence.Read(line, reading);
                break;
            case NmeaKind.Gll:
                GllSentence.Read(line, reading);
                break;
            case NmeaKind.Zda:
                ZdaSentence.Read(line, reading);
                break;
            case NmeaKind.Vtg:
                VtgSentence.Read(line, reading);
                break;
            case NmeaKind.Gsa:
                GsaSentence.Read(line, reading);
                break;
            default:
                HeadingSentence.Read(line, reading);
                break;
        }
    }
}
