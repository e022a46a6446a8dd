using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.BoatUnit.Tests.Host;
using BoatTelemetry.BoatUnit.Wiring;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Host.Wires;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using nanoFramework.Runtime.Native;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Links;

public sealed class WifiLinkTests(ITestOutputHelper output)
{
    private const int WithinMs = 20_000;

    [Fact]
    public async Task Frames_OverARealBroker_GoBothWays()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await using var shore = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/units/#", "%t %x|%p");
        using var bench = new Bench(Options(broker.Port));
        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready");

        Assert.Equal(LinkResult.Sent, bench.Link.Send([9, 0x00, 0xFF, 0x0A], 1, 3));
        Assert.StartsWith("patrol/v1/units/17/up 00ff0a|", await shore.ReadAsync(), StringComparison.Ordinal);
        bench.WaitUntil(() => bench.Link.Uplink.FramesSent == 1, "acknowledged");

        await MosquittoPublisher.PublishAsync(broker.Port, "patrol/v1/units/17/down", "sixteen bytes it");
        var buffer = new byte[222];
        var length = 0;
        bench.WaitUntil(() => (length = bench.Link.Receive(buffer, 0)) > 0, "received");
        Assert.Equal("sixteen bytes it"u8.ToArray(), buffer[..length]);
        Assert.Equal(UplinkFailure.None, bench.Link.Uplink.LastFailure);
        Assert.Equal(1, bench.Wifi.Joins);
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Frames_OverTls_AreSent_AndAnotherAuthorityIsNotTrusted()
    {
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings
        {
            Tls = (certificates.ServerFile, certificates.ServerKeyFile, certificates.CaFile),

            // A unit is known by its user and by the seal of its frames; it has no certificate.
            Extra = "require_certificate false",
        });
        using var bench = new Bench(Options(broker.Port, options => options.CaCertificate = certificates.CaDer));
        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready over TLS");
        bench.Link.Send([1, 2, 3], 0, 3);
        bench.WaitUntil(() => bench.Link.Uplink.FramesSent == 1, "acknowledged");
        bench.StopAndExpectNoThread();

        using var wary = new Bench(Options(broker.Port, options => options.CaCertificate = others.CaDer));
        wary.WaitUntil(() => wary.Link.Uplink.FailureCount(UplinkFailure.NotReached) > 0, "refusal of the authority");
        Assert.Equal(0, wary.Link.Uplink.Connections);
        wary.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Tls_BeforeAnybodyKnowsTheTime_WaitsForTheUnitsClock()
    {
        using var certificates = new TestCertificates();
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings
        {
            Tls = (certificates.ServerFile, certificates.ServerKeyFile, certificates.CaFile),
            Extra = "require_certificate false",
        });
        using var bench = new Bench(Options(broker.Port, options => options.CaCertificate = certificates.CaDer), knowsTime: false);
        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.NotReached) > 0, "a certificate that is not valid yet");
        Assert.Equal(0, bench.Link.Uplink.Connections);

        var time = new TimeKeeper(new BoardClock(new SimulatedTime()), null!);
        time.NetworkTime(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 0);

        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready over TLS");
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Broker_KilledAndRestarted_IsFoundAgain()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        using var bench = new Bench(Options(broker.Port));
        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready");

        await broker.KillAsync();
        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.ConnectionLost) == 1, "loss noticed");
        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.NotReached) > 0, "tried in vain");
        Assert.Equal(LinkResult.Down, bench.Link.Send([4], 0, 1));
        await broker.RestartAsync();

        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready again");
        bench.Link.Send([4, 5, 6], 0, 3);
        bench.WaitUntil(() => bench.Link.Uplink.FramesSent == 1, "acknowledged");
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Broker_ThatStopsAnswering_IsGivenUpAfterItsTime()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        using var bench = new Bench(Options(broker.Port, options => options.AcknowledgeTimeoutMs = 500));
        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready");

        broker.Suspend();
        bench.Link.Send([7], 0, 1);
        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.PublishTimedOut) == 1, "given up");

        Assert.Equal(1, bench.Link.Uplink.FramesFailed);
        Assert.Equal(0, bench.Link.Uplink.FramesSent);
        Assert.NotEqual(LinkState.Ready, bench.Link.State);
        await broker.KillAsync();
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Password_ThatIsWrong_IsRefusedAndToldAsSuch()
    {
        await using var broker = await MosquittoProcess.StartAsync(new MosquittoSettings { User = ("boat17", "right") });
        using var bench = new Bench(Options(broker.Port, options => (options.User, options.Password) = ("boat17", "wrong")));

        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.Refused) >= 2, "refused twice");

        Assert.Equal(0, bench.Link.Uplink.Connections);
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Wifi_OutOfReach_IsWaitedFor()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        using var bench = new Bench(Options(broker.Port), new SimulatedWifi { Ssid = "harbour", Password = "let me in", IsInReach = false });

        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.NotJoined) >= 2, "not joined");
        var beats = bench.Link.Uplink.Heartbeats;
        bench.Wifi.IsInReach = true;

        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready");
        bench.WaitUntil(() => bench.Link.Uplink.Heartbeats > beats, "heartbeat");
        bench.StopAndExpectNoThread();
    }

    [Theory]
    [InlineData("let me in", true)]
    [InlineData("mistyped", false)]
    public async Task Wifi_PlatformHasJoinedByItself_ThePasswordOfNowDecides(string password, bool isRight)
    {
        await using var broker = await MosquittoProcess.StartAsync();
        using var bench = new Bench(
            Options(broker.Port, options => options.WifiPassword = password),
            new SimulatedWifi { Ssid = "harbour", Password = "let me in", Stored = ("harbour", "let me in") });

        bench.WaitUntil(() => bench.Link.State == LinkState.Ready || bench.Link.Uplink.FailureCount(UplinkFailure.NotJoined) >= 2, "joined or not");

        Assert.Equal(isRight, bench.Link.State == LinkState.Ready);
        Assert.Equal(isRight ? 1 : 0, bench.Link.Uplink.Connections);
        Assert.True(bench.Wifi.Joins >= 1, "what the platform had stored was taken for the join");
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public async Task Wifi_GoneLater_IsNotJoinedAndFoundAgain()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        using var bench = new Bench(Options(broker.Port));
        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready");

        bench.Wifi.IsInReach = false;
        await broker.KillAsync();
        bench.WaitUntil(() => bench.Link.Uplink.FailureCount(UplinkFailure.NotJoined) > 0, "not joined");
        Assert.Equal(0, bench.Link.Uplink.FailureCount(UplinkFailure.NotReached));
        bench.Wifi.IsInReach = true;
        await broker.RestartAsync();

        bench.WaitUntil(() => bench.Link.State == LinkState.Ready, "ready again");
        bench.StopAndExpectNoThread();
    }

    [Fact]
    public void Stop_WhileTheBrokerDoesNotAnswer_EndsTheWorker()
    {
        // It listens, and nobody accepts: TCP connects, and CONNACK never comes.
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var bench = new Bench(Options(((IPEndPoint)listener.LocalEndpoint).Port));
        bench.WaitUntil(() => listener.Pending(), "connecting");

        var stopped = Stopwatch.StartNew();
        bench.StopAndExpectNoThread();

        output.WriteLine($"stopped after {stopped.ElapsedMilliseconds} ms");
        listener.Stop();
    }

    [Fact]
    public void Frame_LongerThanTheLinkCarries_IsTooLong()
    {
        using var bench = new Bench(Options(FreePorts.Tcp()));

        Assert.Equal(LinkResult.TooLong, bench.Link.Send(new byte[300], 0, 223));
        Assert.Equal(LinkResult.Down, bench.Link.Send(new byte[300], 0, 222));
        bench.StopAndExpectNoThread();
    }

    private static MqttOptions Options(int port, Action<MqttOptions>? set = null)
    {
        var options = new MqttOptions
        {
            UnitId = 17,
            Ssid = "harbour",
            WifiPassword = "let me in",
            Host = MosquittoProcess.Host,
            Port = port,
            BackOffMinMs = 50,
            BackOffMaxMs = 200,
            HeartbeatMs = 50,
            JoinTimeoutMs = 1_000,
        };
        set?.Invoke(options);
        return options;
    }

    private sealed class Bench : IDisposable
    {
        public Bench(MqttOptions options, SimulatedWifi? wifi = null, bool knowsTime = true)
        {
            BoardWires.Current = new BoardWires();
            if (knowsTime)
                Rtc.SetSystemTime(DateTime.UtcNow);
            Wifi = wifi ?? new SimulatedWifi { Ssid = "harbour", Password = "let me in" };
            BoardWires.Current.Connect<IWifiAir>(IWifiAir.Place, Wifi);
            BoardWires.Current.Connect<IMqttWire>(IMqttWire.Place, new MqttWire());
            Link = new WifiLink(options, new MqttClientFactory(options), new WifiStation(options));
            Link.Uplink.Start();
        }

        public SimulatedWifi Wifi { get; }

        public WifiLink Link { get; }

        public void WaitUntil(Func<bool> holds, string what)
        {
            var uplink = Link.Uplink;
            Assert.True(
                SpinWait.SpinUntil(holds, WithinMs),
                $"{what} did not come about: state {uplink.State}, last failure {uplink.LastFailure}");
        }

        // Stop tells by joining the thread: true is "it has ended".
        public void StopAndExpectNoThread()
        {
            Assert.True(Link.Uplink.Stop(10_000), "the worker still runs");
            Assert.Equal(UplinkState.Stopped, Link.Uplink.State);
        }

        public void Dispose() => Link.Uplink.Stop(10_000);
    }
}
