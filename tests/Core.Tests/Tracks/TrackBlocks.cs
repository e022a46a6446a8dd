using BoatTelemetry.Core.Tracks;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Tracks;

/// <summary>Encodes and decodes whole tracks for the tests of this folder.</summary>
internal static class TrackBlocks
{
    public const int Unknown = int.MinValue;

    private const byte Untouched = 0xA5;

    public static List<byte[]> Encode(IEnumerable<LogFix> fixes, int payloadBytesMax, bool withSpeed)
    {
        var blocks = new List<byte[]>();
        var encoder = new TrackEncoder(payloadBytesMax, withSpeed);
        foreach (var fix in fixes)
        {
            var result = Add(encoder, fix);
            if (TrackEncoder.NeedsNewBlock(result))
            {
                blocks.Add(Finish(encoder, payloadBytesMax));
                result = Add(encoder, fix);
            }

            Assert.Equal(TrackAddResult.Added, result);
        }

        if (encoder.Fixes > 0)
        {
            blocks.Add(Finish(encoder, payloadBytesMax));
        }

        return blocks;
    }

    public static TrackAddResult Add(TrackEncoder encoder, LogFix fix) =>
        encoder.Add(fix.UtcS, fix.LatitudeE5, fix.LongitudeE5, fix.SogDeciknots, fix.CogDeg);

    /// <summary>Finishes into a buffer of 0xA5, so that a byte left unwritten or written outside shows.</summary>
    public static byte[] Finish(TrackEncoder encoder, int payloadBytesMax)
    {
        const int Margin = 8;
        var buffer = new byte[payloadBytesMax + (2 * Margin)];
        Array.Fill(buffer, Untouched);
        var promised = encoder.PayloadBytes;
        var length = encoder.Finish(buffer, Margin);
        Assert.InRange(length, TrackBlock.HeaderBytes, Math.Min(promised, payloadBytesMax));
        Assert.All(buffer[..Margin], b => Assert.Equal(Untouched, b));
        Assert.All(buffer[(Margin + length)..], b => Assert.Equal(Untouched, b));
        return buffer[Margin..(Margin + length)];
    }

    public static List<LogFix> Decode(IEnumerable<byte[]> blocks)
    {
        var fixes = new List<LogFix>();
        var decoder = new TrackDecoder();
        foreach (var block in blocks)
        {
            Assert.Equal(TrackReadResult.Fix, decoder.Open(block, 0, block.Length));
            for (var left = decoder.Fixes; left > 0; left--)
            {
                Assert.Equal(TrackReadResult.Fix, decoder.Read());
                fixes.Add(new LogFix(decoder.UtcS, decoder.LatitudeE5, decoder.LongitudeE5, decoder.SogDeciknots, decoder.CogDeg));
            }

            Assert.Equal(TrackReadResult.End, decoder.Read());
        }

        return fixes;
    }

    /// <summary>What a block gives back for a fix: 180 E is 180 W, and speed and course only where they are recorded.</summary>
    public static LogFix Canonical(LogFix fix, bool withSpeed)
    {
        var east = fix.LongitudeE5 == 18_000_000 ? -18_000_000 : fix.LongitudeE5;
        return withSpeed ? fix with { LongitudeE5 = east } : fix with { LongitudeE5 = east, SogDeciknots = Unknown, CogDeg = Unknown };
    }
}
