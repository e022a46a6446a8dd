using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>Frames of every kind: read, compared, sealed again.</summary>
internal sealed class FrameChecks
{
    // The key of every vector in tests/Vectors/frames.json.
    private static readonly byte[] _key = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

    private readonly FrameCodec _codec = new FrameCodec();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];
    private readonly int[] _values = new int[SelfTestValues.CountMax];
    private readonly IAesFactory _aes;
    private readonly SelfTestTimes _times;
    private readonly int _repetitions;
    private IFrameCipher _cipher;

    public FrameChecks(IAesFactory aes, SelfTestTimes times, int repetitions)
    {
        _aes = aes;
        _times = times;
        _repetitions = repetitions;
    }

    public bool Frame(SelfTestFrame vector)
    {
        if (_cipher == null)
        {
            // Here and not before: a native AES that is missing throws, and that is to be a failed vector.
            _cipher = new AesCcm(_aes.Create(_key));
        }

        OperatingArea area = new OperatingArea(vector.OriginLatitudeE5, vector.OriginLongitudeE5);
        FrameRejection rejection = FrameRejection.None;
        for (int i = 0; i < _repetitions; i++)
        {
            _times.Start();
            rejection = Read(vector, area);
            _times.Stop(SelfTestOperation.FrameRead, 1);
        }

        if (rejection != vector.Rejection)
        {
            return false;
        }

        return rejection != FrameRejection.None || (HasItsValues(vector) && IsMadeAgain(vector, area));
    }

    private FrameRejection Read(SelfTestFrame vector, OperatingArea area)
    {
        FrameRejection rejection = _codec.ReadHeader(vector.Bytes, 0, vector.Bytes.Length, vector.Direction);
        if (rejection != FrameRejection.None)
        {
            return rejection;
        }

        rejection = _codec.Header.IsDurable ? _codec.Open(_cipher, area) : _codec.Open(_cipher, area, vector.Counter);
        return rejection == FrameRejection.None ? _codec.ReadBody() : rejection;
    }

    private bool HasItsValues(SelfTestFrame vector)
    {
        if (SelfTestValues.Of(_codec, _values) != vector.Values.Length)
        {
            return false;
        }

        for (int i = 0; i < vector.Values.Length; i++)
        {
            if (_values[i] != vector.Values[i])
            {
                return false;
            }
        }

        return true;
    }

    private bool IsMadeAgain(SelfTestFrame vector, OperatingArea area)
    {
        int length = 0;
        for (int i = 0; i < _repetitions; i++)
        {
            _times.Start();
            length = Seal(vector, area);
            _times.Stop(SelfTestOperation.FrameSeal, 1);
        }

        return length == vector.Bytes.Length && CryptoChecks.Same(vector.Bytes, _frame, length);
    }

    private int Seal(SelfTestFrame vector, OperatingArea area)
    {
        FrameKind kind = _codec.Header.Kind;
        int flags = _codec.Header.Flags;
        int unit = _codec.Header.Unit;
        uint counter = vector.Counter;
        switch (kind)
        {
            case FrameKind.LiveArea:
            case FrameKind.LiveWorld:
                return _codec.SealLive(_codec.Position, _cipher, area, unit, counter, _frame, 0);
            case FrameKind.Event:
                return _codec.SealEvent(_codec.Event, flags, _cipher, area, unit, counter, _frame, 0);
            case FrameKind.Status:
                return _codec.SealStatus(_codec.Status, flags, _cipher, unit, counter, _frame, 0);
            case FrameKind.Acknowledgement:
                return _codec.SealAcknowledgement(_codec.Acknowledgement, _cipher, unit, counter, _frame, 0);
            case FrameKind.Command:
                return _codec.SealCommand(_codec.Command, _cipher, unit, counter, _frame, 0);
            default:
                System.Array.Copy(_codec.Body, 0, _frame, FrameHeader.DurableBytes, _codec.BodyBytes);
                return _codec.SealTrack(kind, _codec.BodyBytes, _cipher, unit, counter, _frame, 0);
        }
    }
}
