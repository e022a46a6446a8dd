using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Tests.Journal;

/// <summary>Frames of any bytes behind a true header, and what a journal holds, for the tests of this folder.</summary>
internal static class JournalFrames
{
    public static byte[] Frame(FrameKind kind, uint counter, int length, Random random)
    {
        var frame = new byte[length];
        random.NextBytes(frame);
        FrameHeader.WriteDurable(frame, 0, kind, 0, 77, counter);
        return frame;
    }

    /// <summary>A frame of a random kind and of a length that the kind allows.</summary>
    public static byte[] Any(uint counter, Random random) => random.Next(10) switch
    {
        < 6 => Frame(FrameKind.Track, counter, random.Next(28, FrameLimits.FrameBytesMax + 1), random),
        6 => Frame(FrameKind.Sketch, counter, random.Next(27, FrameLimits.SketchBytesMax + 1), random),
        7 => Frame(FrameKind.Event, counter, 24, random),
        _ => Frame(FrameKind.Status, counter, 24, random),
    };

    public static FrameKind KindOf(byte[] frame) => (FrameKind)((frame[0] >> 2) & 0xF);

    public static Acknowledgement Acknowledgement(uint baseCounter, uint bitmap = 0) =>
        new() { BaseCounter = baseCounter, Bitmap = bitmap };

    /// <summary>All frames that a journal holds, oldest first; each is read.</summary>
    public static List<(uint Counter, byte[] Frame)> Held(FlashJournal journal)
    {
        var held = new List<(uint, byte[])>();
        var cursor = new JournalCursor();
        var buffer = new byte[FrameLimits.FrameBytesMax];
        for (var more = journal.MoveToOldest(cursor); more; more = journal.MoveToNewer(cursor))
        {
            var length = journal.Read(cursor, buffer, 0);
            if (length > 0)
                held.Add((cursor.Counter, buffer[..length]));
        }

        return held;
    }
}
