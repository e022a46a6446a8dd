using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Cluster;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>What two gateways of a cluster know of how units are, over a real database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HeardExchangeTests(PostgresFixture postgres)
{
    private const int Unit = 17;
    private const int IntervalMs = 60_000;

    // The boat was heard by both, and from then on by the first alone: the other took it for silent, and said so.
    [Fact]
    public async Task Unit_ThatIsHeardByAnotherGatewayFromNowOn_StaysLiveAtBoth()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Hear(two.First, counter: 1);
        two.Hear(two.Second, counter: 1);
        await two.ExchangeAsync();
        var heardUtcMs = two.NowUtcMs;
        for (uint counter = 2; counter < 12; counter++)
        {
            two.Time.Advance(TimeSpan.FromMilliseconds(IntervalMs));
            two.Hear(two.First, counter);
            await two.ExchangeAsync();
        }

        Assert.Equal((UnitActivityState.Live, heardUtcMs, two.NowUtcMs), two.StateAt(two.Second));
        Assert.Equal(two.StateAt(two.First), two.StateAt(two.Second));
        two.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(UnitActivityState.Silent, two.StateAt(two.Second).State);
        Assert.Equal(two.StateAt(two.First), two.StateAt(two.Second));
    }

    [Fact]
    public async Task Unit_NeverHeardHere_IsKnownFromTheOthers_AlsoAfterAStart()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        two.Hear(two.First, counter: 1);
        await two.ExchangeAsync();
        Assert.Equal(UnitActivityState.Live, two.StateAt(two.Second).State);

        await using var third = await two.StartAnotherAsync(2);
        Assert.False(third.Exchange.Has(Unit));
        await third.Exchange.ExchangeAsync(CancellationToken.None);

        Assert.Equal(two.StateAt(two.First), two.StateAt(third));
    }

    [Fact]
    public async Task State_IsToldByTheHolderOfTheUnitsShardAlone()
    {
        await using var two = await TwoGateways.StartAsync(await postgres.CreateDatabaseAsync());
        Assert.False(two.First.Exchange.Has(Unit));
        await two.ExchangeAsync();

        var holders = new[] { two.First, two.Second }.Where(static gateway => gateway.Exchange.Has(Unit)).ToList();
        var holder = Assert.Single(holders);
        Assert.Contains(Unit % 4, holder.Cluster.Leases.Held.Shards);
        two.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(holder.Exchange.Has(Unit));
    }

    [Fact]
    public async Task Exchange_ThatFails_TellsTheSameTheNextTime()
    {
        await using var own = await TestSupport.PostgresProcess.StartAsync();
        await using var two = await TwoGateways.StartAsync(await own.CreateDatabaseAsync());
        await own.KillAsync();
        two.Hear(two.First, counter: 1);
        await Assert.ThrowsAsync<ClusterException>(() => two.First.Exchange.ExchangeAsync(CancellationToken.None));
        await own.RestartAsync();

        await Eventually.TrueAsync(() => two.TryExchangeAsync().GetAwaiter().GetResult() && two.Knows(two.Second), "told");
    }

    // A clock that was a day ahead for a moment: a boat that sank then was live for all, until the next day.
    [Fact]
    public async Task Time_LaterThanTheDatabasesOwn_IsNotKept()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var connection = new ClusterDatabase(database))
            await ClusterSchema.PrepareAsync(connection, 4, CancellationToken.None);
        var startUtcMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var aheadUtcMs = startUtcMs + 86_400_000;

        await TellAsync(database, aheadUtcMs);
        await AssertKeptAsync(database, startUtcMs);

        // As a database left it whose own clock was put back.
        await TestSql.ExecuteAsync(database, $"UPDATE unit_heard SET heard_utc_ms = {aheadUtcMs}, live_since_utc_ms = {aheadUtcMs}");
        await TellAsync(database, startUtcMs - 1000);
        await AssertKeptAsync(database, startUtcMs);
    }

    private static Task TellAsync(string database, long utcMs) =>
        TestSql.ExecuteAsync(database, $"SELECT exchange_heard('{{{Unit}}}', '{{{utcMs}}}', '{{{utcMs}}}', '{{{IntervalMs}}}', '{{1}}', 0)");

    private static async Task AssertKeptAsync(string database, long fromUtcMs)
    {
        foreach (var column in new[] { "heard_utc_ms", "live_since_utc_ms" })
        {
            var keptUtcMs = await TestSql.ScalarAsync(database, $"SELECT {column} FROM unit_heard");
            Assert.InRange(keptUtcMs, fromUtcMs, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>Two gateways, of which each holds half of four shards.</summary>
    private sealed class TwoGateways(string database) : IAsyncDisposable
    {
        private readonly TestBoat _boat = new(Unit);

        // What the tests let pass stays behind the database's clock.
        public ManualTime Time { get; } = new(DateTimeOffset.UtcNow.AddDays(-1));

        public Gateway First { get; private set; } = null!;

        public Gateway Second { get; private set; } = null!;

        public long NowUtcMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

        public static async Task<TwoGateways> StartAsync(string database)
        {
            var two = new TwoGateways(database);
            two._boat.Position.Movement = Core.Reports.Movement.UnderWay;
            two.First = await two.StartAnotherAsync(0);
            two.Second = await two.StartAnotherAsync(1, withLeases: false);
            return two;
        }

        public async Task<Gateway> StartAnotherAsync(int index, bool withLeases = true)
        {
            var stages = new Stages(time: Time);
            var cluster = await new TestClusterGateway(database, index, leaseS: 60, stages: stages).StartAsync(withLeases);
            var activity = await stages.StartAsync(new UnitActivity(
                UnitActivity.FileOf(stages.JournalFile),
                () => cluster.Spool,
                new FleetSource(TestBoat.Fleet(_boat)),
                UnitSchedules.Default,
                stages.Guard,
                Time,
                NullLogger<UnitActivity>.Instance));
            return new Gateway(stages, cluster, activity, new HeardExchange(activity, cluster.Leases, cluster.Database, cluster.Options));
        }

        public void Hear(Gateway gateway, uint counter)
        {
            var frame = _boat.Frame(counter);
            var record = TestRecords.Of(
                frame, _boat, new AdmittedFrame { Counter = counter, ReceivedUtcMs = NowUtcMs, TimeUtcMs = NowUtcMs, Class = FrameClass.Live });
            var datagram = gateway.Stages.Datagram(frame, receivedUtcMs: NowUtcMs);
            var admitted = record.Frame;
            datagram.SetAdmitted(in admitted, record.Body.AsSpan(0, record.BodyLength));
            gateway.Activity.Committed(datagram, AdmissionState.NeverSeen, isDuplicate: false);
            gateway.Stages.Buffer.Return(datagram);
        }

        public bool Knows(Gateway gateway) => gateway.Activity.TryGetState(Unit, NowUtcMs, out _);

        public (UnitActivityState State, long SinceUtcMs, long HeardUtcMs) StateAt(Gateway gateway)
        {
            Assert.True(gateway.Activity.TryGetState(Unit, NowUtcMs, out var value));
            return (value.State, value.SinceUtcMs, value.HeardUtcMs);
        }

        public async Task ExchangeAsync()
        {
            await First.Exchange.ExchangeAsync(CancellationToken.None);
            await Second.Exchange.ExchangeAsync(CancellationToken.None);
            await First.Exchange.ExchangeAsync(CancellationToken.None);
        }

        public Task<bool> TryExchangeAsync() => DatabaseAway.TryAsync(ExchangeAsync);

        public async ValueTask DisposeAsync()
        {
            await Second.DisposeAsync();
            await First.DisposeAsync();
            _boat.Dispose();
        }
    }

    private sealed record Gateway(Stages Stages, TestClusterGateway Cluster, UnitActivity Activity, HeardExchange Exchange) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Cluster.DisposeAsync();
            await Stages.DisposeAsync();
        }
    }
}
