using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>
/// Gives what captures hold to the admission, with the times at which it was received then, and stops the gateway when all
/// of it is admitted, committed and published. It waits for the queue instead of losing frames; there is no way back to any unit.
/// </summary>
internal sealed partial class ReplayIngest(
    ReplayOptions options,
    DatagramBuffer buffer,
    IJournal journal,
    CaptureMetrics metrics,
    IHostApplicationLifetime lifetime,
    StageGuard guard,
    TimeProvider time,
    ILogger<ReplayIngest> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan _queueFullWait = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan _publishedLook = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    // One for all: of several, the buffer would take the frames of the busier out again for the others.
    private readonly IngestSource _source = new("replay");
    private Task _loop = Task.CompletedTask;
    private long _startMs;
    private long _elapsedMs;
    private Reception _last;
    private bool _hasLast;

    /// <summary>Whether everything was read to its end. False after a file that cannot be read, or is no capture.</summary>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = guard.Run(nameof(ReplayIngest), RunAsync, mayEnd: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        _startMs = time.MonotonicMs();
        try
        {
            var isComplete = true;
            foreach (var file in options.Files)
                isComplete &= await ReplayAsync(file);
            await PublishedAsync();
            IsComplete = isComplete;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped before its end.
        }

        Log.Ended(log, metrics.Replayed.Count);
        lifetime.StopApplication();
    }

    private async Task<bool> ReplayAsync(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var reader = new CaptureReader(stream);
            CaptureRejection rejection;
            while (reader.TryRead(out rejection))
            {
                if (rejection == CaptureRejection.None)
                    await AddAsync(reader);
                else
                    metrics.Rejections.Add(rejection);
            }

            if (rejection == CaptureRejection.None)
                return true;
            metrics.Rejections.Add(rejection);
            Log.EndedEarly(log, file, rejection);
            return rejection == CaptureRejection.TornTail;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotRead(log, file, e.Message);
            return false;
        }
    }

    private async ValueTask AddAsync(CaptureReader reader)
    {
        var reception = reader.Reception;
        _elapsedMs += SinceLastMs(in reception);
        (_last, _hasLast) = (reception, true);
        if (options.Speed is { } speed)
        {
            var waitMs = (_elapsedMs / speed) - (time.MonotonicMs() - _startMs);
            if (waitMs >= 1)
                await Task.Delay(TimeSpan.FromMilliseconds(waitMs), time, _stop.Token);
        }

        reception.Source = _source;
        reception.ReceivedMonotonicMs = _startMs + _elapsedMs;
        while (!buffer.TryAdd(reader.Frame, in reception))
            await Task.Delay(_queueFullWait, time, _stop.Token);
        _stop.Token.ThrowIfCancellationRequested();
        metrics.Frames.Add();
        metrics.Replayed.Add();
    }

    // A journal whose last frames are durable ones that it had already has numbers without a frame behind the cursor.
    private async Task PublishedAsync()
    {
        List<JournalRecord> left = [];
        while (buffer.InUse > 0 || HasMore(left))
            await Task.Delay(_publishedLook, time, _stop.Token);
    }

    private bool HasMore(List<JournalRecord> left)
    {
        try
        {
            left.Clear();
            journal.Read(journal.LoadCursor(JournalPublisher.Outlet), 1, left);
            return left.Count > 0;
        }
        catch (JournalException)
        {
            return true;
        }
    }

    // By the clock that is never set, unless the gateway was started again between the two: then it begins anew, and the
    // other clock has to do.
    private long SinceLastMs(in Reception reception)
    {
        if (!_hasLast)
            return 0;
        var isSameClock = reception.ReceivedMonotonicMs != Reception.Unknown
            && _last.ReceivedMonotonicMs != Reception.Unknown
            && reception.ReceivedMonotonicMs >= _last.ReceivedMonotonicMs;
        return Math.Max(0, isSameClock
            ? reception.ReceivedMonotonicMs - _last.ReceivedMonotonicMs
            : reception.ReceivedUtcMs - _last.ReceivedUtcMs);
    }

    private static partial class Log
    {
        [LoggerMessage(152, LogLevel.Information, "Replay: ended after {Frames} frames")]
        public static partial void Ended(ILogger log, long frames);

        [LoggerMessage(153, LogLevel.Warning, "Replay: {File}: {Rejection}")]
        public static partial void EndedEarly(ILogger log, string file, CaptureRejection rejection);

        [LoggerMessage(154, LogLevel.Error, "Replay: {File} cannot be read: {Message}")]
        public static partial void NotRead(ILogger log, string file, string message);
    }
}
