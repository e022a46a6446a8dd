using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Frames;

public sealed class LiveFrameTests(ITestOutputHelper output)
{
    private static readonly byte[] Key = Convert.FromHexString("000102030405060708090A0B0C0D0E0F");

    // Batam harbour, 12.3 kn on 231 degrees at 03:04:05, corrected fix, under way, alarm.
    private static readonly LivePosition Batam = new()
    {
        LatitudeE5 = 116_234, LongitudeE5 = 10_400_567, SecondOfDay = 11_045, SogDeciknots = 123, CogDeg = 231,
        Quality = FixQuality.Corrected, Movement = Movement.UnderWay, Alarm = true,
    };

    private static readonly LivePosition Unknowns = new()
    {
        LatitudeE5 = 6_008_452, LongitudeE5 = -2_353_910, SecondOfDay = 0, SogDeciknots = Fix.Unknown, CogDeg = Fix.Unknown,
        Quality = FixQuality.Unknown, Movement = Movement.Unknown, OnBattery = true, BacklogPending = true,
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Body_GoldenBytes_BothWays(LivePosition position, FrameKind kind, string expected)
    {
        ArgumentNullException.ThrowIfNull(position);
        var live = new LiveFrame();
        Assert.Equal(kind, LiveFrame.KindFor(position, OperatingArea.Indonesia));
        var buffer = Enumerable.Repeat((byte)0xA5, 20).ToArray();
        live.WriteBody(position, kind, OperatingArea.Indonesia, buffer, 3);
        Assert.Equal("A5A5A5" + expected + string.Concat(Enumerable.Repeat("A5", 17 - (expected.Length / 2))), Convert.ToHexString(buffer));

        var read = new LivePosition();
        Assert.Equal(FrameRejection.None, live.ReadBody(kind, OperatingArea.Indonesia, buffer, 3, LiveFrame.BodyBytes(kind), read));
        AssertSame(position, read);
    }

    // The bits by hand: north 1316234 = 1 0100 0001 0101 1000 1010 in 21 bits, east 1400567 in 23 bits, and so on.
    public static TheoryData<LivePosition, FrameKind, string> Golden() => new()
    {
        { Batam, FrameKind.LiveArea, ByHand((1_316_234, 21), (1_400_567, 23), (11_045, 17), (123, 10), (231, 9), (2, 2), (0, 1), (2, 2), (1, 1), (0, 1), (0, 1)) },
        { Unknowns, FrameKind.LiveWorld, ByHand((15_008_452, 25), (15_646_090, 26), (0, 17), (1023, 10), (511, 9), (0, 2), (1, 1), (0, 2), (0, 1), (1, 1), (0, 2)) },
    };

    [Theory]
    [InlineData(true, 19)]
    [InlineData(false, 20)]
    public void Seal_SizesOnAir_AreAsSpecified(bool inArea, int bytes)
    {
        var frame = SealOnce(inArea ? Batam : Unknowns, 77, 5_000);
        Assert.Equal(bytes, frame.Length);
        Assert.Equal(bytes, inArea ? LiveFrame.AreaBytes : LiveFrame.WorldBytes);
    }

    [Fact]
    public void Seal_GoldenFrame_IsByteExact()
    {
        // Pins nonce, associated data and key use: whoever changes one of them breaks every unit at sea.
        Assert.Equal(GoldenBatamFrame, Convert.ToHexString(SealOnce(Batam, 77, 5_000)));
        Assert.Equal(GoldenWorldFrame, Convert.ToHexString(SealOnce(Unknowns, 16_383, uint.MaxValue - 1)));
    }

    private const string GoldenBatamFrame = "4404D388BA8689BB3C5C4617D9CCED5CA66736";
    private const string GoldenWorldFrame = "4BFFFFFEBDB5B802DCDF419F66D38E40D027A9E9";

    [Fact]
    public void Seal_NonceAndAssociatedDataByHand_PlatformMakesTheSame()
    {
        const string header = "4404D388";
        var origin = Convert.FromHexString("FFEDB080" + "00895440");
        var nonce = Convert.FromHexString("00" + "004D" + "00001388" + "000000000000");
        var text = Convert.FromHexString((string)Golden().First()[2]);
        var expected = new byte[15];
        using var ccm = new System.Security.Cryptography.AesCcm(Key);
        byte[] associated = [.. Convert.FromHexString(header), .. origin];
        ccm.Encrypt(nonce, text, expected.AsSpan(0, 11), expected.AsSpan(11), associated);
        Assert.Equal(header + Convert.ToHexString(expected), Convert.ToHexString(SealOnce(Batam, 77, 5_000)));
    }

    [Fact]
    public void Open_EverySingleBitError_IsRejected()
    {
        foreach (var position in new[] { Batam, Unknowns })
        {
            var frame = SealOnce(position, 77, 5_000);
            for (var bit = 0; bit < frame.Length * 8; bit++)
            {
                frame[bit / 8] ^= (byte)(0x80 >> (bit % 8));
                Assert.NotEqual(FrameRejection.None, OpenOnce(frame, 5_000, OperatingArea.Indonesia));
                frame[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            }
        }
    }

    [Fact]
    public void Open_AnotherOperatingArea_IsATagMismatchAndNotAnotherPlace()
    {
        var frame = SealOnce(Batam, 77, 5_000);
        Assert.Equal(FrameRejection.TagMismatch, OpenOnce(frame, 5_000, new OperatingArea(-1_200_000, 9_000_001)));
        Assert.Equal(FrameRejection.None, OpenOnce(frame, 5_000, OperatingArea.Indonesia));
    }

    [Fact]
    public void Open_AnotherCounterWithTheSameBitsOnAir_IsATagMismatch()
    {
        var frame = SealOnce(Batam, 77, 5_000);
        Assert.Equal(FrameRejection.TagMismatch, OpenOnce(frame, 5_000 + LiveCounter.Cycle, OperatingArea.Indonesia));
    }

    [Theory]
    [InlineData("", FrameRejection.TooShort)]
    [InlineData("440123", FrameRejection.TooShort)]
    [InlineData("00000000000000000000000000000000000000", FrameRejection.WrongVersion)]
    [InlineData("84000000000000000000000000000000000000", FrameRejection.WrongVersion)]
    [InlineData("40000000000000000000000000000000000000", FrameRejection.UnknownKind)]
    [InlineData("7C000000000000000000000000000000000000", FrameRejection.UnknownKind)]
    [InlineData("440000000000000000000000000000000000", FrameRejection.TooShort)]
    [InlineData("4400000000000000000000000000000000000000", FrameRejection.TooLong)]
    [InlineData("48000000000000000000000000000000000000", FrameRejection.TooShort)]
    [InlineData("480000000000000000000000000000000000000000", FrameRejection.TooLong)]
    public void Header_NotALiveFrame_IsRejectedWithItsReason(string hex, FrameRejection expected)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(expected, new FrameHeader().Read(bytes, 0, bytes.Length, FrameDirection.Uplink));
    }

    [Fact]
    public void Header_EveryUnitAndCounter_ComesBack()
    {
        var random = Seed.New(output);
        var header = new FrameHeader();
        var frame = new byte[LiveFrame.AreaBytes];
        for (var unit = 0; unit <= FrameHeader.UnitMax; unit++)
        {
            var counter = (uint)random.NextInt64(1L << 32);
            FrameHeader.WriteLive(frame, 0, FrameKind.LiveArea, unit, counter);
            Assert.Equal(FrameRejection.None, header.Read(frame, 0, frame.Length, FrameDirection.Uplink));
            Assert.Equal(unit, header.Unit);
            Assert.Equal((int)(counter & 0xFFF), header.CounterLow);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => FrameHeader.WriteLive(frame, 0, FrameKind.LiveArea, FrameHeader.UnitMax + 1, 0));
    }

    [Fact]
    public void Body_RandomPositions_ComeBack()
    {
        var random = Seed.New(output);
        var live = new LiveFrame();
        var buffer = new byte[LiveFrame.WorldBodyBytes];
        var read = new LivePosition();
        for (var i = 0; i < 200_000; i++)
        {
            var position = RandomPosition(random);
            var kind = LiveFrame.KindFor(position, OperatingArea.Indonesia);
            live.WriteBody(position, kind, OperatingArea.Indonesia, buffer, 0);
            Assert.Equal(FrameRejection.None, live.ReadBody(kind, OperatingArea.Indonesia, buffer, 0, LiveFrame.BodyBytes(kind), read));
            AssertSame(position, read);
        }
    }

    [Theory]
    [InlineData(18_000_001, 0, 0, 0, 0)]
    [InlineData(0, 36_000_000, 0, 0, 0)]
    [InlineData(0, 0, 86_400, 0, 0)]
    [InlineData(0, 0, 0, 360, 0)]
    [InlineData(0, 0, 0, 510, 0)]
    [InlineData(0, 0, 0, 0, 1)]
    [InlineData(0, 0, 0, 0, 2)]
    public void ReadBody_FieldTheLayoutDoesNotAllow_IsRejected(int north, int east, int second, int cog, int reserve)
    {
        var body = Convert.FromHexString(ByHand((north, 25), (east, 26), (second, 17), (0, 10), (cog, 9), (0, 7), (reserve, 2)));
        Assert.Equal(
            FrameRejection.FieldOutOfRange,
            new LiveFrame().ReadBody(FrameKind.LiveWorld, OperatingArea.Indonesia, body, 0, body.Length, new LivePosition()));
    }

    private static byte[] SealOnce(LivePosition position, int unit, uint counter)
    {
        using var aes = new SimulatedAes(Key);
        var frame = new byte[LiveFrame.WorldBytes];
        return frame[..new FrameCodec().SealLive(position, new AesCcm(aes), OperatingArea.Indonesia, unit, counter, frame, 0)];
    }

    private static FrameRejection OpenOnce(byte[] frame, uint counter, OperatingArea area)
    {
        using var aes = new SimulatedAes(Key);
        var codec = new FrameCodec();
        var rejection = codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink);
        if (rejection == FrameRejection.None)
        {
            // A turned bit may have made a durable kind of it, whose counter is its own.
            rejection = codec.Open(new AesCcm(aes), area, counter);
        }

        return rejection == FrameRejection.None ? codec.ReadBody() : rejection;
    }

    private static LivePosition RandomPosition(Random random) => new()
    {
        LatitudeE5 = random.Next(-9_000_000, 9_000_001),
        LongitudeE5 = random.Next(-18_000_000, 18_000_000),
        SecondOfDay = random.Next(0, 86_400),
        SogDeciknots = random.Next(10) == 0 ? Fix.Unknown : random.Next(0, LivePosition.SogDeciknotsMax + 1),
        CogDeg = random.Next(10) == 0 ? Fix.Unknown : random.Next(0, 360),
        Quality = (FixQuality)random.Next(4),
        Movement = (Movement)random.Next(4),
        OnBattery = random.Next(2) == 0,
        Alarm = random.Next(2) == 0,
        BacklogPending = random.Next(2) == 0,
    };

    private static void AssertSame(LivePosition expected, LivePosition actual)
    {
        Assert.Equal(expected.LatitudeE5, actual.LatitudeE5);
        Assert.Equal(expected.LongitudeE5, actual.LongitudeE5);
        Assert.Equal(expected.SecondOfDay, actual.SecondOfDay);
        Assert.Equal(expected.SogDeciknots, actual.SogDeciknots);
        Assert.Equal(expected.CogDeg, actual.CogDeg);
        Assert.Equal(expected.Quality, actual.Quality);
        Assert.Equal(expected.Movement, actual.Movement);
        Assert.Equal(expected.OnBattery, actual.OnBattery);
        Assert.Equal(expected.Alarm, actual.Alarm);
        Assert.Equal(expected.BacklogPending, actual.BacklogPending);
    }

    // An encoder that shares nothing with the one under test: bits as text.
    private static string ByHand(params (int Value, int Bits)[] fields)
    {
        var bits = string.Concat(fields.Select(f => Convert.ToString(f.Value, 2).PadLeft(f.Bits, '0')));
        return string.Concat(Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2).ToString("X2")));
    }
}
