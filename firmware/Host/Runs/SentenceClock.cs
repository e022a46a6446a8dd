using System.Buffers.Text;
using System.Globalization;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Host.Runs;

/// <summary>
/// The only clock that a recorded log has: the times in its own sentences. Finds how far each line lies behind the one
/// before; what the sentences mean is the unit's business.
/// </summary>
public sealed class SentenceClock
{
    private const int HalfDayMs = UtcTime.DayMs / 2;

    private int _lastTimeOfDayMs = -1;

    /// <summary>
    /// How much later than the last timed line this one is, milliseconds; 0 for a line without a time, with a wrong
    /// checksum, or with a time that lies back. Across midnight it goes on.
    /// </summary>
    public int AdvanceMs(ReadOnlySpan<byte> line)
    {
        var start = line.LastIndexOf((byte)'$');
        if (start < 0 || !TryContent(line[(start + 1)..], out var content) || !TryTimeOfDayMs(content, out var timeOfDayMs))
            return 0;

        var last = _lastTimeOfDayMs;
        _lastTimeOfDayMs = timeOfDayMs;
        if (last < 0)
            return 0;

        var step = timeOfDayMs - last;
        if (step < -HalfDayMs)
            step += UtcTime.DayMs;

        return Math.Max(0, step);
    }

    // A damaged time could hold the replay up for hours, so only a sentence with its right checksum counts.
    private static bool TryContent(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> content)
    {
        var star = text.IndexOf((byte)'*');
        content = star < 0 ? default : text[..star];
        if (star < 0 || text.Length < star + 3)
            return false;

        byte sum = 0;
        foreach (var b in content)
            sum ^= b;

        return byte.TryParse(text.Slice(star + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var told)
            && told == sum;
    }

    private static bool TryTimeOfDayMs(ReadOnlySpan<byte> content, out int timeOfDayMs)
    {
        timeOfDayMs = 0;
        if (content.Length < 6)
            return false;

        var type = content.Slice(2, 3);
        var field = type.SequenceEqual("RMC"u8) || type.SequenceEqual("GGA"u8) || type.SequenceEqual("GNS"u8) || type.SequenceEqual("ZDA"u8) ? 1
            : type.SequenceEqual("GLL"u8) ? 5
            : 0;
        if (field == 0)
            return false;

        foreach (var range in content.Split((byte)','))
        {
            if (field-- == 0)
                return TryTime(content[range], out timeOfDayMs);
        }

        return false;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out int timeOfDayMs)
    {
        timeOfDayMs = 0;
        if (!Utf8Parser.TryParse(text, out decimal value, out var used) || used != text.Length || used < 6 || value < 0)
            return false;

        var whole = (int)decimal.Truncate(value);
        var (hour, minute, second) = (whole / 10_000, whole / 100 % 100, whole % 100);
        timeOfDayMs = (((((hour * 60) + minute) * 60) + second) * 1000) + (int)((value - whole) * 1000);
        return hour < 24 && minute < 60 && second < 60;
    }
}
