using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>
/// What the self-test is made of. Each vector is made anew when it is asked for; a test of the self-test derives from this
/// and breaks one.
/// </summary>
public class SelfTestVectors
{
    /// <summary>Frames that are to be read, and frames that are to be rejected.</summary>
    public virtual int FrameCount
    {
        get { return FrameVectorBytes.Count; }
    }

    public virtual int CcmCount
    {
        get { return CcmVectorBytes.Count; }
    }

    public virtual int EpochCount
    {
        get { return EpochVectorText.Count; }
    }

    /// <summary>Track blocks, and sketches behind them.</summary>
    public virtual int TrackCount
    {
        get { return TrackVectorBytes.Count; }
    }

    public virtual SelfTestFrame Frame(int index)
    {
        return FrameVectorBytes.Frame(index);
    }

    public virtual SelfTestCcm Ccm(int index)
    {
        return CcmVectorBytes.Vector(index);
    }

    public virtual SelfTestEpoch Epoch(int index)
    {
        return EpochVectorText.Vector(index);
    }

    public virtual SelfTestTrack Track(int index)
    {
        return TrackVectorBytes.Vector(index);
    }
}

/// <summary>A frame on air and what is to be read from it.</summary>
public sealed class SelfTestFrame
{
    public readonly string Name;

    public readonly FrameDirection Direction;

    /// <summary>The whole counter, of which a short header carries 12 bits.</summary>
    public readonly uint Counter;

    public readonly int OriginLatitudeE5;

    public readonly int OriginLongitudeE5;

    /// <summary>Why it is to be rejected; <see cref="FrameRejection.None"/> if it is not.</summary>
    public readonly FrameRejection Rejection;

    public readonly byte[] Bytes;

    /// <summary>Some of its report's values, in the order of <see cref="SelfTestValues"/>.</summary>
    public readonly int[] Values;

    public SelfTestFrame(
        string name,
        FrameDirection direction,
        uint counter,
        int originLatitudeE5,
        int originLongitudeE5,
        FrameRejection rejection,
        byte[] bytes,
        int[] values)
    {
        Name = name;
        Direction = direction;
        Counter = counter;
        OriginLatitudeE5 = originLatitudeE5;
        OriginLongitudeE5 = originLongitudeE5;
        Rejection = rejection;
        Bytes = bytes;
        Values = values;
    }
}

/// <summary>A text sealed with AES-128-CCM.</summary>
public sealed class SelfTestCcm
{
    public readonly string Name;
    public readonly byte[] Key;
    public readonly byte[] Nonce;
    public readonly byte[] Associated;
    public readonly byte[] Text;

    /// <summary>The ciphertext and behind it the tag.</summary>
    public readonly byte[] Sealed;

    public readonly int TagBytes;

    public SelfTestCcm(string name, byte[] key, byte[] nonce, byte[] associated, byte[] text, byte[] sealedText, int tagBytes)
    {
        Name = name;
        Key = key;
        Nonce = nonce;
        Associated = associated;
        Text = text;
        Sealed = sealedText;
        TagBytes = tagBytes;
    }
}

/// <summary>The sentences of one epoch and the fix in them.</summary>
public sealed class SelfTestEpoch
{
    public readonly string Name;

    /// <summary>ASCII, line ends included.</summary>
    public readonly string Sentences;

    /// <summary>The fix's values in the order of <see cref="SelfTestValues"/>; empty if there is no fix.</summary>
    public readonly int[] Values;

    public SelfTestEpoch(string name, string sentences, int[] values)
    {
        Name = name;
        Sentences = sentences;
        Values = values;
    }
}

/// <summary>A track block or a sketch and the checksum of what is in it.</summary>
public sealed class SelfTestTrack
{
    public readonly string Name;
    public readonly bool IsSketch;
    public readonly bool WithSpeed;

    /// <summary>Fixes, or vertices.</summary>
    public readonly int PointCount;

    /// <summary>CRC-32 over the points' numbers, as <see cref="SelfTestValues.AddPoint"/> lays them out.</summary>
    public readonly uint PointsCrc;

    public readonly byte[] Payload;

    /// <summary>A track block.</summary>
    public SelfTestTrack(string name, bool withSpeed, int pointCount, uint pointsCrc, byte[] payload)
    {
        Name = name;
        WithSpeed = withSpeed;
        PointCount = pointCount;
        PointsCrc = pointsCrc;
        Payload = payload;
    }

    /// <summary>A sketch.</summary>
    public SelfTestTrack(string name, int pointCount, uint pointsCrc, byte[] payload)
        : this(name, false, pointCount, pointsCrc, payload)
    {
        IsSketch = true;
    }
}
