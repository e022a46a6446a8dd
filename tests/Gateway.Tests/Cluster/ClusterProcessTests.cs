using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Cluster;

/// <summary>Gateways as processes of their own behind concentrators of their own, one PostgreSQL, one mosquitto, one subscriber.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ClusterProcessTests(PostgresFixture postgres, ITestOutputHelper output)
{
    // A machine that stands still for a second or two must not end one.
    private const int LeaseS = 5;
    private const int Boats = 8;
    private const int KillsMax = 40;

    // Longer than the gateway waits behind a live frame before it sends a command.
    private static readonly TimeSpan _answerPatience = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task GatewayKilled_TheOtherTakesItsUnitsOver_AndNothingHeardIsMissed()
    {
        await using var cluster = await ClusterRun.StartAsync(await postgres.CreateDatabaseAsync(), gateways: 2);
        using var sending = await cluster.SendAsync();

        var before = cluster.Arrived;
        var since = Stopwatch.StartNew();
        await cluster.Gateways[0].KillAsync();
        await cluster.TakenOverAsync(from: 0, by: 1);
        var takenOver = since.Elapsed;
        await Eventually.TrueAsync(() => cluster.Arrived > before + 200, "positions arrive again");
        await cluster.AllArriveAsync(sending);

        output.WriteLine($"{sending.Count} frames, {cluster.Repeats} came twice, {cluster.Overtaken} were overtaken; taken over after {takenOver.TotalSeconds:0.0} s");
        cluster.AssertOrder();
        Assert.Contains("seized from gateway-0", cluster.Gateways[1].Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GatewayPaused_WhenItWakes_ReachesNobodyWithWhatIsOld()
    {
        await using var cluster = await ClusterRun.StartAsync(await postgres.CreateDatabaseAsync(), gateways: 2);
        using var sending = await cluster.SendAsync();

        ProcessSignals.Send(cluster.Gateways[0].ProcessId, ProcessSignals.Stop);
        await cluster.TakenOverAsync(from: 0, by: 1);
        var before = cluster.Arrived;
        await Eventually.TrueAsync(() => cluster.Arrived > before + 200, "positions arrive again");
        var repeatsBefore = cluster.Repeats;
        ProcessSignals.Send(cluster.Gateways[0].ProcessId, ProcessSignals.Continue);
        await Eventually.TrueAsync(
            () => cluster.Gateways[0].Log.Contains("leases have ended", StringComparison.Ordinal)
                || cluster.Gateways[0].Log.Split("publishes for shards").Length > 2,
            "it has seen that its time is over");
        await cluster.SharedOutAsync();
        await cluster.AllArriveAsync(sending);

        output.WriteLine($"{sending.Count} frames, {cluster.Repeats} came twice, {cluster.Overtaken} were overtaken, {cluster.Repeats - repeatsBefore} of them after the waking");
        cluster.AssertOrder();
        Assert.Equal(repeatsBefore, cluster.Repeats);
    }

    [Fact]
    public async Task GatewayCutOffFromTheBroker_TheOtherPublishesForItsUnits_UntilItIsBack()
    {
        await using var cluster = await ClusterRun.StartAsync(await postgres.CreateDatabaseAsync(), gateways: 2, brokerAwayS: 3);
        using var sending = await cluster.SendAsync();

        cluster.Ways[0].Cut();
        await cluster.TakenOverAsync(from: 0, by: 1);
        var before = cluster.Arrived;
        await Eventually.TrueAsync(() => cluster.Arrived > before + 200, "positions arrive");
        cluster.Ways[0].Mend();
        await Eventually.TrueAsync(
            () => cluster.Gateways[0].Log.Contains("takes part again", StringComparison.Ordinal), () => $"it takes part again\n{cluster.Logs()}");
        await cluster.SharedOutAsync();
        await cluster.AllArriveAsync(sending);

        output.WriteLine($"{sending.Count} frames, {cluster.Repeats} came twice, {cluster.Overtaken} were overtaken");
        cluster.AssertOrder();
        Assert.Contains("seized from gateway-0", cluster.Gateways[1].Log, StringComparison.Ordinal);
    }

    /// <summary>Live and durable frames; BOAT_FAULTS for a long campaign.</summary>
    [Fact]
    public async Task DatabaseKilled_FramesWaitInTheSpools_AndAllArriveWhenItIsBack()
    {
        var times = Math.Min(Faults.FaultRun.Times(2), KillsMax);
        await using var own = await PostgresProcess.StartAsync();
        await using var cluster = await ClusterRun.StartAsync(await own.CreateDatabaseAsync(), gateways: 2);
        using var sending = await cluster.SendAsync();

        for (var i = 0; i < times; i++)
        {
            await own.KillAsync();
            var sent = sending.Count;
            await Eventually.TrueAsync(() => sending.Count > sent + 500, "frames are taken in without the database");
            await own.RestartAsync();
            await Eventually.TrueAsync(() => cluster.Arrived > sent + 500, () => $"frames arrive again\n{cluster.Logs()}");
        }

        await cluster.AllArriveAsync(sending);

        output.WriteLine($"{times} kills, {sending.Count} frames, {cluster.Durable} of them durable, {cluster.Repeats} came twice, {cluster.Overtaken} were overtaken");
        cluster.AssertOrder();
    }

    /// <summary>One requests, one answers, and whoever hears the boat sends.</summary>
    [Fact]
    public async Task Command_AskedForOnce_IsAcceptedOnce_AndSentByEachGatewayThatHearsTheBoat()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var cluster = await ClusterRun.StartAsync(database, gateways: 2);
        await cluster.SharedOutAsync();
        await using var answers = await MosquittoSubscriber.StartAsync(cluster.BrokerPort, "answers/#", "%p");
        await MosquittoPublisher.PublishAsync(
            cluster.BrokerPort, "patrol/v1/polairud/3/command", """{"command":"status_request","expires_in_s":600,"long":true}""",
            "-V", "5", "-q", "1", "-D", "publish", "response-topic", "answers/here");
        Assert.Contains("accepted", await answers.ReadAsync(), StringComparison.Ordinal);

        for (var i = 0; i < 2; i++)
        {
            using var forwarder = new TestForwarder(cluster.Gateways[i].UdpPort, 0xBB00 + (ulong)i);
            using var concentrator = new TestConcentrator(cluster.Gateways[i].UdpPort, 0xBB00 + (ulong)i);
            await forwarder.PullAsync();

            // A live frame is answered only if a command waits; what was asked for elsewhere is known here a second later.
            uint counter = 0;
            for (var sent = 0; forwarder.Orders.Count == 0; sent++)
            {
                Assert.True(sent < 40, $"no order\n{cluster.Logs()}");
                await concentrator.PushAsync([cluster.Boat(3).FrameNow((uint)(i * 1000) + counter++)]);
                var since = Stopwatch.StartNew();
                await Eventually.TrueAsync(() => forwarder.Orders.Count > 0 || since.Elapsed > _answerPatience, "an order, or it is time for the next frame");
            }
        }

        await Eventually.TrueAsync(
            () => TestSql.ScalarAsync(database, "SELECT count(*) FROM command_counter").GetAwaiter().GetResult() == 2, "each has told its counter");
        Assert.Equal(1, await TestSql.ScalarAsync(database, "SELECT count(*) FROM command"));
    }

    /// <summary>The second hears none of them, and knows from the database how they are.</summary>
    [Fact]
    public async Task GatewayKilled_TheOtherTellsHowTheBoatsAreThatItNeverHeard()
    {
        await using var cluster = await ClusterRun.StartAsync(await postgres.CreateDatabaseAsync(), gateways: 2);
        await cluster.SharedOutAsync();
        await using var states = await MosquittoSubscriber.StartAsync(cluster.BrokerPort, "patrol/v1/polairud/+/state", "%t %p");
        using var concentrator = new TestConcentrator(cluster.Gateways[0].UdpPort);
        await concentrator.PushAsync([.. Enumerable.Range(1, Boats).Select(unit => cluster.Boat(unit).FrameNow(1))]);
        Assert.Equal(Boats, (await LiveOfAsync(states, Boats)).Distinct(StringComparer.Ordinal).Count());

        await cluster.Gateways[0].KillAsync();
        await cluster.TakenOverAsync(from: 0, by: 1);

        HashSet<string> told = new(StringComparer.Ordinal);
        while (told.Count < Boats)
            told.UnionWith(await LiveOfAsync(states, 1));
    }

    private static async Task<List<string>> LiveOfAsync(MosquittoSubscriber states, int count)
    {
        List<string> topics = [];
        for (var i = 0; i < count; i++)
        {
            var line = await states.ReadAsync();
            Assert.Contains("\"state\":\"live\"", line, StringComparison.Ordinal);
            topics.Add(line.Split(' ')[0]);
        }

        return topics;
    }

    private const int MissingToldMax = 50;

    /// <summary>The whole of it.</summary>
    private sealed class ClusterRun : IAsyncDisposable
    {
        private readonly MosquittoProcess _broker;
        private readonly string _database;
        private readonly IMqttLink _subscriber = MqttStack.Default.CreateLink();
        private readonly TestBoat[] _boats = [.. Enumerable.Range(1, Boats).Select(unit => new TestBoat(unit))];
        private readonly Lock _lock = new();
        private readonly Dictionary<int, List<uint>> _counters = [];
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private int _repeats;

        private ClusterRun(MosquittoProcess broker, string database)
        {
            _database = database;
            _broker = broker;
            _subscriber.OnMessage = Arrive;
        }

        public List<TestGateway> Gateways { get; } = [];

        public int BrokerPort => _broker.Port;

        public TestBoat Boat(int unit) => _boats[unit - 1];

        /// <summary>Of each of them, the way to the broker.</summary>
        public List<TcpRelay> Ways { get; } = [];

        /// <summary>Messages that have arrived, each id once.</summary>
        public int Arrived
        {
            get
            {
                lock (_lock)
                    return _ids.Count;
            }
        }

        public int Overtaken { get; private set; }

        /// <summary>Durable frames of those that have arrived.</summary>
        public int Durable
        {
            get
            {
                lock (_lock)
                    return _ids.Count(static id => id.Contains("-rec-", StringComparison.Ordinal));
            }
        }

        public int Repeats => Volatile.Read(ref _repeats);

        public static async Task<ClusterRun> StartAsync(string database, int gateways, int brokerAwayS = 15)
        {
            var run = new ClusterRun(await MosquittoProcess.StartAsync(), database);
            try
            {
                await run._subscriber.ConnectAsync(
                    new MqttLinkOptions { Host = MosquittoProcess.Host, Port = run._broker.Port, ClientId = "cluster-test" }, CancellationToken.None);
                foreach (var kind in (string[])["position/#", "event", "track", "status/#"])
                    await run._subscriber.SubscribeAsync($"patrol/v1/+/+/{kind}", MqttQos.AtLeastOnce, CancellationToken.None);
                for (var i = 0; i < gateways; i++)
                    await run.StartGatewayAsync(i, brokerAwayS);
                return run;
            }
            catch
            {
                await run.DisposeAsync();
                throw;
            }
        }

        /// <summary>Every gateway publishes for some.</summary>
        public Task SharedOutAsync() => Eventually.TrueAsync(
            () => Gateways.TrueForAll(gateway => LastShards(gateway).Length == 2), "the shards are shared out");

        public Task TakenOverAsync(int from, int by) =>
            Eventually.TrueAsync(() => LastShards(Gateways[by]).Length == 4, () => $"{by} takes over from {from}\n{Logs()}");

        /// <summary>What the gateways said, for a failure's message.</summary>
        public string Logs() => string.Join('\n', Gateways.Select((gateway, i) => $"gateway-{i}:\n{gateway.Log}"));

        /// <summary>Every boat sends and both gateways hear it, until it is ended; completes when the work is shared out and goes on.</summary>
        public async Task<Sending> SendAsync()
        {
            await SharedOutAsync();
            var sending = new Sending(_boats, Gateways);
            try
            {
                await Eventually.TrueAsync(() => Arrived > 200, "positions arrive");
                return sending;
            }
            catch
            {
                sending.Dispose();
                throw;
            }
        }

        /// <summary>
        /// Ends the sending: every frame is stored, and all are delivered but the live ones that newer ones of their unit had overtaken on their way into the database.
        /// </summary>
        public async Task AllArriveAsync(Sending sending)
        {
            await sending.EndAsync();
            var sent = sending.Count;
            await Eventually.TrueAsync(() => Count("frame") == sent, () => $"{Count("frame")} of {sent} frames are stored\n{Logs()}");
            Overtaken = Count("frame WHERE is_overtaken");
            await Eventually.TrueAsync(
                () => Arrived == sent - Overtaken, () => $"{Arrived} of {sent} frames have arrived, {Overtaken} were overtaken\n{Missing()}\n{Logs()}");
        }

        /// <summary>Of each unit, what arrived as the present for the first time came in the order of its counter.</summary>
        public void AssertOrder()
        {
            lock (_lock)
            {
                foreach (var (unit, counters) in _counters)
                    Assert.True(counters.SequenceEqual(counters.Order()), $"unit {unit}: {string.Join(' ', counters)}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var gateway in Gateways)
                await gateway.DisposeAsync();
            foreach (var way in Ways)
                await way.DisposeAsync();
            await _subscriber.DisposeAsync();
            await _broker.DisposeAsync();
            foreach (var boat in _boats)
                boat.Dispose();
        }

        private int Count(string from) => (int)TestSql.ScalarAsync(_database, $"SELECT count(*) FROM {from}").GetAwaiter().GetResult();

        private string Missing()
        {
            var stored = TestSql.TextAsync(
                _database, "SELECT string_agg(unit || CASE class WHEN 0 THEN '-live-' ELSE '-rec-' END || counter || ':' || seq || '/' || shard, ' ' ORDER BY seq) FROM frame WHERE NOT is_overtaken");
            var cursors = TestSql.TextAsync(_database, "SELECT string_agg(outlet || ' ' || shard || ': ' || seq, ', ' ORDER BY outlet, shard) FROM outlet_cursor");
            lock (_lock)
                return $"missing: {string.Join(' ', stored.GetAwaiter().GetResult().Split(' ').Where(frame => !_ids.Contains(frame.Split(':')[0])).Take(MissingToldMax))}\ncursors: {cursors.GetAwaiter().GetResult()}\nbroker: {_broker.Log}";
        }

        private async Task StartGatewayAsync(int index, int brokerAwayS)
        {
            var way = new TcpRelay(_broker.Port);
            Ways.Add(way);
            var gateway = new TestGateway($"\"host\": \"{MosquittoProcess.Host}\", \"port\": {way.Port}, \"clientId\": \"gateway-{index}\"", _boats);
            Gateways.Add(gateway);
            await File.WriteAllTextAsync(gateway.InFolder("cluster.txt"), _database);
            gateway.AddSection($"\"cluster\": {{ \"connectionFile\": \"cluster.txt\", \"gatewayIndex\": {index}, \"shards\": 4, \"leaseS\": {LeaseS}, \"brokerAwayS\": {brokerAwayS} }}");
            gateway.AddSection($"\"downlink\": {{ \"region\": \"AS923-1\" }}");
            await gateway.StartAsync();
        }

        // Its log tells "publishes for shards 0:1 1:1", and that they have ended or were given up.
        private static string[] LastShards(TestGateway gateway)
        {
            const string Mark = "publishes for shards ";
            var log = gateway.Log;
            var at = log.LastIndexOf(Mark, StringComparison.Ordinal);
            string[] ends = ["leases have ended", "stands aside"];
            return at < 0 || ends.Any(end => log.LastIndexOf(end, StringComparison.Ordinal) > at)
                ? []
                : [.. log[(at + Mark.Length)..].Split('\n')[0].Split(',')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }

        private void Arrive(MqttMessage message)
        {
            using var json = JsonDocument.Parse(message.Payload);
            var id = json.RootElement.GetProperty("id").GetString()!;
            var unit = json.RootElement.GetProperty("unit").GetInt32();
            lock (_lock)
            {
                if (!_ids.Add(id))
                {
                    _repeats++;
                    return;
                }

                // What lay in a gap comes beside the present, as history.
                if (!message.Topic.EndsWith("/position", StringComparison.Ordinal))
                    return;
                if (!_counters.TryGetValue(unit, out var counters))
                    _counters.Add(unit, counters = []);
                counters.Add(json.RootElement.GetProperty("counter").GetUInt32());
            }
        }
    }

    /// <summary>Frames of all boats, one of each every few milliseconds: the last gateway acknowledges each, the others may be gone.</summary>
    private sealed class Sending : IDisposable
    {
        private readonly List<TestConcentrator> _concentrators;
        private readonly CancellationTokenSource _end = new();
        private readonly Task _loop;
        private int _count;

        public Sending(TestBoat[] boats, List<TestGateway> gateways)
        {
            _concentrators = [.. gateways.Select((gateway, i) => new TestConcentrator(gateway.UdpPort, 0xAA00 + (ulong)i))];
            _loop = Task.Run(() => RunAsync(boats));
        }

        /// <summary>Frames that were sent.</summary>
        /// <exception cref="Exception">The sending has failed, by this.</exception>
        public int Count => _loop.IsFaulted ? throw _loop.Exception!.InnerException! : Volatile.Read(ref _count);

        public async Task EndAsync()
        {
            await _end.CancelAsync();
            await _loop;
        }

        public void Dispose()
        {
            _end.Cancel();
            _concentrators.ForEach(static concentrator => concentrator.Dispose());
            _end.Dispose();
        }

        // A gateway that was killed has no port any more, which the kernel tells.
        private static async Task SendAsync(TestConcentrator concentrator, byte[] datagram)
        {
            try
            {
                await concentrator.SendAsync(datagram);
            }
            catch (SocketException)
            {
                // As a concentrator would, it goes on.
            }
        }

        private static byte[] Durable(TestBoat boat, uint counter) => (counter % 4) switch
        {
            0 => boat.Event(counter),
            1 => boat.Status(counter),
            2 => boat.Track(counter),
            _ => boat.Sketch(counter),
        };

        private async Task RunAsync(TestBoat[] boats)
        {
            for (uint counter = 1; !_end.IsCancellationRequested; counter++)
            {
                // Of one boat after the other a durable frame, too, of one kind after the other.
                byte[][] frames = [.. boats.Select(boat => boat.FrameNow(counter)), Durable(boats[counter % boats.Length], counter / (uint)boats.Length)];
                foreach (var concentrator in _concentrators.SkipLast(1))
                    await SendAsync(concentrator, TestConcentrator.PushData(concentrator.Eui, (ushort)counter, frames));
                await _concentrators[^1].PushAsync(frames);
                Interlocked.Add(ref _count, frames.Length);
                await Task.Delay(10);
            }
        }
    }
}
