using BoatTelemetry.Gateway.Ingest.Stream;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest.Stream;

public sealed class StreamPacketTests(ITestOutputHelper output)
{
    private readonly FrameStreamReader _reader = new();
    private readonly Sink _sink = new();

    // The first is the example of docs/ingest.md: example 1 of docs/FRAME-SPEC.md. The expected bytes were made by another
    // implementation: Python's zlib.crc32, and COBS by splitting at the zeros.
    [Theory]
    [InlineData("4404D388BA8689BB3C5C4617D9CCED5CA66736", "184404D388BA8689BB3C5C4617D9CCED5CA667362E81246400")]
    [InlineData("00", "0105D202EF8D00")]
    [InlineData("11002200", "02110222056E53A9C600")]
    public void Of_Frame_IsTheFrameAndItsCrcWithoutZerosAndADelimiter(string frame, string packet)
    {
        Assert.Equal(packet, Convert.ToHexString(StreamPacket.Of(Convert.FromHexString(frame))));

        Feed(Convert.FromHexString(packet));
        Assert.Equal(frame, Convert.ToHexString(Assert.Single(_sink.Frames)));
    }

    [Fact]
    public void Of_AnyFrame_ComesBackThroughTheReaderInPiecesOfAnySize()
    {
        var random = Seed.New(output);
        List<byte[]> frames = [];
        List<byte> wire = [];
        for (var i = 0; i < 2000; i++)
        {
            var frame = new byte[random.Next(1, 223)];
            random.NextBytes(frame);
            if (random.Next(3) == 0)
                frame.AsSpan(random.Next(frame.Length)).Fill((byte)(random.Next(2) * 255));
            frames.Add(frame);
            var packet = StreamPacket.Of(frame);
            Assert.Equal(packet.Length - 1, Array.IndexOf(packet, (byte)0));
            Assert.InRange(packet.Length, 1, StreamPacket.BytesMax);
            wire.AddRange(packet);
        }

        var bytes = wire.ToArray().AsSpan();
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, random.Next(1, 700))];
            _reader.Take(piece, _sink);
            bytes = bytes[piece.Length..];
        }

        Assert.Empty(_sink.Refusals);
        Assert.Equal(frames, _sink.Frames);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(223)]
    public void Of_NoFrame_IsMisuse(int bytes) => Assert.Throws<ArgumentException>(() => StreamPacket.Of(new byte[bytes]));

    [Theory]
    [InlineData("0505", StreamRejection.CobsMalformed)]
    [InlineData("0101010101", StreamRejection.TooShort)]
    [InlineData("0201", StreamRejection.TooShort)]
    [InlineData("184404D388BA8689BB3C5C4617D9CCED5CA667372E812464", StreamRejection.CrcMismatch)]
    public void Take_Damage_SaysWhyAndGoesOnBehindTheDelimiter(string damage, StreamRejection rejection)
    {
        Feed([.. Convert.FromHexString(damage), 0, .. StreamPacket.Of([1, 2, 3])]);

        Assert.Equal(rejection, Assert.Single(_sink.Refusals));
        Assert.Equal([1, 2, 3], Assert.Single(_sink.Frames));
    }

    [Theory]
    [InlineData(228, StreamRejection.TooLong)]
    [InlineData(5_000_000, StreamRejection.TooLong)]
    public void Take_NoDelimiterForLong_IsRefusedOnceAndBounded(int bytes, StreamRejection rejection)
    {
        var noise = new byte[bytes];
        noise.AsSpan().Fill(0xFF);
        Feed(noise);
        Assert.Empty(_sink.Refusals);
        Feed([0, .. StreamPacket.Of([9])]);

        Assert.Equal(rejection, Assert.Single(_sink.Refusals));
        Assert.Equal([9], Assert.Single(_sink.Frames));
    }

    [Fact]
    public void Take_DelimiterBeforeThePacket_EndsTheNoise()
    {
        Feed([0x33, 0x44, 0, .. StreamPacket.Of([9]), 0, 0, .. StreamPacket.Of([8])]);

        Assert.Single(_sink.Refusals);
        Assert.Equal([[9], [8]], _sink.Frames);
    }

    [Fact]
    public void Reset_InAPacket_ForgetsItsBeginning()
    {
        Feed(StreamPacket.Of([9])[..3]);
        _reader.Reset();
        Feed(StreamPacket.Of([8]));

        Assert.Empty(_sink.Refusals);
        Assert.Equal([8], Assert.Single(_sink.Frames));
    }

    [Fact]
    public void Take_Packets_AllocatesNothing()
    {
        var packet = StreamPacket.Of(new byte[222]);
        var sink = new CountingSink();
        _reader.Take(packet, sink);

        Assert.Equal(0, Allocated.Least(_ =>
        {
            for (var i = 0; i < 1000; i++)
                _reader.Take(packet, sink);
        }));
        Assert.True(sink.Frames > 1000);
    }

    [Fact]
    public void Streams_RandomAndMutated_NeverThrow()
    {
        var random = Seed.New(output);
        var good = StreamPacket.Of([0x44, 4, 0, 0x88, 0, 0, 7]);
        var sink = new CountingSink();
        for (var i = 0; i < 100_000; i++)
            _reader.Take(Hostile.Next(random, good, 700), sink);

        Assert.True(sink.Frames > 0);
    }

    private void Feed(byte[] bytes) => _reader.Take(bytes, _sink);

    private sealed class Sink : IStreamSink
    {
        public List<byte[]> Frames { get; } = [];

        public List<StreamRejection> Refusals { get; } = [];

        public void Received(ReadOnlySpan<byte> frame) => Frames.Add(frame.ToArray());

        public void Refused(StreamRejection rejection, ReadOnlySpan<byte> bytes) => Refusals.Add(rejection);
    }

    private sealed class CountingSink : IStreamSink
    {
        public int Frames { get; private set; }

        public void Received(ReadOnlySpan<byte> frame) => Frames++;

        public void Refused(StreamRejection rejection, ReadOnlySpan<byte> bytes)
        {
        }
    }
}
