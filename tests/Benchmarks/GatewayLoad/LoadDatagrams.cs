using System.Buffers.Binary;
using System.Text;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>
/// What concentrators send, made before the clock runs: PUSH_DATA datagrams of sealed positions, unit by unit in turn, each unit's counter
/// going up. Frame n is unit n % units with counter n / units.
/// </summary>
internal sealed class LoadDatagrams : IDisposable
{
    private const int HeaderBytes = 12;
    private readonly PlatformAesCcm[] _ciphers;
    private readonly FrameCodec _codec = new();
    private readonly byte[] _frame = new byte[LiveFrame.WorldBytes];
    private readonly LivePosition _position = new()
    {
        LatitudeE5 = 104_512,
        LongitudeE5 = 10_403_021,
        SogDeciknots = 123,
        CogDeg = 231,
        Quality = FixQuality.Autonomous,
        Movement = Movement.UnderWay,
    };

    private long _next;

    public LoadDatagrams(int units, int framesPerDatagram)
    {
        Units = units;
        FramesPerDatagram = framesPerDatagram;
        _ciphers = [.. Enumerable.Range(0, units).Select(unit => new PlatformAesCcm(Key(unit)))];
    }

    public int Units { get; }

    public int FramesPerDatagram { get; }

    /// <summary>Frames made so far.</summary>
    public long Made => _next;

    public static byte[] Key(int unit) => [.. Enumerable.Range(0, 16).Select(i => (byte)(unit + (i * 7) + (unit >> 8)))];

    /// <summary>The next datagrams, of at least so many frames.</summary>
    public List<byte[]> Make(long frames)
    {
        List<byte[]> datagrams = [];
        var text = new StringBuilder();
        for (var end = _next + frames; _next < end;)
        {
            text.Clear().Append("{\"rxpk\":[");
            for (var i = 0; i < FramesPerDatagram; i++)
                AppendRxpk(text.Append(i == 0 ? "" : ","));
            datagrams.Add(Datagram(text.Append("]}").ToString()));
        }

        return datagrams;
    }

    public void Dispose()
    {
        foreach (var cipher in _ciphers)
            cipher.Dispose();
    }

    private void AppendRxpk(StringBuilder text)
    {
        var unit = (int)(_next % Units);
        _position.SecondOfDay = (int)DateTime.UtcNow.TimeOfDay.TotalSeconds;
        var length = _codec.SealLive(_position, _ciphers[unit], OperatingArea.Indonesia, unit, (uint)(_next / Units), _frame, 0);
        _next++;
        text.Append("{\"tmst\":946084334,\"chan\":2,\"rfch\":0,\"freq\":923.200000,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",");
        text.Append("\"codr\":\"4/5\",\"lsnr\":-7.5,\"rssi\":-103,\"size\":").Append(length);
        text.Append(",\"data\":\"").Append(Convert.ToBase64String(_frame, 0, length)).Append("\"}");
    }

    // Protocol version 2, PUSH_DATA, the concentrator's identity.
    private byte[] Datagram(string json)
    {
        var datagram = new byte[HeaderBytes + json.Length];
        datagram[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(1), (ushort)_next);
        BinaryPrimitives.WriteUInt64BigEndian(datagram.AsSpan(4), 0xAA555A0000000000);
        Encoding.ASCII.GetBytes(json, datagram.AsSpan(HeaderBytes));
        return datagram;
    }
}
