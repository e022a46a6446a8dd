using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.Tracks;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>
/// Seals a boat's durable frames of every kind: two events, a status, a track, a sketch, and so on. What each says follows from its counter.
/// </summary>
internal sealed class LoadDurable(int unit, IFrameCipher cipher)
{
    private const int Kinds = 5;
    private const int Fixes = 12;
    private const int SketchBoundM = 10;

    // A sketch is within its bound of the fix: 10 m are 9 x 10^-5 degrees of latitude, and its grid adds to them.
    private const decimal SketchBoundDeg = 0.0003m;
    private const int LatitudeE5Max = 80_000;

    private readonly FrameCodec _codec = new();
    private readonly EventReport _event = new();
    private readonly StatusReport _status = new();
    private readonly byte[] _frame = new byte[FrameLimits.FrameBytesMax];

    /// <summary>The frame of a counter.</summary>
    /// <param name="counter">Its durable counter.</param>
    /// <param name="oldestHeld">The oldest counter that the boat holds, this one if there is no older.</param>
    /// <param name="utc">When it is made.</param>
    public byte[] Seal(uint counter, uint oldestHeld, DateTime utc)
    {
        var utcMs = new DateTimeOffset(utc, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var length = (counter % Kinds) switch
        {
            2 => Status(counter, oldestHeld, utcMs),
            3 => Track(counter, utcMs),
            4 => Sketch(counter, utcMs),
            _ => Event(counter, utcMs),
        };
        return _frame[..length];
    }

    /// <summary>What is wrong with a message of the record; null if it is what the boat said.</summary>
    public static string? Fault(string topic, uint counter, JsonElement message)
    {
        var (kind, isRight) = (counter % Kinds) switch
        {
            2 => ("/status", topic.EndsWith("/history", StringComparison.Ordinal) || topic.EndsWith("/status", StringComparison.Ordinal)
                && message.GetProperty("supply_mv").GetInt32() == SupplyMv(counter)),
            3 => ("/track", message.GetProperty("form").GetString() == "block" && message.GetProperty("fixes").GetArrayLength() == Fixes
                && LatitudeOff(message, counter) == 0),
            4 => ("/track", message.GetProperty("form").GetString() == "sketch" && LatitudeOff(message, counter) <= SketchBoundDeg),
            _ => ("/event", message.GetProperty("code").GetInt32() == Code(counter)),
        };
        return isRight && topic.Contains(kind, StringComparison.Ordinal) ? null : $"{topic} {counter}: damaged: {message}";
    }

    private static int Code(uint counter) => (int)(counter % EventReport.CodeMax) + 1;

    // In steps of 200 mV.
    private static int SupplyMv(uint counter) => 20_000 + (200 * (int)(counter % 100));

    private static int FirstLatitudeE5(uint counter) => (int)(counter % LatitudeE5Max);

    // A fix of a message: offset_s, lon_deg, lat_deg.
    private static decimal LatitudeOff(JsonElement message, uint counter) =>
        Math.Abs(message.GetProperty("fixes")[0][2].GetDecimal() - (FirstLatitudeE5(counter) / 100_000m));

    private int Event(uint counter, long utcMs)
    {
        _event.Clear();
        _event.Kind = EventKind.ContactSighted;
        _event.UtcMs = utcMs;
        _event.Code = Code(counter);
        var flags = EventFrame.FlagsFor(_event, OperatingArea.Indonesia, FrameLimits.FrameBytesMax);
        return _codec.SealEvent(_event, flags, cipher, OperatingArea.Indonesia, unit, counter, _frame, 0);
    }

    private int Status(uint counter, uint oldestHeld, long utcMs)
    {
        _status.UtcMs = utcMs;
        _status.SupplyMv = SupplyMv(counter);
        _status.BatteryMv = 3_900;
        _status.OldestHeldBack = (int)(counter - oldestHeld);
        _status.Backlog = _status.OldestHeldBack;
        _status.TemperatureC = 41;
        _status.ResetCause = ResetCause.PowerOn;
        _status.Satellites = 11;
        _status.UptimeS = 7_200;
        return _codec.SealStatus(_status, StatusFrame.FlagsFor(_status, FrameLimits.FrameBytesMax), cipher, unit, counter, _frame, 0);
    }

    private int Track(uint counter, long utcMs)
    {
        var encoder = new TrackEncoder(TrackBlock.PayloadBytesMax, withSpeed: true);
        for (var i = 0; i < Fixes; i++)
            Assert.Equal(TrackAddResult.Added, encoder.Add(FixS(utcMs, i), FirstLatitudeE5(counter) + (i * 31), 10_403_021 - (i * 17), 123, 331));
        return _codec.SealTrack(FrameKind.Track, encoder.Finish(_frame, FrameHeader.DurableBytes), cipher, unit, counter, _frame, 0);
    }

    private int Sketch(uint counter, long utcMs)
    {
        var encoder = new SketchEncoder(SketchBoundM, Core.Tracks.Sketch.PayloadBytesMax);
        for (var i = 0; i < Fixes; i++)
            Assert.Equal(SketchAddResult.Added, encoder.Add(FixS(utcMs, i), FirstLatitudeE5(counter) + (i * 31), 10_403_021 - (i * 17)));
        return _codec.SealTrack(FrameKind.Sketch, encoder.Finish(_frame, FrameHeader.DurableBytes), cipher, unit, counter, _frame, 0);
    }

    private static long FixS(long utcMs, int fix) => (utcMs / 1000) - 120 + (fix * 10);
}
