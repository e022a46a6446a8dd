using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>A transceiver that fails: each failure has its outcome, within its time, and a new start mends what can be.</summary>
public sealed class TransceiverFaultTests
{
    // What the chip's own waits may add up to in one call: reset, mode or BUSY, image calibration.
    private const int CallUsMax = 100_000;

    public static TheoryData<RadioKind> EachKind() => TransceiverTests.EachKind();

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Transmit_NoTxDone_TimesOutAfterTheAirTimeAndTheNextGoesOut(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Chip.Fault = TransceiverFault.NeverTxDone;
        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);
        var startMs = bench.Time.MonotonicMs;

        Assert.Equal(RadioEvent.TransmitTimedOut, bench.Until(5000));

        var airMs = TimeOnAir.FrameUs(10, 125_000, 5, 8, 19) / 1000;
        Assert.InRange(bench.Time.MonotonicMs - startMs, airMs, airMs + LoRaTransceiver.TransmitMarginMs + (CallUsMax / 1000));
        Assert.Equal(RadioEvent.None, bench.Until(1000));
        bench.Chip.Fault = TransceiverFault.None;
        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(RadioBench.Frame(20), 0, 20));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(5000));
        Assert.Equal(RadioBench.Frame(20), bench.Sent[^1].Frame);
        Assert.Equal((10, 921_400_000), (bench.Sent[^1].SpreadingFactor, (int)Math.Round(bench.Sent[^1].FrequencyHz / 1e3) * 1000));
        Assert.Equal(1, bench.Driver.Tally.TransmitTimedOut);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Transmit_InterruptWireBroken_IsFoundInTheRegister(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Chip.Fault = TransceiverFault.PinBroken;
        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);

        Assert.Equal(RadioEvent.Transmitted, bench.Until(5000));
        Assert.Equal(1, bench.Driver.Tally.InterruptMissed);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Transmit_PolledLate_IsStillTransmitted(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);
        bench.Time.AdvanceMs(60_000);

        Assert.Equal(RadioEvent.Transmitted, bench.Driver.Poll());
    }

    [Theory]
    [InlineData(RadioKind.Sx1276, TransceiverFault.SpiAllOnes, RadioResult.NotThere)]
    [InlineData(RadioKind.Sx1276, TransceiverFault.SpiAllZeros, RadioResult.NotThere)]
    [InlineData(RadioKind.Sx1276, TransceiverFault.Stuck, RadioResult.Stuck)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.SpiAllOnes, RadioResult.NotThere)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.SpiAllZeros, RadioResult.NotThere)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.Stuck, RadioResult.Stuck)]
    public void EachOrder_FaultBefore_HasItsResultInItsTime(RadioKind kind, TransceiverFault fault, RadioResult expected)
    {
        Func<LoRaTransceiver, RadioResult>[] orders =
        [
            r => r.Start(), r => r.Configure(RadioBench.Settings()), r => r.StartTransmit(new byte[19], 0, 19), r => r.StartReceive(),
            r => r.StartChannelActivity(-80), r => r.StartChannelActivity(RadioLevel.Unknown),
        ];
        foreach (var order in orders)
        {
            // From reception, so that every order has to change the mode.
            var bench = RadioBench.Ready(kind);
            Assert.Equal(RadioResult.Done, bench.Driver.StartReceive());
            bench.Chip.Fault = fault;
            var waitedUs = bench.Pause.WaitedUs;
            var transactions = bench.Chip.Transactions;

            Assert.Equal(expected, order(bench.Driver));

            Assert.InRange(bench.Pause.WaitedUs - waitedUs, 0, CallUsMax);
            Assert.InRange(bench.Chip.Transactions - transactions, 0, 500);
            Assert.Equal(RadioResult.NotStarted, bench.Driver.StartReceive());
            Assert.Equal(RadioEvent.None, bench.Until(5000));
            bench.Chip.Fault = TransceiverFault.None;
            Assert.Equal(RadioResult.Done, bench.Driver.Start());
        }
    }

    [Theory]
    [InlineData(RadioKind.Sx1276, TransceiverFault.SpiAllOnes)]
    [InlineData(RadioKind.Sx1276, TransceiverFault.SpiAllZeros)]
    [InlineData(RadioKind.Sx1276, TransceiverFault.Stuck)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.SpiAllOnes)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.SpiAllZeros)]
    [InlineData(RadioKind.Sx1262, TransceiverFault.Stuck)]
    public void Poll_FaultOnTheWay_EndsInAnEvent(RadioKind kind, TransceiverFault fault)
    {
        Func<LoRaTransceiver, RadioResult>[] orders =
        [
            r => r.StartTransmit(new byte[19], 0, 19), r => r.StartReceive(), r => r.StartChannelActivity(-80),
            r => r.StartChannelActivity(RadioLevel.Unknown),
        ];
        foreach (var order in orders)
        {
            var bench = RadioBench.Ready(kind);
            Assert.Equal(RadioResult.Done, order(bench.Driver));
            bench.Time.AdvanceUs(500);
            bench.Chip.Fault = fault;

            // A chip that takes no new order may finish what it has begun, and goes on receiving: that is no failure.
            var happened = bench.Until(3000);
            if (fault == TransceiverFault.Stuck)
                Assert.NotEqual(RadioEvent.TransmitTimedOut, happened);
            else
                Assert.Equal(RadioEvent.Lost, happened);

            bench.Chip.Fault = TransceiverFault.None;
            Assert.Equal(RadioResult.Done, bench.Driver.Start());
        }
    }

    [Fact]
    public void Transmit_ModeNeverReached_IsLostAfterTheAirTime()
    {
        var bench = RadioBench.Ready(RadioKind.Sx1276);
        bench.Chip.Fault = TransceiverFault.Stuck;

        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19));
        Assert.Equal(RadioEvent.Lost, bench.Until(1000));
        Assert.Empty(bench.Sent);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void ChipResetsItself_WhileItSends_TimesOutAndIsSetUpAgain(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);
        bench.Time.AdvanceMs(100);
        bench.Chip.ResetByItself();

        Assert.Equal(RadioEvent.TransmitTimedOut, bench.Until(5000));
        Assert.Empty(bench.Sent);
        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(5000));
        Assert.Equal((10, 14, 0x34), (bench.Sent[0].SpreadingFactor, bench.Sent[0].PowerDbm, bench.Sent[0].SyncWord));
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void ChipResetsItself_WhileItListens_IsLostWithinTheHealthInterval(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Driver.StartReceive();
        bench.Time.AdvanceMs(10_000);
        bench.Driver.Poll();
        bench.Chip.ResetByItself();
        var startMs = bench.Time.MonotonicMs;

        Assert.Equal(RadioEvent.Lost, bench.Until(10_000));
        Assert.InRange(bench.Time.MonotonicMs - startMs, 0, LoRaTransceiver.HealthEveryMs + 10);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void ChipResetsItself_WhileItStandsBy_IsNoticedByTheNextOrderAndNothingWrongIsSent(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Chip.ResetByItself();
        bench.Time.AdvanceMs(100);

        Assert.Equal(RadioResult.Stuck, bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19));
        Assert.Equal(RadioEvent.None, bench.Until(2000));
        Assert.Empty(bench.Sent);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void ChannelActivity_NeverDone_IsLostInItsTime(RadioKind kind)
    {
        var bench = RadioBench.Ready(kind);
        bench.Chip.Fault = TransceiverFault.NeverCadDone;
        Assert.Equal(RadioResult.Done, bench.Driver.StartChannelActivity(RadioLevel.Unknown));
        var startMs = bench.Time.MonotonicMs;

        Assert.Equal(RadioEvent.Lost, bench.Until(5000));
        Assert.InRange(bench.Time.MonotonicMs - startMs, 16, 200);
    }

    [Fact]
    public void Start_AnotherVersion_IsNotThere()
    {
        var bench = new RadioBench(RadioKind.Sx1276);
        bench.Sx1276.ChipVersion = 0x22;

        Assert.Equal(RadioResult.NotThere, bench.Driver.Start());
    }

    [Fact]
    public void Start_TcxoNotToldOf_IsStuckWithTheOscillatorsError()
    {
        var bench = new RadioBench(RadioKind.Sx1262, new Sx126xOptions { TcxoMillivolts = 0 });

        Assert.Equal(RadioResult.Stuck, bench.Driver.Start());
        Assert.Equal(0x20, ((Sx126x)bench.Driver).DeviceErrors);
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Start_NoChipFitted_IsNotThere(RadioKind kind)
    {
        var bench = new RadioBench(kind);
        Facade.Wires.BoardWires.Current.Disconnect<Facade.Wires.ISpiChip>("SPI1/CS18");

        Assert.Equal(RadioResult.NotThere, bench.Driver.Start());
    }

    [Theory]
    [MemberData(nameof(EachKind))]
    public void Start_BusRefuses_IsNotThere(RadioKind kind)
    {
        var bench = new RadioBench(kind);
        Facade.Wires.BoardWires.Current.Connect<Facade.Wires.ISpiChip>("SPI1/CS18", new RefusingBus());

        Assert.Equal(RadioResult.NotThere, bench.Driver.Start());
    }

    private sealed class RefusingBus : Facade.Wires.ISpiChip
    {
        public void Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip) => throw new IOException("SPI");
    }
}
