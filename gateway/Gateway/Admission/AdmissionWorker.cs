using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>Takes datagrams from the ingest one by one, in their order, and has them judged.</summary>
public sealed partial class AdmissionWorker(
    DatagramBuffer buffer,
    FleetSource fleet,
    IJournal journal,
    IEnumerable<IUplinkListener> listeners,
    IEnumerable<IDurableKnowledge> knowledge,
    AdmissionOptions options,
    UnitClocks clocks,
    StageGuard guard,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<AdmissionWorker> log) : IHostedService
{
    // Also under a load that never lets the queue run empty.
    private const int LearnEvery = 256;

    private readonly LogSampler<FrameRejection> _sampler = new(time);
    private readonly LogSampler<AdmissionOutcome> _limited = new(time);
    private readonly IDurableKnowledge[] _knowledge = [.. knowledge];
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    /// <remarks>The journal has started before, so that what it remembers of each unit is there.</remarks>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var admission = new FrameAdmission(fleet, journal.LoadUnits(), listeners, metrics, options, clocks);
        metrics.Gauge("admission.clocks_beyond_limit", "Units whose clock is off by more than admission.clockSkewMaxS.", () => clocks.BeyondLimit);
        _loop = guard.Run(nameof(AdmissionWorker), () => RunAsync(admission));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Every ingest has stopped before: what is in the buffer is judged, and then the loop ends by itself.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        buffer.Close();
        await _loop.WaitAsync(cancellationToken);
    }

    // A thread of its own, which waits and rests without taking one from the pool.
    private Task RunAsync(FrameAdmission admission) =>
        Task.Factory.StartNew(() => AdmitAll(admission), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void AdmitAll(FrameAdmission admission)
    {
        var rest = new GatheringRest(time);
        while (buffer.Wait())
        {
            Learn(admission);
            for (var taken = 1; buffer.TryTake(out var datagram); taken++)
            {
                if (taken % LearnEvery == 0)
                    Learn(admission);
                var outcome = admission.Admit(datagram, journal, out var rejection);
                if (outcome == AdmissionOutcome.Rejected)
                    LogRejection(rejection, datagram);
                if (outcome == AdmissionOutcome.RateLimited)
                    LogRateLimited(datagram);
                if (!FrameAdmission.IsTaken(outcome))
                    buffer.Return(datagram);
            }

            rest.Worked();
        }
    }

    private void Learn(FrameAdmission admission)
    {
        foreach (var source in _knowledge)
        {
            while (source.TryTake(out var unit, out var stored))
                admission.Learn(unit, in stored);
        }
    }

    private void LogRejection(FrameRejection rejection, Datagram datagram)
    {
        if (log.IsEnabled(LogLevel.Information) && _sampler.TryTake(rejection, out var suppressed))
        {
            Log.Rejected(
                log, rejection, suppressed, datagram.Reception.Concentrator, Convert.ToHexStringLower(datagram.Bytes));
        }
    }

    private void LogRateLimited(Datagram datagram)
    {
        if (log.IsEnabled(LogLevel.Warning) && _limited.TryTake(AdmissionOutcome.RateLimited, out var suppressed))
        {
            Log.RateLimited(
                log, suppressed, datagram.Reception.Source?.Name, datagram.Reception.Concentrator, Convert.ToHexStringLower(datagram.Bytes));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Information, "Frame rejected: {Rejection} ({Suppressed} more not logged); from concentrator {Concentrator:x16}: {Hex}")]
        public static partial void Rejected(ILogger log, FrameRejection rejection, long suppressed, ulong concentrator, string hex);

        [LoggerMessage(202, LogLevel.Warning, "More frames of one unit from one source than admission.framesPerSecondMax ({Suppressed} more not logged); from {Source}, concentrator {Concentrator:x16}: {Hex}")]
        public static partial void RateLimited(ILogger log, long suppressed, string? source, ulong concentrator, string hex);
    }
}
