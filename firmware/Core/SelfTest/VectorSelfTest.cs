using System;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>
/// Runs the golden vectors on the device itself, one a call, so that a main loop can go on in between: a processor, a
/// memory or a native AES that computes otherwise than the tests' is found before it seals anything.
/// </summary>
/// <remarks>
/// It allocates what a vector needs when its turn comes and keeps nothing of it; run it from the bench console or at
/// start, not under way.
/// </remarks>
public sealed class VectorSelfTest
{
    /// <summary>Names of failed vectors that are kept; more are only counted.</summary>
    public const int FailedNamesMax = 8;

    /// <summary>What free memory is where nobody tells it.</summary>
    public const long MemoryUnknown = -1;

    private const int CryptoSteps = 3;

    private readonly SelfTestVectors _vectors;
    private readonly IFreeMemory _memory;
    private readonly CryptoChecks _crypto;
    private readonly FrameChecks _frames;
    private readonly EpochChecks _epochs;
    private readonly TrackChecks _tracks;
    private readonly string[] _failedNames = new string[FailedNamesMax];
    private int _step;

    /// <param name="vectors">What to run.</param>
    /// <param name="aes">The AES that frames are sealed with on this device.</param>
    /// <param name="clock">Times the operations.</param>
    /// <param name="memory">Tells free memory, or null.</param>
    /// <param name="repetitions">How often each operation is done, for a clock of coarse steps.</param>
    public VectorSelfTest(SelfTestVectors vectors, IAesFactory aes, IMicrosecondClock clock, IFreeMemory memory, int repetitions)
    {
        if (vectors == null || aes == null || clock == null)
        {
            throw new ArgumentNullException(nameof(vectors));
        }

        if (repetitions < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(repetitions));
        }

        _vectors = vectors;
        _memory = memory;
        Times = new SelfTestTimes(clock);
        _crypto = new CryptoChecks(aes, Times, repetitions);
        _frames = new FrameChecks(aes, Times, repetitions);
        _epochs = new EpochChecks(Times, repetitions);
        _tracks = new TrackChecks(Times, repetitions);
        FreeBytesLeast = FreeBytes();
    }

    /// <summary>Vectors that there are.</summary>
    public int Count
    {
        get { return CryptoSteps + _vectors.CcmCount + _vectors.EpochCount + _vectors.FrameCount + _vectors.TrackCount; }
    }

    /// <summary>Vectors that came out right.</summary>
    public int Ok { get; private set; }

    /// <summary>Vectors that did not.</summary>
    public int Failed { get; private set; }

    /// <summary>The vector that was run last; null before the first.</summary>
    public string LastName { get; private set; }

    /// <summary>What each operation took.</summary>
    public SelfTestTimes Times { get; }

    /// <summary>The least that was free between two vectors, or <see cref="MemoryUnknown"/>.</summary>
    public long FreeBytesLeast { get; private set; }

    /// <summary>The name of a failed vector, from 0 to the smaller of <see cref="Failed"/> and <see cref="FailedNamesMax"/>.</summary>
    public string FailedName(int index)
    {
        return _failedNames[index];
    }

    /// <summary>Runs the next vector; false if there is none left.</summary>
    public bool Step()
    {
        if (_step >= Count)
        {
            return false;
        }

        bool isOk = false;
        LastName = "vector that could not be made";
        try
        {
            isOk = RunStep(_step);
        }
        catch (Exception)
        {
            // What throws here is the fault that is looked for.
            isOk = false;
        }

        _step++;
        Tally(isOk);
        long free = FreeBytes();
        if (free < FreeBytesLeast)
        {
            FreeBytesLeast = free;
        }

        return _step < Count;
    }

    private void Tally(bool isOk)
    {
        if (isOk)
        {
            Ok++;
            return;
        }

        if (Failed < FailedNamesMax)
        {
            _failedNames[Failed] = LastName;
        }

        Failed++;
    }

    private bool RunStep(int step)
    {
        switch (step)
        {
            case 0:
                LastName = "CRC-32 check value";
                return _crypto.Crc();
            case 1:
                LastName = "AES-128 of FIPS 197";
                return _crypto.AesExample();
            case 2:
                LastName = "AES against software";
                return _crypto.AesAgainstSoftware();
            default:
                return RunVector(step - CryptoSteps);
        }
    }

    private bool RunVector(int index)
    {
        if (index < _vectors.CcmCount)
        {
            SelfTestCcm ccm = _vectors.Ccm(index);
            LastName = ccm.Name;
            return _crypto.Ccm(ccm);
        }

        index -= _vectors.CcmCount;
        if (index < _vectors.EpochCount)
        {
            SelfTestEpoch epoch = _vectors.Epoch(index);
            LastName = epoch.Name;
            return _epochs.Epoch(epoch);
        }

        index -= _vectors.EpochCount;
        if (index < _vectors.FrameCount)
        {
            SelfTestFrame frame = _vectors.Frame(index);
            LastName = frame.Name;
            return _frames.Frame(frame);
        }

        SelfTestTrack track = _vectors.Track(index - _vectors.FrameCount);
        LastName = track.Name;
        return _tracks.Track(track);
    }

    private long FreeBytes()
    {
        return _memory == null ? MemoryUnknown : _memory.FreeBytes;
    }
}
