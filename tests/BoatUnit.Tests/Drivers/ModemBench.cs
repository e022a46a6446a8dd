using System.IO.Ports;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Simulator.Chips;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

/// <summary>A cellular link on a simulated modem, under a clock that only <see cref="Run"/> moves.</summary>
internal sealed class ModemBench : INetworkTime, IModemPort, IModemPowerKey, IDisposable
{
    public const int StepMs = 10;

    private readonly SerialPort _port;

    public ModemBench(
        SimulatedModemFamily family = SimulatedModemFamily.Sim7080,
        Action<ModemOptions>? set = null,
        Action<SimulatedModem>? fit = null,
        SimulatedModemSocket? socket = null,
        bool hasPowerKey = true)
    {
        BoardWires.Current = new BoardWires();
        Socket = socket ?? new SimulatedModemSocket(Sent.Add);
        Modem = new SimulatedModem(family, () => NowMs, Socket);
        fit?.Invoke(Modem);
        BoardWires.Current.Connect<IUartLine>("COM3", Modem);
        var options = new ModemOptions { Host = "192.0.2.7", Port = 1730 };
        set?.Invoke(options);
        _port = new SerialPort("COM3", options.BaudRate);
        Link = new CellularLink(
            this,
            family == SimulatedModemFamily.Sim7080 ? new Sim7080Dialect() : new A7672Dialect(),
            options,
            this,
            hasPowerKey ? this : null);
        Link.Poll(NowMs);
    }

    public long NowMs { get; private set; } = 1_000;

    public SimulatedModem Modem { get; }

    public SimulatedModemSocket Socket { get; }

    public CellularLink Link { get; }

    public AtModem Driver => Link.Modem;

    public List<byte[]> Sent { get; } = [];

    public List<(long UtcMs, long MonotonicMs)> Times { get; } = [];

    public int KeyPresses { get; private set; }

    public void Run(int forMs)
    {
        for (var end = NowMs + forMs; NowMs < end; NowMs += StepMs)
            Link.Poll(NowMs);
    }

    /// <summary>Runs until something holds; fails if that takes longer in the bench's time. Returns how long it took.</summary>
    public long RunUntil(Func<bool> holds, int withinMs, string what)
    {
        var start = NowMs;
        while (!holds())
        {
            Assert.True(
                NowMs - start <= withinMs,
                $"{what} did not come about in {withinMs} ms: state {Driver.State}, last failure {Driver.LastFailure}");
            Link.Poll(NowMs);
            NowMs += StepMs;
        }

        return NowMs - start;
    }

    public long RunUntilReady(int withinMs) => RunUntil(() => Link.State == LinkState.Ready, withinMs, "ready");

    /// <summary>
    /// Sends a frame over and over, as the unit does, until it has gone out; what the driver still had in hand may go before it.
    /// </summary>
    public void SendUntilSent(byte[] frame, int withinMs)
    {
        var before = Sent.Count;
        RunUntil(
            () =>
            {
                var hasGone = Sent.Skip(before).Any(frame.SequenceEqual);
                if (!hasGone)
                    Link.Send(frame, 0, frame.Length);

                return hasGone && !Driver.IsSending;
            },
            withinMs,
            "sent");
    }

    public SerialPort TryTake(long monotonicMs) => _port;

    public void NetworkTime(long utcMs, long monotonicMs) => Times.Add((utcMs, monotonicMs));

    public void Press(bool isPressed)
    {
        KeyPresses += isPressed ? 1 : 0;
        Modem.PressPowerKey(isPressed);
    }

    public void Dispose()
    {
        _port.Dispose();
        Socket.Dispose();
    }
}
