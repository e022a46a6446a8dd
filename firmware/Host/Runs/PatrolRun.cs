using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Host.Unit;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.Simulator.Sea;

namespace BoatTelemetry.Host.Runs;

/// <summary>A simulated patrol with a simulated receiver, in the present and at 1 Hz.</summary>
public static class PatrolRun
{
    private const int Baud = 9600;
    private const int EpochMs = 1000;

    // A receiver computes its solution first: u-blox receivers begin to send it about so long after the epoch.
    private const int ReceiverDelayMs = 80;

    // With the backup supply that the unit gives it, a receiver starts hot.
    private const int HotStartEpochs = 2;

    /// <summary>Sails until the time is over or the run is called off.</summary>
    /// <exception cref="HostException">Key or state are not there.</exception>
    public static RunSummary Run(UnitSettings settings, PatrolSettings patrol, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(patrol);
        var startUtcMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var clock = new PacedClock(patrol.Speed, startUtcMs);
        var gnss = new GnssOptions();
        var boat = new PatrolBoat(PatrolRoute.RiauIslands, patrol.Seed);
        var options = new SimulatedReceiverOptions { Seed = patrol.Seed, DropoutChance = patrol.DropoutChance };
        var receiver = new SimulatedReceiver(patrol.ColdStart ? options : options with { ColdStartEpochs = HotStartEpochs });
        var uart = new SimulatedUart(Baud, patrol.Seed);
        var epoch = new byte[SimulatedReceiver.EpochBytesMax];
        using var unit = new HostUnit(
            settings,
            gnss,
            clock,
            new RadioSettings(ConcentratorOptions.RealForwarder, ShoreStation.Nongsa, HearsEverything: false, patrol.Seed));

        // Receivers measure on whole seconds of UTC.
        var epochMs = EpochMs - (startUtcMs % EpochMs);
        for (long n = 0; n < patrol.DurationS && !cancellation.IsCancellationRequested; n++, epochMs += EpochMs)
        {
            boat.Step();
            var utc = DateTimeOffset.FromUnixTimeMilliseconds(startUtcMs + epochMs).UtcDateTime;
            var length = receiver.WriteEpoch(boat.State, utc, epoch);
            var firstByteMs = epochMs + ReceiverDelayMs;
            for (int from = 0, to; from < length; from = to)
            {
                to = uart.NextEnd(from, length);
                if (!clock.AdvanceTo(firstByteMs + uart.ArrivalMs(to), cancellation))
                    break;

                unit.Receive(epoch, from, to - from);
            }

            if (clock.AdvanceTo(firstByteMs + uart.ArrivalMs(length) + gnss.EpochQuietMs, cancellation))
                unit.Idle();
        }

        unit.Flush();
        return RunSummary.Of(unit, lossIsFailure: false);
    }
}

/// <summary>Which patrol.</summary>
/// <param name="Seed">The voyage, the receiver's noise and the air.</param>
/// <param name="DurationS">How long, seconds of the boat's time.</param>
/// <param name="Speed">Seconds of the boat's time in one of the world's.</param>
/// <param name="ColdStart">Whether the receiver starts without any knowledge of the sky.</param>
/// <param name="DropoutChance">Each second's chance of losing the sky for a while.</param>
public sealed record PatrolSettings(int Seed, long DurationS, double Speed, bool ColdStart, double DropoutChance);
