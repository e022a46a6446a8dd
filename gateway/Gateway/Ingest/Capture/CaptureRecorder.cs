using System.Threading.Channels;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>
/// Records everything that every ingest receives, before it is judged. The ingests never wait for the disk: what finds the
/// queue full, or the disk failing, is not recorded and counted; the frames themselves go their way all the same.
/// </summary>
internal sealed partial class CaptureRecorder : ICapture, IHostedService
{
    /// <summary>After a failure of the file, how long until the next is tried.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly CaptureOptions _options;
    private readonly CaptureMetrics _metrics;
    private readonly StageGuard _guard;
    private readonly TimeProvider _time;
    private readonly ILogger<CaptureRecorder> _log;
    private readonly Channel<Datagram> _free;
    private readonly Channel<Datagram> _filled;
    private Task _loop = Task.CompletedTask;

    public CaptureRecorder(CaptureOptions options, CaptureMetrics metrics, StageGuard guard, TimeProvider time, ILogger<CaptureRecorder> log)
    {
        _options = options;
        _metrics = metrics;
        _guard = guard;
        _time = time;
        _log = log;
        _free = Channel.CreateBounded<Datagram>(options.QueueRecordsMax);
        _filled = Channel.CreateBounded<Datagram>(new BoundedChannelOptions(options.QueueRecordsMax) { SingleReader = true });
        for (var i = 0; i < options.QueueRecordsMax; i++)
            _free.Writer.TryWrite(new Datagram());
    }

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> frame, in Reception reception)
    {
        if (_free.Reader.TryRead(out var record))
        {
            record.Set(frame, in reception);
            if (_filled.Writer.TryWrite(record))
                return;
            _free.Writer.TryWrite(record);
        }

        _metrics.Dropped.Add();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = _guard.Run(nameof(CaptureRecorder), RunAsync);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>Every ingest has stopped before: what is in the queue is written, and then the loop ends by itself.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _filled.Writer.TryComplete();
        await _loop.WaitAsync(cancellationToken);
    }

    private async Task RunAsync()
    {
        using var file = new CaptureFile(_options, _time);
        long retryAt = 0;
        while (await _filled.Reader.WaitToReadAsync())
        {
            try
            {
                while (_filled.Reader.TryRead(out var record))
                {
                    try
                    {
                        Write(file, record, retryAt);
                    }
                    finally
                    {
                        record.Set([], default);
                        _free.Writer.TryWrite(record);
                    }
                }

                file.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _metrics.Failures.Add();
                Log.Failed(_log, _options.Folder, e.Message, (int)RetryAfter.TotalMilliseconds);
                retryAt = _time.GetTimestamp() + (long)(RetryAfter.TotalSeconds * _time.TimestampFrequency);
            }
        }
    }

    private void Write(CaptureFile file, Datagram record, long retryAt)
    {
        if (_time.GetTimestamp() < retryAt)
        {
            _metrics.Dropped.Add();
            return;
        }

        try
        {
            file.Write(record.Bytes, record.Reception);
            _metrics.Recorded.Add();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _metrics.Dropped.Add();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(151, LogLevel.Error, "Capture in {Folder}: {Message}; what comes in is not recorded, next try in {DelayMs} ms")]
        public static partial void Failed(ILogger log, string folder, string message, int delayMs);
    }
}
