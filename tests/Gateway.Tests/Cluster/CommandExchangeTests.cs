using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Two gateways' queues of commands over a real database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CommandExchangeTests(PostgresFixture postgres)
{
    private const int Unit = 17;

    // The boat has left the one that was asked, and its answer comes by the other.
    [Fact]
    public async Task Command_AskedForAtOne_IsSentByTheOther_AndEndsWhereItWasAsked()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();

        var (counter, command) = two.Other.Send()!.Value;
        Assert.True(two.Other.Reads(command));
        two.Other.Queue.Result(Unit, counter, CommandResult.Done);
        Assert.Null(two.Other.Send());
        await two.ExchangeAsync();

        var end = Assert.Single(two.Asked.Ended);
        Assert.Equal((CommandEnd.Done, "answers/here"), (end.End, end.ResponseTopic));
        Assert.Empty(two.Other.Ended);
        await two.ExchangeAsync();
        Assert.Equal(0, await two.CountAsync("command"));
        Assert.Equal(0, await two.CountAsync("command_counter"));
        Assert.Null(two.Other.Send());
    }

    // The unit was quick: its result is heard elsewhere before the one that sent has told under which counter.
    [Fact]
    public async Task Result_HeardElsewhereBeforeItsCounterIsKnown_StillEndsTheCommand()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();
        var (counter, _) = two.Asked.Send()!.Value;

        two.Other.Queue.Result(Unit, counter, CommandResult.RefusedOutOfRange);
        await two.Other.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.Empty(two.Asked.Ended);
        await two.ExchangeAsync();

        Assert.Equal(CommandEnd.RefusedOutOfRange, Assert.Single(two.Asked.Ended).End);
        Assert.Null(two.Other.Send());
    }

    [Fact]
    public async Task Command_ThatHasEndedWhereItWasAsked_IsSentByNobody()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();
        var (counter, _) = two.Asked.Send()!.Value;

        two.Asked.Queue.Result(Unit, counter, CommandResult.Done);
        await two.ExchangeAsync();

        Assert.Null(two.Other.Send());
        Assert.False(two.Other.Queue.IsWaiting(Unit));
    }

    [Fact]
    public async Task Command_OfAGatewayThatHasGone_IsSentAllTheSame_AndItsEndWaitsForIt()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();
        two.Asked.Close();

        await two.Other.ReopenAsync();
        await two.Other.Exchange.ExchangeAsync(CancellationToken.None);
        var (counter, _) = two.Other.Send()!.Value;
        two.Other.Queue.Result(Unit, counter, CommandResult.Done);
        await two.Other.Exchange.ExchangeAsync(CancellationToken.None);
        await two.Asked.ReopenAsync();
        await two.ExchangeAsync();

        Assert.Equal(CommandEnd.Done, Assert.Single(two.Asked.Ended).End);
    }

    [Fact]
    public async Task Command_ThatHasExpired_IsNotSentAndDoesNotComeBack()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();

        two.Time.Advance(TimeSpan.FromHours(2));
        two.Other.Queue.Expire();
        await two.Other.Exchange.ExchangeAsync(CancellationToken.None);
        Assert.False(two.Other.Queue.IsWaiting(Unit));
        Assert.Empty(two.Other.Ended);
        two.Asked.Queue.Expire();

        Assert.Equal(CommandEnd.ExpiredUnsent, Assert.Single(two.Asked.Ended).End);
    }

    // A unit tells the result of its last command alone, so two gateways must not have two of one unit's under way.
    [Fact]
    public async Task Commands_AskedForAtBoth_AreInOneOrder()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Other.Enqueue();
        two.Time.Advance(TimeSpan.FromSeconds(1));
        two.Asked.Enqueue();
        await two.ExchangeAsync();

        var here = two.Asked.Queue.Due(Unit, two.NowMs)!;
        var there = two.Other.Queue.Due(Unit, two.NowMs)!;
        Assert.Equal((there.QueuedUtcMs, 1, null), (here.QueuedUtcMs, here.OfGateway, there.OfGateway));
    }

    // The number of the one before: its body went out under it, and its result would have ended the new one.
    [Fact]
    public async Task Command_OfAGatewayThatLostItsStore_TakesThePlaceOfTheOneWithItsNumber()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Asked.Enqueue();
        await two.ExchangeAsync();
        var before = two.Other.Send()!.Value.Command;
        two.Asked.LoseStore();
        await two.Asked.ReopenAsync();
        two.Time.Advance(TimeSpan.FromMinutes(1));
        two.Asked.Enqueue();
        await two.ExchangeAsync();

        var (counter, command) = two.Other.Send()!.Value;
        Assert.Equal((before.Id, before.QueuedUtcMs + 60_000), (command.Id, command.QueuedUtcMs));
        Assert.Equal([counter], command.Counters);
        two.Other.Queue.Result(Unit, counter, CommandResult.Done);
        await two.ExchangeAsync();
        Assert.Equal(CommandEnd.Done, Assert.Single(two.Asked.Ended).End);
    }

    [Fact]
    public async Task Database_Away_CostsNoCommand_AndAllIsToldWhenItIsBack()
    {
        await using var own = await PostgresProcess.StartAsync();
        await using var two = await TwoGateways.StartAsync(await own.CreateDatabaseAsync());
        await two.ExchangeAsync();
        await own.KillAsync();
        two.Asked.Enqueue();
        await Assert.ThrowsAsync<ClusterException>(() => two.Asked.Exchange.ExchangeAsync(CancellationToken.None));
        var (counter, _) = two.Asked.Send()!.Value;
        two.Other.Queue.Result(Unit, counter, CommandResult.Done);
        await Assert.ThrowsAsync<ClusterException>(() => two.Other.Exchange.ExchangeAsync(CancellationToken.None));
        await own.RestartAsync();

        // The pool's connections of before have ended, and are found so one after the other.
        await Eventually.TrueAsync(() => two.TryExchangeAsync().GetAwaiter().GetResult() && two.Asked.Ended.Count > 0, "told");
        Assert.Equal(CommandEnd.Done, Assert.Single(two.Asked.Ended).End);
    }

    /// <summary>Two of a cluster, as far as commands go.</summary>
    private sealed class TwoGateways : IAsyncDisposable
    {
        private readonly string _connection;
        private readonly ClusterDatabase _database;

        private TwoGateways(string connection)
        {
            _connection = connection;
            _database = new ClusterDatabase(connection);
            (Asked, Other) = (new Gateway(0, _database, Time), new Gateway(1, _database, Time));
        }

        public ManualTime Time { get; } = new(DateTimeOffset.UtcNow);

        public Gateway Asked { get; }

        public Gateway Other { get; }

        public long NowMs => (long)Time.GetElapsedTime(0).TotalMilliseconds;

        public static async Task<TwoGateways> StartAsync(string connection)
        {
            var two = new TwoGateways(connection);
            await ClusterSchema.PrepareAsync(two._database, shards: 4, CancellationToken.None);
            await two.Asked.ReopenAsync();
            await two.Other.ReopenAsync();
            return two;
        }

        /// <summary>Each has told and learned what the other had told.</summary>
        public async Task ExchangeAsync()
        {
            for (var round = 0; round < 2; round++)
            {
                await Asked.Exchange.ExchangeAsync(CancellationToken.None);
                await Other.Exchange.ExchangeAsync(CancellationToken.None);
            }
        }

        public Task<bool> TryExchangeAsync() => DatabaseAway.TryAsync(ExchangeAsync);

        public Task<long> CountAsync(string table) => TestSql.ScalarAsync(_connection, $"SELECT count(*) FROM {table}");

        public async ValueTask DisposeAsync()
        {
            Asked.Dispose();
            Other.Dispose();
            await _database.DisposeAsync();
        }
    }

    private sealed class Gateway(int index, ClusterDatabase database, ManualTime time) : ICommandResults, IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-commands-").FullName;
        private readonly TestBoat _boat = new(Unit);
        private readonly GatewayMetrics _metrics = new();
        private DownlinkMetrics? _downlinkMetrics;
        private DownlinkStore? _store;
        private uint _counter = 1000 + (uint)index;

        public List<EndedCommand> Ended { get; } = [];

        public CommandQueue Queue { get; private set; } = null!;

        public CommandExchange Exchange { get; private set; } = null!;

        public async Task ReopenAsync()
        {
            Close();
            var options = new DownlinkOptions { File = Path.Combine(_folder, "downlink.db") };
            _store = new DownlinkStore(options.File);
            _store.Open();
            Queue = new CommandQueue(
                options, _store, new FleetSource(TestBoat.Fleet(_boat)), _downlinkMetrics ??= new DownlinkMetrics(_metrics), time,
                NullLogger<CommandQueue>.Instance);
            await Queue.StartAsync(CancellationToken.None);
            Queue.Attach(this);
            Exchange = new CommandExchange(
                Queue,
                database,
                new ClusterOptions { Connection = "", GatewayIndex = index, Shards = 4, LeaseS = 5, BrokerAwayS = 15, RetentionDays = 30 });
        }

        public void Close() => _store?.Dispose();

        public void LoseStore()
        {
            Close();
            foreach (var file in Directory.GetFiles(_folder))
                File.Delete(file);
        }

        public void Enqueue(CommandKind kind = CommandKind.StatusRequest)
        {
            var command = new Command
            {
                Kind = kind,
                LongStatus = kind == CommandKind.StatusRequest,
                ExpiryUtcMs = time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(),
            };
            Assert.Equal(CommandRefusal.None, Queue.Enqueue(new CommandRequest(Unit, command, "answers/here"), out _));
        }

        /// <summary>As the downlinks do when the unit is heard; null if nothing waits for it.</summary>
        public (uint Counter, QueuedCommand Command)? Send()
        {
            var nowMs = (long)time.GetElapsedTime(0).TotalMilliseconds;
            if (Queue.Due(Unit, nowMs) is not { } command)
                return null;
            var counter = Queue.CounterFor(command, nowMs, () => _counter += 2)!.Value;
            Queue.Sent(command, nowMs);
            return (counter, command);
        }

        public bool Reads(QueuedCommand command)
        {
            var read = new Command();
            return Queue.TryRead(command, TestBoat.Fleet(_boat).Find(Unit)!, read) && read is { Kind: CommandKind.StatusRequest, LongStatus: true };
        }

        void ICommandResults.Ended(EndedCommand command) => Ended.Add(command);

        public void Dispose()
        {
            Close();
            _metrics.Dispose();
            _boat.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
