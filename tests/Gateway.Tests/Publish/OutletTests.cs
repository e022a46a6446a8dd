using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.Gateway.Journal;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

/// <summary>The journal and the outlet as the gateway runs them, against a real mosquitto.</summary>
public sealed class OutletTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Boats = 3;
    private const int Steps = 60;
    private readonly TestBoat[] _boats = [.. Enumerable.Range(17, Boats).Select(unit => new TestBoat(unit))];

    public ValueTask DisposeAsync()
    {
        foreach (var boat in _boats)
            boat.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Outlet_UnderRandomDisconnectsAndRestarts_SkipsNothingAndNeverMovesABoatBackwards()
    {
        var random = Seed.New(output);
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings { Extra = "max_inflight_messages 1000" });
        await using var shore = await Shore.SubscribeAsync(broker.Port);
        await using var stages = new Stages();
        await using var run = new Run(this, stages, broker.Port, random);
        await run.StartAsync();
        for (var step = 0; step < Steps; step++)
        {
            run.AppendSome();
            switch (random.Next(10))
            {
                case 0:
                    await TakeOverAsync(broker.Port);
                    break;
                case 1:
                    await run.StopAsync();
                    await run.StartAsync();
                    break;
                case 2:
                    await run.StopAbruptlyAsync();
                    await run.StartAsync();
                    break;
                case < 6:
                    await Task.Delay(random.Next(20));
                    break;
                default:
                    break;
            }
        }

        await Task.WhenAny(Eventually.TrueAsync(() => run.Ids.All(shore.Has), "everything arrived", 60_000));
        Assert.All(run.Ids, id => Assert.True(shore.Has(id), id));
        shore.AssertOrder(run.NewestPositions);
        output.WriteLine($"{run.Ids.Count} frames, {shore.MessageCount} messages");
    }

    [Fact]
    public async Task Outlet_RowOfWhichNoMessageCanBeMade_IsPassedOverAndOthersGoOut()
    {
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings());
        await using var shore = await Shore.SubscribeAsync(broker.Port);
        await using var stages = new Stages();
        await using var run = new Run(this, stages, broker.Port, Seed.New(output));
        await run.StartAsync();
        run.AppendDamaged();
        while (run.Ids.Count == 0)
            run.AppendSome();

        await Eventually.TrueAsync(() => run.Ids.All(shore.Has), "what stands behind it arrived");
    }

    // A broker ends the older connection of one client identifier (MQTT 5 section 3.1.4).
    private static async Task TakeOverAsync(int port)
    {
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "outlet" }, CancellationToken.None);
    }

    /// <summary>Frames into the journal, and an outlet on it that can be taken away.</summary>
    private sealed class Run(OutletTests test, Stages stages, int port, Random random) : IAsyncDisposable
    {
        private static readonly DateTimeOffset _begin = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        private readonly uint[] _live = new uint[Boats];
        private readonly uint[] _durable = new uint[Boats];
        private readonly List<(int Boat, uint Counter)> _late = [];
        private readonly Relay _relay = new();
        private SqliteJournal? _journal;
        private UnitActivity? _activity;
        private readonly FrameTraces _traces = new(0, stages.Time);
        private MqttConnections? _connections;
        private JournalPublisher? _publisher;
        private int _lives;

        public HashSet<string> Ids { get; } = new(StringComparer.Ordinal);

        public Dictionary<int, uint> NewestPositions { get; } = [];

        /// <summary>Live frames, late ones among them, and durable ones, in a random order.</summary>
        public void AppendSome()
        {
            for (var i = random.Next(60); i > 0; i--)
            {
                var boat = random.Next(Boats);
                var kind = random.Next(10);
                if (kind < 3)
                {
                    AppendDurable(boat, ++_durable[boat], kind);
                    continue;
                }

                var counter = ++_live[boat];
                if (kind == 3)
                    _late.Add((boat, counter));
                else
                    AppendLive(boat, counter);
                if (_late.Count > 0 && random.Next(4) == 0)
                {
                    var late = _late[random.Next(_late.Count)];
                    _late.Remove(late);
                    AppendLive(late.Boat, late.Counter);
                }
            }
        }

        /// <summary>An event at a time that no calendar has.</summary>
        public void AppendDamaged()
        {
            var counter = ++_durable[0];
            Append(test._boats[0], test._boats[0].Event(counter), counter, FrameClass.Durable, _begin, utcMs: long.MaxValue / 2);
        }

        public async Task StartAsync()
        {
            _lives++;
            var fleet = new FleetSource(TestBoat.Fleet(test._boats));
            _journal ??= await stages.StartJournalAsync(30, _relay);
            _activity = await stages.StartAsync(new UnitActivity(
                UnitActivity.FileOf(stages.JournalFile), () => _journal, fleet, UnitSchedules.Default, stages.Guard, stages.Time, NullLogger<UnitActivity>.Instance));
            _relay.Listener = _activity;
            _connections = new MqttConnections(
                Configuration(port), MqttStack.Default, stages.Metrics, stages.Time, NullLogger<MqttConnections>.Instance);
            _publisher = await stages.StartAsync(new JournalPublisher(
                _connections, _journal, fleet, new FrameMessages(new TopicCache("patrol/v1"), 3600), _activity,
                new GatewayStateMessage("patrol/v1", "outlet", stages.Time), [], PublishOptions.Default with { CatchUpPerS = 2_000 },
                TimeSpan.FromSeconds(1), new OutletState(stages.Metrics), stages.Guard, stages.Metrics, new PublishMetrics(stages.Metrics),
                _traces, stages.Time, NullLogger<JournalPublisher>.Instance,
                new BrokerMemory(
                    new BrokerMark("patrol/v1", "outlet", stages.Time), _journal, _journal, PublishOptions.Default, stages.Time,
                    NullLogger<BrokerMemory>.Instance)));
        }

        public async Task StopAsync()
        {
            await stages.StopAsync(_publisher!);
            _publisher!.Dispose();
            await _connections!.DisposeAsync();
            // In the gateway nothing is appended while there is no outlet.
            await _journal!.FlushAsync(CancellationToken.None);
            _relay.Listener = null;
            await stages.StopAsync(_activity!);
            _activity!.Dispose();
        }

        /// <summary>As a kill leaves it: no file of activity but an old one, cursors as they were committed.</summary>
        public async Task StopAbruptlyAsync()
        {
            var file = UnitActivity.FileOf(stages.JournalFile);
            var kept = File.Exists(file) ? await File.ReadAllBytesAsync(file) : null;
            await StopAsync();
            if (kept is null)
                File.Delete(file);
            else
                await File.WriteAllBytesAsync(file, kept);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _traces.Dispose();
        }

        private static MqttConfiguration Configuration(int port) => new()
        {
            Brokers = [new MqttBrokerAddress("127.0.0.1", port)],
            ClientId = "outlet",
            KeepAliveS = 10,
            PublishTimeoutS = 5,
            ReturnAfterS = 60,
            PublishesPendingMax = 64,
        };

        private void AppendLive(int boat, uint counter)
        {
            var unit = test._boats[boat];
            var time = _begin.AddSeconds(counter);
            unit.Position.SecondOfDay = (int)time.TimeOfDay.TotalSeconds;
            Append(unit, unit.Frame(counter), counter, FrameClass.Live, time);
            Ids.Add($"{unit.Unit}-live-{counter}");
            NewestPositions[unit.Unit] = Math.Max(NewestPositions.GetValueOrDefault(unit.Unit), counter);
        }

        private void AppendDurable(int boat, uint counter, int kind)
        {
            var unit = test._boats[boat];
            var frame = kind switch { 0 => unit.Status(counter), 1 => unit.Event(counter), _ => unit.Track(counter) };
            Append(unit, frame, counter, FrameClass.Durable, _begin);
            Ids.Add($"{unit.Unit}-rec-{counter}");
        }

        private void Append(TestBoat boat, byte[] frame, uint counter, FrameClass frameClass, DateTimeOffset received, long? utcMs = null)
        {
            var receivedUtcMs = received.ToUnixTimeMilliseconds() + 500;
            var record = TestRecords.Of(
                frame, boat, new AdmittedFrame { Counter = counter, Class = frameClass, TimeUtcMs = utcMs ?? (receivedUtcMs - 500), ReceivedUtcMs = receivedUtcMs });
            var datagram = stages.Datagram(frame, receivedUtcMs: receivedUtcMs);
            var admitted = record.Frame;
            datagram.SetAdmitted(in admitted, record.Body.AsSpan(0, record.BodyLength));
            var live = new LiveWindowState(NewestPositions.TryGetValue(boat.Unit, out var newest) ? Math.Max(newest, counter) : -1, 0, receivedUtcMs - 500);
            _journal!.Append(datagram, AdmissionState.NeverSeen with { Live = frameClass == FrameClass.Live || newest > 0 ? live : LiveWindowState.NeverSeen });
        }
    }

    private sealed class Relay : ICommitListener
    {
        public ICommitListener? Listener { get; set; }

        public void Committed(Datagram datagram, in AdmissionState state, bool isDuplicate) =>
            Listener?.Committed(datagram, in state, isDuplicate);
    }

    /// <summary>A subscriber that checks every message as it comes.</summary>
    private sealed class Shore(int port) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Topic, JsonElement Json)> _messages = new();
        private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);
        private readonly ConcurrentQueue<Exception> _faults = new();
        private IMqttLink? _link;

        public int MessageCount => _messages.Count;

        public static async Task<Shore> SubscribeAsync(int port)
        {
            var shore = new Shore(port);
            await shore.ConnectAsync();
            await shore._link!.SubscribeAsync("patrol/v1/#", MqttQos.AtLeastOnce, CancellationToken.None);
            return shore;
        }

        private async Task ConnectAsync()
        {
            _link = MqttStack.Default.CreateLink();
            _link.OnMessage = Received;
            await _link.ConnectAsync(
                new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "shore" },
                CancellationToken.None);
        }

        public bool Has(string id) => _ids.ContainsKey(id);

        public void AssertOrder(Dictionary<int, uint> newest)
        {
            Assert.True(_faults.IsEmpty, string.Join('\n', _faults));
            Dictionary<string, (DateTimeOffset Time, uint Counter)> present = [];
            foreach (var (topic, json) in _messages.Where(one => one.Json.TryGetProperty("counter", out _)))
            {
                var now = (json.GetProperty("time").GetDateTimeOffset(), json.GetProperty("counter").GetUInt32());
                if (!topic.EndsWith("/position", StringComparison.Ordinal) && !topic.EndsWith("/status", StringComparison.Ordinal))
                    continue;
                if (present.TryGetValue(topic, out var before))
                    Assert.True(now.CompareTo(before) >= 0, $"{topic}: {now} after {before}");
                present[topic] = now;
            }

            foreach (var (unit, counter) in newest)
                Assert.Equal(counter, present[string.Create(CultureInfo.InvariantCulture, $"patrol/v1/polairud/{unit}/position")].Counter);
        }

        public async ValueTask DisposeAsync()
        {
            if (_link is not null)
                await _link.DisposeAsync();
        }

        private void Received(MqttMessage message)
        {
            try
            {
                var json = MessageCheck.Valid(message.Payload);
                _messages.Enqueue((message.Topic, json));
                if (json.TryGetProperty("id", out var id))
                    _ids[id.GetString()!] = true;
            }
            catch (Exception e)
            {
                _faults.Enqueue(e);
            }
        }
    }
}
