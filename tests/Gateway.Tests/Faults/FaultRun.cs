using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>
/// Boats, the real gateway process, a real broker and a subscriber, while something goes wrong again and again. In the
/// end every durable frame that the gateway acknowledged to a boat must have reached the subscriber, under one id and whole.
/// </summary>
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>Named limit: memory of the gateway, bytes.</summary>
    public const long ResidentBytesMax = 512L << 20;

    private const int SampleMs = 100;

    // Every boat and every attacker has this machine's address: by the limits for one address most of a campaign would be refused unread.
    private const string ManyPerAddress = "\"datagramsPerS\": 1000000";
    private const string ManyBoatsPerAddress = "\"framesPerSecondMax\": 100000, \"burstFramesMax\": 1000000";

    private static readonly TimeSpan _settleLongest = TimeSpan.FromMinutes(5);

    // A broker that forgot is told the last hour again, at mqtt.catchUpPerS: after a long campaign that takes as long as it takes, while it goes on.
    private static readonly TimeSpan _settleLongestWhileTold = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan _quietLongest = TimeSpan.FromSeconds(30);

    private readonly ITestOutputHelper _output;
    private readonly CancellationTokenSource _end = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private Task _sampling = Task.CompletedTask;
    private long _residentBytes;

    private FaultRun(
        ITestOutputHelper output, MosquittoProcess broker, TestGateway gateway, LoadFleet fleet, ShoreRecord shore, (int Forwarder, int Mobile) ports)
    {
        (ForwarderPort, MobilePort) = ports;
        _output = output;
        Broker = broker;
        Gateway = gateway;
        Fleet = fleet;
        Shore = shore;
    }

    public int ForwarderPort { get; }

    public int MobilePort { get; }

    public MosquittoProcess Broker { get; }

    public TestGateway Gateway { get; }

    public LoadFleet Fleet { get; }

    public ShoreRecord Shore { get; }

    /// <summary>How often the campaign repeats its fault: BOAT_FAULTS for a long one (make faults).</summary>
    public static int Times(int byDefault) => FromEnvironment("BOAT_FAULTS", byDefault);

    /// <summary>Frames a second: BOAT_FAULT_RATE for a long campaign.</summary>
    public static int Rate(int byDefault) => FromEnvironment("BOAT_FAULT_RATE", byDefault);

    public static async Task<FaultRun> StartAsync(
        ITestOutputHelper output, LoadOptions load, Random random, MosquittoSettings? broker = null, Func<TestGateway, Task>? startGateway = null)
    {
        var mosquitto = await MosquittoProcess.StartAsync(broker);
        var (forwarderPort, mobilePort) = (FreePorts.Udp(), FreePorts.Udp());
        var fleet = new LoadFleet(load, forwarderPort, mobilePort, random);
        var gateway = new TestGateway(
            $"\"host\": \"127.0.0.1\", \"port\": {mosquitto.Port}", fleet.Boats.Select(boat => (boat.Unit, boat.Key)));
        gateway.Configure(
            "\"packetForwarder\": { \"listen\": \"127.0.0.1:0\" }",
            $"\"packetForwarder\": {{ \"listen\": \"127.0.0.1:{forwarderPort}\", {ManyPerAddress} }},"
            + $" \"cellular\": {{ \"listen\": \"127.0.0.1:{mobilePort}\", {ManyBoatsPerAddress} }}");
        var shore = new ShoreRecord(mosquitto.Port);
        var run = new FaultRun(output, mosquitto, gateway, fleet, shore, (forwarderPort, mobilePort));
        try
        {
            await shore.StartAsync();
            await (startGateway is null ? gateway.StartAsync() : startGateway(gateway));
            fleet.Start();

            // A fault without load tells nothing.
            await Eventually.TrueAsync(() => fleet.Boats.Any(boat => !boat.Acknowledged.IsEmpty), () => $"the load runs\n{gateway.Log}");
            run._sampling = Task.Run(run.SampleAsync);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does a fault so many times, and then <see cref="SettleAsync"/>.</summary>
    public async Task RepeatAsync(string what, int times, Func<Task> fault)
    {
        for (var i = 0; i < times; i++)
            await fault();
        await SettleAsync(what, times);
    }

    /// <summary>Ends the load, waits until all is told, and checks what must hold.</summary>
    public async Task SettleAsync(string what, int times)
    {
        Fleet.SendsPositions = false;
        Fleet.RaisesEvents = false;
        var loadS = _watch.Elapsed.TotalSeconds;
        var settling = Stopwatch.StartNew();
        while ((Fleet.Unacknowledged > 0 || Missing().Count > 0)
            && settling.Elapsed < (Shore.Quiet < _quietLongest ? _settleLongestWhileTold : _settleLongest))
        {
            await Task.Delay(SampleMs);
        }

        var missing = Missing();
        Report(what, times, loadS, settling.Elapsed);
        Assert.True(Fleet.Unacknowledged == 0, $"{Fleet.Unacknowledged} durable frames were never acknowledged\n{Gateway.Log}");
        Assert.True(missing.Count == 0, $"acknowledged and not delivered: {string.Join(' ', missing.Take(20))} ({missing.Count})\n{Gateway.Log}");
        Assert.Empty(Shore.Faults.Take(10));
        Assert.InRange(_residentBytes, 1, ResidentBytesMax);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        await Fleet.DisposeAsync();
        await Shore.DisposeAsync();
        await Gateway.DisposeAsync();
        await Broker.DisposeAsync();
        _end.Dispose();
    }

    private static int FromEnvironment(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : byDefault;

    private List<string> Missing() =>
    [
        .. Fleet.Boats.SelectMany(boat => boat.Acknowledged.Where(counter => !Shore.Has(boat.Unit, counter)).Select(counter => $"{boat.Unit}-rec-{counter}")),
    ];

    private async Task SampleAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            _residentBytes = Math.Max(_residentBytes, Gateway.ResidentBytes);
            await Task.Delay(SampleMs, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Report(string what, int times, double loadS, TimeSpan settled)
    {
        var acknowledged = Fleet.Boats.Sum(boat => boat.Acknowledged.Count);
        var live = Fleet.Boats.Sum(boat => (long)boat.LiveSent);
        _output.WriteLine(
            $"{what}: {times} times in {loadS:F0} s; {live} positions and {Fleet.Boats.Sum(boat => (long)boat.RecordsMade)} durable frames of every kind made,"
            + $" {Fleet.Datagrams / loadS:F0} datagrams/s ({Fleet.Lost} lost); {acknowledged} of them acknowledged, all there after {settled.TotalSeconds:F1} s;"
            + $" {Shore.Messages} messages, {Shore.Ids} ids, {Shore.Repeats} repeats; memory at most {_residentBytes >> 20} MiB");
    }
}
