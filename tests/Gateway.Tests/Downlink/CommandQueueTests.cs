using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Gateway.Downlink;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Gateway.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Downlink;

public sealed class CommandQueueTests : IDisposable
{
    private const int Unit = 17;
    private readonly string _folder = Directory.CreateTempSubdirectory("boat-test-commands-").FullName;
    private readonly ManualTime _time = new();
    private readonly TestBoat _boat = new(Unit);
    private readonly FleetSource _fleet;
    private readonly GatewayMetrics _gatewayMetrics = new();
    private readonly DownlinkMetrics _metrics;
    private DownlinkStore _store;
    private CommandQueue _queue;
    private uint _counter = 1000;

    public CommandQueueTests()
    {
        _fleet = new FleetSource(TestBoat.Fleet(_boat));
        _metrics = new DownlinkMetrics(_gatewayMetrics);
        (_store, _queue) = Open();
    }

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    public void Dispose()
    {
        _store.Dispose();
        _boat.Dispose();
        _gatewayMetrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Enqueue_EveryKindWithoutAKey_IsSealedAsItWasAsked()
    {
        Command[] commands =
        [
            Ask(CommandKind.ReportInterval, command => (command.LiveIntervalS, command.TrackIntervalS, command.DurationMin) = (30, 5, 90)),
            Ask(CommandKind.StatusRequest, command => command.LongStatus = true),
            Ask(CommandKind.BacklogRange, command => (command.FromCounter, command.ToCounter) = (7, 4_000_000_000)),
            Ask(CommandKind.SosAcknowledged, command => (command.EventCounter, command.SosCode) = (77, 3)),
        ];
        foreach (var command in commands)
        {
            Assert.Equal(CommandRefusal.None, _queue.Enqueue(new CommandRequest(Unit, command), out _));
            Reopen();
            var read = new Command();
            var due = _queue.Due(Unit, NowMs)!;
            Assert.True(_queue.TryRead(due, _fleet.Current.Find(Unit)!, read));
            Assert.Equivalent(command, read);
            Assert.NotNull(Counter(due));
            _queue.Result(Unit, _counter, CommandResult.Done);
        }

        Assert.Equal(0, _queue.WaitingCount);
        Assert.Equal(commands.Length, _metrics.CommandEnds[CommandEnd.Done]);
    }

    [Fact]
    public void Enqueue_WhatCannotBeSent_IsRefusedWithItsReason()
    {
        CommandRefusal Try(CommandRequest request) => _queue.Enqueue(request, out _);

        Assert.Equal(CommandRefusal.UnknownUnit, Try(new CommandRequest(18, Ask(CommandKind.StatusRequest))));
        Assert.Equal(CommandRefusal.UnknownUnit, Try(new CommandRequest(-1, Ask(CommandKind.StatusRequest))));
        Assert.Equal(CommandRefusal.BadValue, Try(new CommandRequest(Unit, Ask(CommandKind.ReportInterval, command => command.LiveIntervalS = 70_000))));
        Assert.Equal(CommandRefusal.BadValue, Try(new CommandRequest(Unit, Ask((CommandKind)9))));
        Assert.Equal(CommandRefusal.BadValue, Try(new CommandRequest(Unit, Ask(CommandKind.BacklogRange, command => command.FromCounter = 1))));
        Assert.Equal(CommandRefusal.BadExpiry, Try(new CommandRequest(Unit, new Command())));
        Assert.Equal(CommandRefusal.BadExpiry, Try(new CommandRequest(Unit, Ask(CommandKind.StatusRequest, command => command.ExpiryUtcMs = _time.UtcMs))));
        Assert.Equal(CommandRefusal.TooLong, Try(new CommandRequest(Unit, Ask(CommandKind.StatusRequest), "t", new byte[257])));
        Assert.Equal(CommandRefusal.NoNextKey, Try(new CommandRequest(Unit, Ask(CommandKind.KeyChange))));
        for (var i = 0; i < 16; i++)
            Assert.Equal(CommandRefusal.None, Try(new CommandRequest(Unit, Ask(CommandKind.StatusRequest))));
        Assert.Equal(CommandRefusal.UnitQueueFull, Try(new CommandRequest(Unit, Ask(CommandKind.StatusRequest))));
        _store.Dispose();
        Assert.Equal(16, _metrics.CommandRefusals[CommandRefusal.None]);
    }

    [Fact]
    public void Enqueue_StoreFailed_IsRefusedAndForgotten()
    {
        _store.Dispose();

        Assert.Equal(CommandRefusal.StorageFailed, _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.StatusRequest)), out _));

        Assert.False(_queue.IsWaiting(Unit));
        Assert.Equal(1, _metrics.StoreFailures.Count);
    }

    [Fact]
    public void Due_SentAndUnanswered_RestsLongerEachTimeUnderOneCounter()
    {
        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.StatusRequest)), out _);
        List<uint?> counters = [];
        List<long> waits = [];
        for (var i = 0; i < 4; i++)
        {
            var command = _queue.Due(Unit, NowMs)!;
            counters.Add(Counter(command));
            _queue.Sent(command, NowMs);
            var sentMs = NowMs;
            while (_queue.Due(Unit, NowMs) is null)
                _time.Advance(TimeSpan.FromSeconds(1));
            waits.Add((NowMs - sentMs) / 1000);
        }

        Assert.Equal([15, 30, 60, 120], waits);
        Assert.Single(counters.Distinct());
        _time.Advance(TimeSpan.FromMilliseconds(CommandQueue.CounterKeptMs));
        Assert.NotEqual(counters[0], Counter(_queue.Due(Unit, NowMs)!));
    }

    [Fact]
    public void Result_OfAnyCounterItWasSentUnder_EndsTheCommandAfterARestartToo()
    {
        var results = new Results();
        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.StatusRequest), "answers/here", new byte[] { 1, 2 }), out var id);
        var first = Counter(_queue.Due(Unit, NowMs)!)!.Value;
        Reopen();
        Assert.NotEqual(first, Counter(_queue.Due(Unit, NowMs)!));
        _queue.Attach(results);

        _queue.Result(Unit, 5, CommandResult.Done);
        Assert.Empty(results.Ended);
        _queue.Result(Unit, first, CommandResult.RefusedOutOfRange);

        var ended = Assert.Single(results.Ended);
        Assert.Equal((id, Unit, CommandKind.StatusRequest, CommandEnd.RefusedOutOfRange, "answers/here"), (ended.Id, ended.Unit, ended.Kind, ended.End, ended.ResponseTopic));
        Assert.Equal([1, 2], ended.Correlation.ToArray());
    }

    [Fact]
    public void Ended_NotTold_IsToldAgainAfterARestartUntilItIs()
    {
        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.StatusRequest), "answers/here"), out var id);
        Counter(_queue.Due(Unit, NowMs)!);
        _queue.Result(Unit, _counter, CommandResult.Done);
        Reopen();
        var results = new Results();
        _queue.Attach(results);
        Assert.Equal(id, Assert.Single(results.Ended).Id);

        _queue.Told(id);
        Reopen();
        var again = new Results();
        _queue.Attach(again);

        Assert.Empty(again.Ended);
    }

    [Fact]
    public void Expire_UnsentUnansweredAndGone_AreToldApart()
    {
        using var other = new TestBoat(18);
        using var third = new TestBoat(19);
        _fleet.Replace(TestBoat.Fleet(_boat, other, third));
        var results = new Results();
        _queue.Attach(results);
        foreach (var unit in new[] { Unit, 18, 19 })
            Assert.Equal(CommandRefusal.None, _queue.Enqueue(new CommandRequest(unit, Ask(CommandKind.StatusRequest), "a"), out _));
        Counter(_queue.Due(18, NowMs)!);
        _fleet.Replace(TestBoat.Fleet(_boat, other));
        _queue.Expire();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(_queue.Due(Unit, NowMs));
        _queue.Expire();

        Assert.Equal(
            [(19, CommandEnd.UnitGone), (Unit, CommandEnd.ExpiredUnsent), (18, CommandEnd.ExpiredUnanswered)],
            results.Ended.Select(ended => (ended.Unit, ended.End)));
        Assert.Equal(0, _queue.WaitingCount);
    }

    [Fact]
    public void Due_TwoCommands_OneAfterTheOtherButAnSosIsAnsweredAtOnce()
    {
        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.StatusRequest)), out var first);
        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.BacklogRange)), out var second);
        var under = Counter(_queue.Due(Unit, NowMs)!);
        _queue.Sent(_queue.Due(Unit, NowMs + CommandQueue.UnderWayMs)!, NowMs);
        Assert.Null(_queue.Due(Unit, NowMs));

        _queue.Enqueue(new CommandRequest(Unit, Ask(CommandKind.SosAcknowledged)), out var sos);
        var answer = _queue.Due(Unit, NowMs)!;
        Assert.Equal(sos, answer.Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        Counter(answer);
        _queue.Sent(answer, NowMs);

        // The unit would not take the first one's counter any more.
        _time.Advance(TimeSpan.FromSeconds(14));
        var again = _queue.Due(Unit, NowMs)!;
        Assert.Equal(first, again.Id);
        Assert.NotEqual(under, Counter(again));
        _queue.Result(Unit, _counter, CommandResult.Done);
        Assert.Equal(second, _queue.Due(Unit, NowMs)!.Id);
    }

    private static Command Ask(CommandKind kind, Action<Command>? set = null)
    {
        var command = new Command { Kind = kind, ExpiryUtcMs = new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() };
        set?.Invoke(command);
        return command;
    }

    private uint? Counter(QueuedCommand command) => _queue.CounterFor(command, NowMs, () => ++_counter);

    private void Reopen()
    {
        _store.Dispose();
        (_store, _queue) = Open();
    }

    private (DownlinkStore, CommandQueue) Open()
    {
        var options = new DownlinkOptions { File = Path.Combine(_folder, "downlink.db") };
        var store = new DownlinkStore(options.File);
        store.Open();
        var queue = new CommandQueue(options, store, _fleet, _metrics, _time, NullLogger<CommandQueue>.Instance);
        queue.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        return (store, queue);
    }

    private sealed class Results : ICommandResults
    {
        public List<EndedCommand> Ended { get; } = [];

        void ICommandResults.Ended(EndedCommand command) => Ended.Add(command);
    }
}
