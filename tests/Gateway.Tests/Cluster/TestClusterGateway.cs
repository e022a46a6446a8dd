using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Gateway.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>The cluster's part of one gateway, over a spool of its own. Frames are appended as the admission appends them.</summary>
internal sealed class TestClusterGateway : IAsyncDisposable
{
    private readonly Stages _stages;
    private readonly bool _ownStages;
    private readonly List<IHostedService> _started = [];
    private bool _isDisposed;

    public TestClusterGateway(string connection, int index, int shards = 4, int leaseS = 60, TimeProvider? time = null, Stages? stages = null, int brokerAwayS = 15)
    {
        _ownStages = stages is null;
        _stages = stages ?? new Stages(datagramsMax: 4096, time);
        Options = new ClusterOptions
        {
            Connection = connection,
            GatewayIndex = index,
            Shards = shards,
            LeaseS = leaseS,
            BrokerAwayS = brokerAwayS,
            RetentionDays = 30,
            Name = $"gateway-{index}",
        };
        Metrics = new ClusterMetrics(_stages.Metrics);
        Database = new ClusterDatabase(connection);
        Knowledge = new DurableKnowledge(Metrics);
        Leases = new ShardLeases(Database, Options, _stages.Guard, Metrics, _stages.Time, NullLogger<ShardLeases>.Instance);
        Head = new ClusterHead(Database, _stages.Guard, Metrics, NullLogger<ClusterHead>.Instance);
        Keeper = new PartitionKeeper(Database, Options, _stages.Guard, Metrics, _stages.Time, NullLogger<PartitionKeeper>.Instance);
    }

    public ClusterOptions Options { get; }

    public TimeProvider Time => _stages.Time;

    public StageGuard Guard => _stages.Guard;

    public ClusterMetrics Metrics { get; }

    public ClusterDatabase Database { get; }

    public DurableKnowledge Knowledge { get; }

    public ShardLeases Leases { get; }

    public ClusterHead Head { get; }

    public PartitionKeeper Keeper { get; }

    public SqliteJournal Spool { get; private set; } = null!;

    public SpoolForwarder Forwarder { get; private set; } = null!;

    public ClusterParts Parts => new(Spool, Forwarder, Database, Head, Leases, Metrics);

    /// <summary>Starts what it has to have; leases and reading only where they are asked for.</summary>
    public async Task<TestClusterGateway> StartAsync(bool withLeases = true, params ICommitListener[] listeners)
    {
        Spool = await _stages.StartJournalAsync(listeners: [Knowledge, .. listeners]);
        Forwarder = new SpoolForwarder(
            Spool, Database, Options, Knowledge, _stages.Guard, Metrics, _stages.Time, NullLogger<SpoolForwarder>.Instance);
        if (withLeases)
            await StartAsync(Leases);
        else
            await ClusterSchema.PrepareAsync(Database, Options.Shards, CancellationToken.None);
        await StartAsync(Head);
        await StartAsync(Forwarder);
        return this;
    }

    public async Task<T> StartAsync<T>(T stage)
        where T : IHostedService
    {
        await stage.StartAsync(CancellationToken.None);
        _started.Add(stage);
        return stage;
    }

    public async Task StopAsync(IHostedService stage)
    {
        _started.Remove(stage);
        await stage.StopAsync(CancellationToken.None);
    }

    /// <summary>Appends a frame whose body tells unit and counter. Returns the spool's number of it.</summary>
    public long Append(int unit, FrameClass frameClass, uint counter, ulong concentrator = 1, AdmissionState? state = null)
    {
        var sealedFrame = Sealed(unit, frameClass, counter);
        var datagram = _stages.Datagram(sealedFrame, concentrator, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        datagram.SetAdmitted(
            new AdmittedFrame
            {
                Unit = unit,
                Class = frameClass,
                Counter = counter,
                Kind = frameClass == FrameClass.Live ? FrameKind.LiveArea : FrameKind.Event,
                TimeUtcMs = 1_800_000_000_000,
                ReceivedUtcMs = datagram.Reception.ReceivedUtcMs,
            },
            sealedFrame);
        return Spool.Append(datagram, state ?? AdmissionState.NeverSeen);
    }

    public void AppendReception(long id, int ordinal, int unit, FrameClass frameClass, uint counter, ulong concentrator) => Spool.AppendReception(
        id, ordinal, _stages.Datagram(Sealed(unit, frameClass, counter), concentrator, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    /// <summary>Completes when everything appended is in the database.</summary>
    public async Task ForwardedAsync()
    {
        await Spool.FlushAsync(CancellationToken.None);
        var id = Spool.CommittedId;
        await Eventually.TrueAsync(() => Forwarder.ForwardedId >= id, "forwarded");
        await Head.RefreshAsync(CancellationToken.None);
    }

    /// <summary>A view of the set that it holds now.</summary>
    public Task<PostgresJournal> OpenAsync() => PostgresJournal.OpenAsync(Parts, Leases.Held, CancellationToken.None);

    public static byte[] Sealed(int unit, FrameClass frameClass, uint counter) =>
        [(byte)unit, (byte)(unit >> 8), (byte)frameClass, (byte)(counter >> 24), (byte)(counter >> 16), (byte)(counter >> 8), (byte)counter];

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var stage in Enumerable.Reverse(_started))
            await stage.StopAsync(CancellationToken.None);
        if (_ownStages)
            await _stages.DisposeAsync();
        else
            await _stages.StopAsync(Spool);
        await Database.DisposeAsync();
    }
}
