using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>
/// One stream's both ways: bytes in become datagrams, downlinks go out as packets while something is attached to write
/// them. Bytes come from one thread at a time.
/// </summary>
#pragma warning disable CA1001 // A SemaphoreSlim holds nothing to be freed unless its wait handle is asked for, and downlinks outlive streams.
internal sealed partial class FrameStream : IStreamSink, IDownlinkPath
#pragma warning restore CA1001
{
    /// <summary>Named limit: downlinks on their way or waiting; further ones are refused.</summary>
    public const int DownlinksPendingMax = 32;

    /// <summary>A stream that has not taken a downlink within this does not read any more.</summary>
    public const int WriteTimeoutMs = 5_000;

    private readonly FrameStreamReader _reader = new();
    private readonly DatagramBuffer _buffer;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LogSampler<StreamRejection> _sampler;
    private readonly IngestSource _source;
    private readonly SemaphoreSlim _writing = new(1);
    private volatile Func<ReadOnlyMemory<byte>, CancellationToken, Task<bool>>? _write;
    private int _downlinks;

    public FrameStream(
        string name, DatagramBuffer buffer, StreamMetrics metrics, TimeProvider time, LogSampler<StreamRejection> sampler, ILogger log)
    {
        Name = name;
        _buffer = buffer;
        _metrics = metrics;
        _time = time;
        _log = log;
        _sampler = sampler;
        _source = new IngestSource(name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public UplinkLink Link => UplinkLink.Serial;

    /// <summary>Whether a stream stands.</summary>
    public bool IsAttached => _write is not null;

    /// <summary>The stream begins anew.</summary>
    /// <param name="write">Writes a packet; false if it has not gone out whole.</param>
    public void Attach(Func<ReadOnlyMemory<byte>, CancellationToken, Task<bool>> write)
    {
        _reader.Reset();
        _metrics.Connections.Add();
        Log.Begun(_log, Name);
        _write = write;
    }

    /// <summary>The stream has ended.</summary>
    public void Detach() => _write = null;

    /// <summary>Takes bytes as they came.</summary>
    public void Take(ReadOnlySpan<byte> bytes) => _reader.Take(bytes, this);

    /// <summary>Counts and logs that the stream was not begun, or was lost.</summary>
    public void Failed(string why, TimeSpan wait)
    {
        _metrics.ConnectionFailures.Add();
        Log.Failed(_log, Name, why, (int)wait.TotalMilliseconds);
    }

    /// <inheritdoc/>
    public async Task<DownlinkOutcome> SendAsync(ReadOnlyMemory<byte> frame, int unit, Reception answerTo, CancellationToken cancellationToken)
    {
        var outcome = await TrySendAsync(frame, cancellationToken);
        _metrics.Downlinks.Add(outcome);
        return outcome;
    }

    /// <inheritdoc/>
    void IStreamSink.Received(ReadOnlySpan<byte> frame)
    {
        _metrics.Packets.Add();
        var reception = IngestArrival.Now(_time, UplinkLink.Serial, _source);
        reception.Path = this;
        if (_buffer.TryAdd(frame, in reception))
            _metrics.Frames.Add();
        else
            Reject(StreamRejection.QueueFull, frame);
    }

    /// <inheritdoc/>
    void IStreamSink.Refused(StreamRejection rejection, ReadOnlySpan<byte> bytes) => Reject(rejection, bytes);

    private async Task<DownlinkOutcome> TrySendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (_write is null)
            return DownlinkOutcome.NotConnected;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(WriteTimeoutMs);
        var isMine = false;
        try
        {
            if (Interlocked.Increment(ref _downlinks) > DownlinksPendingMax)
                return DownlinkOutcome.QueueFull;
            await _writing.WaitAsync(timeout.Token);
            isMine = true;

            // A delimiter first: whatever noise the other side has taken in before is ended by it.
            byte[] packet = [StreamPacket.Delimiter, .. StreamPacket.Of(frame.Span)];
            return _write is { } write && await write(packet, timeout.Token) ? DownlinkOutcome.Sent : DownlinkOutcome.NotConnected;
        }
        catch (OperationCanceledException)
        {
            return DownlinkOutcome.NoAnswer;
        }
        finally
        {
            if (isMine)
                _writing.Release();
            Interlocked.Decrement(ref _downlinks);
        }
    }

    private void Reject(StreamRejection rejection, ReadOnlySpan<byte> bytes)
    {
        _metrics.Rejections.Add(rejection);
        if (_log.IsEnabled(LogLevel.Information) && _sampler.TryTake(rejection, out var suppressed))
            Log.Rejected(_log, Name, rejection, suppressed, bytes.Length, Convert.ToHexStringLower(bytes));
    }

    private static partial class Log
    {
        [LoggerMessage(141, LogLevel.Information, "{Name}: not used: {Rejection} ({Suppressed} more not logged); {Length} bytes, decoded as far as they could be: {Hex}")]
        public static partial void Rejected(ILogger log, string name, StreamRejection rejection, long suppressed, int length, string hex);

        [LoggerMessage(142, LogLevel.Information, "{Name}: begun")]
        public static partial void Begun(ILogger log, string name);

        [LoggerMessage(143, LogLevel.Warning, "{Name}: {Why}; again in {DelayMs} ms")]
        public static partial void Failed(ILogger log, string name, string why, int delayMs);
    }
}
