using System.Text;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Gnss;

/// <summary>What goes over the wire, against bytes that the makers and their users have published.</summary>
public sealed class ReceiverCommandTests
{
    // u-blox: the poll of MON-VER and "GLL off, GSV off" as in every forum; CFG-RATE of 5 Hz; save to battery-backed RAM.
    private const string UbxVersionPoll = "B5620A0400000E34";
    private const string UbxGllOff = "B56206010300F00100FB11";
    private const string UbxGsvOff = "B56206010300F00300FD15";
    private const string UbxRate5Hz = "B56206080600C80001000100DE6A";

    [Theory]
    [InlineData(UbxVersionPoll)]
    [InlineData(UbxGllOff)]
    [InlineData(UbxGsvOff)]
    [InlineData(UbxRate5Hz)]
    public void Setup_UbloxM8_SendsThePublishedFrame(string frame) =>
        Assert.Contains(frame, Convert.ToHexString(SentTo(GnssChipFamily.UbloxM8)), StringComparison.Ordinal);

    // Key and value of CFG-MSGOUT-NMEA_ID_GSV_UART1 and CFG-RATE-MEAS, little-endian, RAM and battery-backed RAM.
    [Theory]
    [InlineData("B562068A2200000300")]
    [InlineData("C500912000")]
    [InlineData("01002130C800")]
    [InlineData("0100524000960000")]
    public void Setup_UbloxM10_SendsKeysAndValues(string part) =>
        Assert.Contains(part, Convert.ToHexString(SentTo(GnssChipFamily.UbloxM10)), StringComparison.Ordinal);

    [Theory]
    [InlineData(GnssChipFamily.Mtk, "$PMTK000*32\r\n")]
    [InlineData(GnssChipFamily.Mtk, "$PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*28\r\n")]
    [InlineData(GnssChipFamily.Mtk, "$PMTK251,38400*27\r\n")]
    [InlineData(GnssChipFamily.Mtk, "$PMTK220,200*2C\r\n")]
    [InlineData(GnssChipFamily.Casic, "$PCAS06,0*1B\r\n")]
    [InlineData(GnssChipFamily.Casic, "$PCAS03,1,0,0,0,1,0,0,0,0,0,,,0,0*02\r\n")]
    [InlineData(GnssChipFamily.Casic, "$PCAS01,3*1F\r\n")]
    [InlineData(GnssChipFamily.Casic, "$PCAS02,200*1D\r\n")]
    [InlineData(GnssChipFamily.Casic, "$PCAS00*01\r\n")]
    public void Setup_TextFamilies_SendThePublishedSentence(GnssChipFamily family, string sentence) =>
        Assert.Contains(sentence, Encoding.Latin1.GetString(SentTo(family)), StringComparison.Ordinal);

    [Fact]
    public void Setup_ReceiverAtTheConfiguredRate_ItsFlashIsNotWritten() =>
        Assert.DoesNotContain("PCAS00", Encoding.Latin1.GetString(SentTo(GnssChipFamily.Casic, baudBps: 9_600)), StringComparison.Ordinal);

    [Fact]
    public void Setup_NotAllowedToConfigure_NothingIsSent() =>
        Assert.Empty(SentTo(GnssChipFamily.UbloxM8, mayConfigure: false));

    private static byte[] SentTo(GnssChipFamily family, int baudBps = 38_400, bool mayConfigure = true)
    {
        long nowMs = 0;
        var board = new BoardWires();
        BoardWires.Current = board;
        var options = new ReceiverOptions { BaudBps = baudBps, PeriodMs = 200, MayConfigure = mayConfigure };
        var start = new DateTime(2027, 3, 31, 22, 0, 0, DateTimeKind.Utc);
        var chip = new SimulatedGnssChip(
            new SimulatedGnssOptions { Family = family }, () => nowMs, () => new BoatState(new GeoPoint(1, 104), 0, 0), () => start.AddMilliseconds(nowMs));
        var tap = new Tap(chip);
        board.Connect<IUartLine>(options.PortName, tap);
        using var port = new ReceiverPort(options, new NmeaParser(new GnssOptions(), new NoSink()), null!);
        for (; nowMs < 20_000; nowMs += 10)
            port.Poll(nowMs);

        Assert.Equal(ReceiverState.Running, port.State);
        return [.. tap.Sent];
    }

    private sealed class Tap(SimulatedGnssChip chip) : IUartLine
    {
        public List<byte> Sent { get; } = [];

        public int BytesWaiting(int baud) => chip.BytesWaiting(baud);

        public int Take(int baud, Span<byte> into) => chip.Take(baud, into);

        public void Send(int baud, ReadOnlySpan<byte> bytes)
        {
            Sent.AddRange(bytes);
            chip.Send(baud, bytes);
        }
    }

    private sealed class NoSink : IFixSink
    {
        public void OnFix(Fix fix)
        {
            // Positions are not what this is about.
        }

        public void OnRefused(Fix fix, FixRefusal reason)
        {
            // Nor are refusals.
        }
    }
}
