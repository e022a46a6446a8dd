namespace BoatTelemetry.Core.SelfTest;

/// <summary>A clock to time operations with.</summary>
public interface IMicrosecondClock
{
    /// <summary>Microseconds since some instant; it may count in larger steps.</summary>
    long NowUs { get; }
}

/// <summary>Says how much memory is left, where the platform tells.</summary>
public interface IFreeMemory
{
    /// <summary>Bytes that can still be allocated.</summary>
    long FreeBytes { get; }
}

/// <summary>What the self-test times.</summary>
public enum SelfTestOperation
{
    /// <summary>CRC-32 of a track block's 222 bytes.</summary>
    Crc = 0,

    /// <summary>16 blocks of AES in one call.</summary>
    AesBlocks = 1,

    /// <summary>Sealing a published AES-CCM vector.</summary>
    CcmSeal = 2,

    /// <summary>An epoch of one or two sentences.</summary>
    NmeaEpoch = 3,

    /// <summary>Header, opening and body of a frame.</summary>
    FrameRead = 4,

    /// <summary>Encoding and sealing a frame.</summary>
    FrameSeal = 5,

    /// <summary>A track block of 40 fixes, read.</summary>
    TrackDecode = 6,

    /// <summary>The same, made.</summary>
    TrackEncode = 7,

    /// <summary>A sketch, read.</summary>
    SketchDecode = 8,
}

/// <summary>Time spent and times done, for each operation.</summary>
public sealed class SelfTestTimes
{
    /// <summary>Operations that are timed.</summary>
    public const int Count = (int)SelfTestOperation.SketchDecode + 1;

    private static readonly string[] _names =
    {
        "crc32 of 222 bytes", "aes 16 blocks", "aes-ccm seal", "nmea epoch", "frame read", "frame seal", "track decode 40 fixes",
        "track encode 40 fixes", "sketch decode",
    };

    private readonly IMicrosecondClock _clock;
    private readonly long[] _spentUs = new long[Count];
    private readonly int[] _done = new int[Count];
    private long _startUs;

    internal SelfTestTimes(IMicrosecondClock clock)
    {
        _clock = clock;
    }

    /// <summary>The operation in a few words of ASCII.</summary>
    public static string Name(SelfTestOperation operation)
    {
        return _names[(int)operation];
    }

    /// <summary>How often it was done.</summary>
    public int Done(SelfTestOperation operation)
    {
        return _done[(int)operation];
    }

    /// <summary>Its mean time, microseconds; -1 if it was never done.</summary>
    public long MeanUs(SelfTestOperation operation)
    {
        int done = _done[(int)operation];
        return done == 0 ? -1 : _spentUs[(int)operation] / done;
    }

    internal void Start()
    {
        _startUs = _clock.NowUs;
    }

    internal void Stop(SelfTestOperation operation, int times)
    {
        _spentUs[(int)operation] += _clock.NowUs - _startUs;
        _done[(int)operation] += times;
    }
}
