using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Health;

public sealed class ServiceNotifierTests
{
    [Theory]
    [InlineData("30000000", null, 15_000)]
    [InlineData("30000000", "", 15_000)]
    [InlineData("30000000", "42", 15_000)]
    [InlineData("30000000", "43", null)]
    [InlineData(null, null, null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("-1", null, null)]
    public void WatchdogInterval_OfAnEnvironment_IsHalfTheManagersTime(string? us, string? watched, int? expectedMs)
    {
        var interval = ServiceNotifier.WatchdogInterval(name => name == "WATCHDOG_USEC" ? us : watched, processId: 42);
        Assert.Equal(expectedMs, (int?)interval?.TotalMilliseconds);
    }

    // Unix datagrams wait for their reader, a handful at a time: the start takes longer than they last.
    [Fact]
    public async Task Gateway_UnderAServiceManagerThatReadsNothing_StartsAndStopsAllTheSame()
    {
        using var manager = new ServiceManager();
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.Launch = start => manager.Manage(start, watchdogUs: "2000");
        await gateway.StartAsync();
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task Gateway_UnderAServiceManager_SaysReadyAliveAndStopping()
    {
        using var manager = new ServiceManager();
        using var boat = new TestBoat(17);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.Launch = start => manager.Manage(start, watchdogUs: "200000");
        await gateway.StartAsync();

        List<string> said = [];
        while (said.Count(line => line == "WATCHDOG=1") < 3 || !said.Contains("READY=1"))
            said.Add(await manager.ReceiveAsync());
        Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
        while (!said.Contains("STOPPING=1"))
            said.Add(await manager.ReceiveAsync());
        Assert.Equal(["READY=1", "STOPPING=1"], said.Where(line => line != "WATCHDOG=1"));
    }

    /// <summary>The socket that systemd listens on (sd_notify(3)).</summary>
    private sealed class ServiceManager : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boat-test-notify-");
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public ServiceManager() => _socket.Bind(new UnixDomainSocketEndPoint(SocketPath));

        private string SocketPath => Path.Combine(_folder.FullName, "notify");

        public void Manage(ProcessStartInfo start, string watchdogUs)
        {
            start.Environment["NOTIFY_SOCKET"] = SocketPath;
            start.Environment["WATCHDOG_USEC"] = watchdogUs;
        }

        public async Task<string> ReceiveAsync()
        {
            var buffer = new byte[256];
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            var bytes = await _socket.ReceiveAsync(buffer, timeout.Token);
            return Encoding.UTF8.GetString(buffer, 0, bytes);
        }

        public void Dispose()
        {
            _socket.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
