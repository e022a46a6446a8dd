using System.Collections.Concurrent;
using System.Net;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>What the stages under test need from their host. A stage that fails unforeseen fails the test at its disposal.</summary>
internal sealed class Stages : IHostApplicationLifetime, ILogger<StageGuard>, IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-stages-").FullName;
    private readonly List<IHostedService> _started = [];
    private readonly ConcurrentQueue<Exception> _failures = new();

    public Stages(int datagramsMax = 1024, TimeProvider? time = null)
    {
        Buffer = new DatagramBuffer(datagramsMax);
        Guard = new StageGuard(this, this);
        Time = time ?? TimeProvider.System;
    }

    public DatagramBuffer Buffer { get; }

    public GatewayMetrics Metrics { get; } = new();

    public StageGuard Guard { get; }

    public TimeProvider Time { get; }

    public string JournalFile => Path.Combine(_folder, "journal.db");

    CancellationToken IHostApplicationLifetime.ApplicationStarted => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => CancellationToken.None;

    public async Task<T> StartAsync<T>(T stage)
        where T : IHostedService
    {
        await stage.StartAsync(CancellationToken.None);
        _started.Add(stage);
        return stage;
    }

    public Task<SqliteJournal> StartJournalAsync(int retentionDays = 30, params ICommitListener[] listeners) =>
        StartJournalAsync(new JournalOptions { File = JournalFile, RetentionDays = retentionDays }, listeners);

    public Task<SqliteJournal> StartJournalAsync(JournalOptions options, params ICommitListener[] listeners) => StartAsync(new SqliteJournal(
        options, Buffer, listeners, Guard, Metrics, Time, NullLogger<SqliteJournal>.Instance));

    /// <summary>The options of downlinks, with their store in the test's folder.</summary>
    public DownlinkOptions DownlinkOptions => new() { File = Path.Combine(_folder, "downlink.db") };

    /// <summary>Starts a packet forwarder's server on a free port, with a store of downlinks unless there is one.</summary>
    public async Task<PacketForwarderServer> StartForwarderAsync(
        PacketForwarderOptions? options = null, FleetRegistry? fleet = null, DownlinkOptions? downlink = null, DownlinkStore? store = null)
    {
        downlink ??= DownlinkOptions;
        store ??= await StartAsync(new DownlinkStore(downlink.File));
        ForwarderMetrics = new PacketForwarderMetrics(Metrics);
        return await StartAsync(new PacketForwarderServer(
            options ?? new PacketForwarderOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            downlink,
            store,
            new FleetSource(fleet ?? new FleetRegistry(OperatingArea.Indonesia, [])),
            Buffer,
            Guard,
            Metrics,
            ForwarderMetrics,
            Time,
            NullLogger<PacketForwarderServer>.Instance));
    }

    /// <summary>Of the server started last.</summary>
    public PacketForwarderMetrics ForwarderMetrics { get; private set; } = null!;

    public async Task StopAsync(IHostedService stage)
    {
        _started.Remove(stage);
        await stage.StopAsync(CancellationToken.None);
    }

    /// <summary>The oldest failure of a stage, which was expected.</summary>
    public Exception TakeFailure()
    {
        Assert.True(_failures.TryDequeue(out var failure));
        return failure;
    }

    /// <summary>How a concentrator hears a frame well; no member is unknown.</summary>
    public static Reception Reception(long receivedUtcMs, ulong concentrator = 1) => new()
    {
        Concentrator = concentrator,
        RssiDbm = -103,
        SnrDecibelE1 = -75,
        FrequencyHz = 923_200_000,
        SpreadingFactor = 7,
        BandwidthHz = 125_000,
        ConcentratorUs = 946_084_334,
        ReceivedUtcMs = receivedUtcMs,
    };

    /// <summary>A datagram of the buffer's, holding a frame.</summary>
    public Datagram Datagram(byte[] frame, ulong concentrator = 1, long receivedUtcMs = 1_800_000_000_000, long monotonicMs = 0) =>
        Received(frame, Reception(receivedUtcMs, concentrator) with { ReceivedMonotonicMs = monotonicMs });

    /// <summary>The same, received in a certain way.</summary>
    public Datagram Received(byte[] frame, Reception reception)
    {
        Assert.True(Buffer.TryAdd(frame, in reception));
        Assert.True(Buffer.TryTake(out var datagram));
        return datagram;
    }

    /// <summary>The same, as the admission gives it to the journal.</summary>
    public Datagram Admitted(AdmittedFrame frame, byte[] sealedFrame, byte[] body)
    {
        var datagram = Datagram(sealedFrame, receivedUtcMs: frame.ReceivedUtcMs);
        datagram.SetAdmitted(in frame, body);
        return datagram;
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
            _failures.Enqueue(exception);
    }

    void IHostApplicationLifetime.StopApplication()
    {
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in Enumerable.Reverse(_started))
            await stage.StopAsync(CancellationToken.None);
        Metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
        Assert.True(_failures.IsEmpty, string.Join('\n', _failures));
    }
}
