using System.Globalization;
using System.Text;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// A receiver on a serial line: sends the sentences that it is set to at its own rate and period, and takes the settings
/// of its family. Its clock is the test's; what it sends is there from the instant on at which its last bit is in.
/// </summary>
public sealed class SimulatedGnssChip : IUartLine
{
    // What has been sent and not been listened to is gone, as with a real line; the driver's buffer is some KB at most.
    private const int WireBytesMax = 4096;
    private const int BitsPerByte = 10;

    private readonly SimulatedGnssOptions _options;
    private readonly Func<long> _monotonicMs;
    private readonly Func<BoatState> _truth;
    private readonly Func<DateTime> _utc;
    private readonly Queue<(long AtMs, byte Value, int Bps)> _wire = new();
    private readonly Queue<byte> _heard = new();
    private readonly byte[] _epoch = new byte[SimulatedReceiver.EpochBytesMax];
    private readonly GnssChipCommands _commands;
    private SimulatedReceiver _receiver;
    private long _nextEpochMs;
    private double _wireFreeMs;
    private int _heardBps;

    /// <param name="options">What it is.</param>
    /// <param name="monotonicMs">The test's clock.</param>
    /// <param name="truth">Where the boat is now.</param>
    /// <param name="utc">What time it is.</param>
    public SimulatedGnssChip(SimulatedGnssOptions options, Func<long> monotonicMs, Func<BoatState> truth, Func<DateTime> utc)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(monotonicMs);
        _options = options;
        _monotonicMs = monotonicMs;
        _truth = truth;
        _utc = utc;
        _commands = new GnssChipCommands(this, options);
        _receiver = null!;
        PowerOn();
    }

    /// <summary>The rate that it speaks at.</summary>
    public int BaudBps { get; internal set; }

    /// <summary>From one position to the next.</summary>
    public int PeriodMs { get; internal set; }

    /// <summary>What it sends.</summary>
    public GnssSentences Sentences { get; internal set; }

    /// <summary>Settings were saved to flash so often.</summary>
    public int FlashWrites { get; internal set; }

    /// <summary>Commands with a right checksum that came in.</summary>
    public int CommandsTaken => _commands.Taken;

    /// <summary>It is stuck, or its cable is cut: nothing comes and nothing is heard.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether it has its supply.</summary>
    public bool IsPowered { get; private set; }

    /// <summary>It begins anew with its factory's settings and without a position: a brown-out with an empty backup battery.</summary>
    public void PowerOn()
    {
        IsPowered = true;
        BaudBps = _options.BaudBps;
        PeriodMs = _options.PeriodMs;
        Sentences = _options.Sentences;
        _wire.Clear();
        _heard.Clear();
        _wireFreeMs = _nextEpochMs = _monotonicMs() + 300;
        _receiver = new SimulatedReceiver(new SimulatedReceiverOptions
        {
            Seed = _options.Seed,
            ColdStartEpochs = _options.ColdStartMs / PeriodMs,
        });
    }

    /// <summary>Its supply goes.</summary>
    public void PowerOff()
    {
        IsPowered = false;
        _wire.Clear();
        _heard.Clear();
    }

    /// <inheritdoc/>
    public int BytesWaiting(int baud)
    {
        Advance(baud);
        return _heard.Count;
    }

    /// <inheritdoc/>
    public int Take(int baud, Span<byte> into)
    {
        Advance(baud);
        var count = Math.Min(into.Length, _heard.Count);
        for (var i = 0; i < count; i++)
            into[i] = _heard.Dequeue();

        return count;
    }

    /// <inheritdoc/>
    public void Send(int baud, ReadOnlySpan<byte> bytes)
    {
        if (IsPowered && !IsSilent)
            _commands.Feed(UartWave.Resample(bytes, baud, BaudBps));
    }

    /// <summary>Puts noise on the line as if the receiver had sent it.</summary>
    public void SendNoise(ReadOnlySpan<byte> bytes) => Transmit(bytes);

    internal void Transmit(ReadOnlySpan<byte> bytes)
    {
        _wireFreeMs = Math.Max(_wireFreeMs, _monotonicMs());
        foreach (var value in bytes)
        {
            _wireFreeMs += BitsPerByte * 1000.0 / BaudBps;
            _wire.Enqueue(((long)Math.Ceiling(_wireFreeMs), value, BaudBps));
        }

        while (_wire.Count > WireBytesMax)
            _wire.Dequeue();
    }

    internal void Transmit(string sentence) => Transmit(Encoding.ASCII.GetBytes(sentence));

    private void Advance(int baud)
    {
        var nowMs = _monotonicMs();
        while (IsPowered && nowMs >= _nextEpochMs)
        {
            // What nobody listened to for long is not made up afterwards.
            if (!IsSilent && nowMs - _nextEpochMs < 5000)
                WriteEpoch();

            _nextEpochMs += PeriodMs;
        }

        if (_heardBps != baud)
            _heard.Clear();

        _heardBps = baud;
        Span<byte> run = stackalloc byte[256];
        while (_wire.Count > 0 && _wire.Peek().AtMs <= nowMs)
        {
            var length = 0;
            var bps = _wire.Peek().Bps;
            while (length < run.Length && _wire.Count > 0 && _wire.Peek().AtMs <= nowMs && _wire.Peek().Bps == bps)
                run[length++] = _wire.Dequeue().Value;

            if (bps == baud)
            {
                for (var i = 0; i < length; i++)
                    _heard.Enqueue(run[i]);
            }
            else
            {
                foreach (var value in UartWave.Resample(run[..length], bps, baud))
                    _heard.Enqueue(value);
            }
        }
    }

    private void WriteEpoch()
    {
        var utc = _utc();
        var length = _receiver.WriteEpoch(_truth(), utc, _epoch);
        var text = Encoding.ASCII.GetString(_epoch, 0, length);
        var rmcAt = text.IndexOf("$GNRMC", StringComparison.Ordinal);
        var time = NmeaText.Time(utc);
        var gga = text[..rmcAt].Split(',');
        var rmc = text[rmcAt..].Split(',');
        var mode = rmc[2] == "A" ? "A" : "N";
        Send(GnssSentences.Rmc, text[rmcAt..]);
        Send(GnssSentences.Vtg, NmeaText.Sentence($"GNVTG,{rmc[8]},T,,M,{rmc[7]},N,,K,{mode}"));
        Send(GnssSentences.Gga, text[..rmcAt]);
        Send(GnssSentences.Gsa, NmeaText.Sentence("GNGSA,A,3,02,05,07,13,15,20,29,30,,,,,1.6,0.9,1.3"));
        Send(GnssSentences.Gsv, NmeaText.Sentence("GPGSV,2,1,08,02,17,040,30,05,50,213,42,07,29,093,39,13,63,340,44"));
        Send(GnssSentences.Gsv, NmeaText.Sentence("GPGSV,2,2,08,15,31,301,38,20,08,205,27,29,05,331,25,30,44,035,41"));
        Send(GnssSentences.Gll, NmeaText.Sentence($"GNGLL,{gga[2]},{gga[3]},{gga[4]},{gga[5]},{gga[1]},{rmc[2]},{mode}"));
        Send(GnssSentences.Zda, NmeaText.Sentence(string.Create(CultureInfo.InvariantCulture, $"GNZDA,{time},{utc:dd,MM,yyyy},00,00")));
    }

    private void Send(GnssSentences kind, string sentence)
    {
        if (Sentences.HasFlag(kind))
            Transmit(sentence);
    }
}
