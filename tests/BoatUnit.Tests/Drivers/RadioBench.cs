using System.Device.Gpio;
using System.Device.Spi;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

public enum RadioKind
{
    Sx1276 = 0,
    Sx1262,
}

/// <summary>A driver, its simulated chip, and an antenna that records; time stands still but for waits and <see cref="Until"/>.</summary>
internal sealed class RadioBench : IAirPort
{
    private const int ResetPin = 23;
    private const int BusyPin = 32;
    private const int InterruptPin = 26;
    private const int StepUs = 1000;

    public RadioBench(RadioKind kind, Sx126xOptions? options = null, bool hasTcxo = false)
    {
        Kind = kind;
        var board = new BoardWires();
        BoardWires.Current = board;
        Pause = new SimulatedPause(Time);
        var reset = GpioLine.Of(board, ResetPin);
        var interrupt = GpioLine.Of(board, InterruptPin);
        if (kind == RadioKind.Sx1276)
            Chip = new SimulatedSx1276(Time, this, reset, interrupt);
        else
            Chip = new SimulatedSx1262(Time, this, reset, GpioLine.Of(board, BusyPin), interrupt);

        board.Connect<ISpiChip>("SPI1/CS18", Chip);
        Driver = Build(Time, options ?? new Sx126xOptions(), hasTcxo);
    }

    public RadioKind Kind { get; }

    public SimulatedTime Time { get; } = new();

    public SimulatedPause Pause { get; }

    public SimulatedTransceiver Chip { get; }

    public SimulatedSx1276 Sx1276 => (SimulatedSx1276)Chip;

    public SimulatedSx1262 Sx1262 => (SimulatedSx1262)Chip;

    public LoRaTransceiver Driver { get; }

    public List<LoRaEmission> Sent { get; } = [];

    /// <summary>AS923-2 as the unit uses it.</summary>
    public static RadioSettings Settings(int spreadingFactor = 10) => new()
    {
        FrequencyHz = 921_400_000,
        SpreadingFactor = spreadingFactor,
        PowerDbm = 14,
    };

    public static byte[] Frame(int length) => Enumerable.Range(0, length).Select(i => (byte)((i * 7) + 1)).ToArray();

    /// <summary>Started and configured.</summary>
    public static RadioBench Ready(RadioKind kind, RadioSettings? settings = null)
    {
        var bench = new RadioBench(kind);
        Assert.Equal(RadioResult.Done, bench.Driver.Start());
        Assert.Equal(RadioResult.Done, bench.Driver.Configure(settings ?? Settings()));
        return bench;
    }

    /// <summary>Where the antenna leads to besides.</summary>
    public IAirPort? Air { get; set; }

    public void Transmitted(LoRaEmission emission)
    {
        Sent.Add(emission);
        Air?.Transmitted(emission);
    }

    /// <summary>Polls every so often until something happens, or that much time has gone by.</summary>
    public RadioEvent Until(int longestMs, int stepUs = StepUs)
    {
        var endUs = Time.NowUs + (longestMs * 1000L);
        while (true)
        {
            var happened = Driver.Poll();
            if (happened != RadioEvent.None || Time.NowUs >= endUs)
                return happened;

            Time.AdvanceUs(stepUs);
        }
    }

    /// <summary>A frame from shore, as the driver's settings would have it, that ends after its time on air.</summary>
    public bool FromShore(byte[] frame, RadioSettings s, double signalDbm, double snrDb, bool hasCrc = true, bool isWhole = true)
    {
        var startUs = Time.NowUs;
        var lowRate = TimeOnAir.LowDataRateOptimize(s.SpreadingFactor, s.BandwidthHz);
        var us = LoRaEmission.DurationUs(
            s.SpreadingFactor, s.BandwidthHz, s.CodingRateDenominator, s.PreambleSymbols, hasCrc, lowRate, frame.Length);
        Time.AdvanceUs(us);
        return Chip.Deliver(
            new LoRaEmission(
                frame,
                s.FrequencyHz,
                s.BandwidthHz,
                s.SpreadingFactor,
                s.CodingRateDenominator,
                s.PreambleSymbols,
                s.SyncWord,
                s.InvertIq,
                hasCrc,
                lowRate,
                14,
                startUs,
                Time.NowUs),
            signalDbm,
            snrDb,
            isWhole);
    }

    /// <summary>The driver over a chip of another make, on the board that is set.</summary>
    public LoRaTransceiver Build(BoatTelemetry.Core.Time.IClock clock, Sx126xOptions options, bool hasTcxo)
    {
        var spi = SpiDevice.Create(new SpiConnectionSettings(1, 18) { ClockFrequency = 8_000_000 });
        var pins = new GpioController();
        var reset = pins.OpenPin(ResetPin);
        var interrupt = pins.OpenPin(InterruptPin);
        return Kind == RadioKind.Sx1276
            ? new Sx127x(spi, reset, interrupt, clock, Pause, hasTcxo)
            : new Sx126x(spi, reset, pins.OpenPin(BusyPin), interrupt, clock, Pause, options);
    }
}
