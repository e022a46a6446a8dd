using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>Sentences to a fix.</summary>
internal sealed class EpochChecks : IFixSink
{
    private readonly int[] _values = new int[SelfTestValues.CountMax];
    private readonly SelfTestTimes _times;
    private readonly int _repetitions;
    private int _count;

    public EpochChecks(SelfTestTimes times, int repetitions)
    {
        _times = times;
        _repetitions = repetitions;
    }

    public bool Epoch(SelfTestEpoch vector)
    {
        byte[] bytes = new byte[vector.Sentences.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)vector.Sentences[i];
        }

        // The vectors' days are any days, and the same instant comes again and again.
        GnssOptions options = new GnssOptions { EarliestDayNumber = 0, AheadMaxMs = 0 };
        for (int i = 0; i < _repetitions; i++)
        {
            _count = 0;
            NmeaParser parser = new NmeaParser(options, this);
            _times.Start();
            parser.Feed(bytes, 0, bytes.Length, 0);
            parser.Flush();
            _times.Stop(SelfTestOperation.NmeaEpoch, 1);
        }

        bool same = _count == vector.Values.Length;
        for (int i = 0; same && i < _count; i++)
        {
            same = _values[i] == vector.Values[i];
        }

        return same;
    }

    /// <inheritdoc/>
    public void OnFix(Fix fix)
    {
        // A second fix of one epoch would be wrong as well.
        _count += SelfTestValues.Of(fix, _values);
    }

    /// <inheritdoc/>
    public void OnRefused(Fix fix, FixRefusal reason)
    {
        // A void epoch is to end here, and no fix is what is compared.
    }
}
