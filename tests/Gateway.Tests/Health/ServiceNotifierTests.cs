using System.Net.Sockets;
using System.Text;
using BoatTelemetry.Gateway.Health;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.TestSupport;

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
        var folder = Directory.CreateTempSubdirectory("boat-test-notify-").FullName;
        try
        {
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));
            using var boat = new TestBoat(17);
            await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
            gateway.MoreEnvironment["NOTIFY_SOCKET"] = Path.Combine(folder, "notify");
            gateway.MoreEnvironment["WATCHDOG_USEC"] = "2000";
            await gateway.StartAsync();
            Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Gateway_UnderAServiceManager_SaysReadyAliveAndStopping()
    {
        var folder = Directory.CreateTempSubdirectory("boat-test-notify-").FullName;
        try
        {
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));
            using var boat = new TestBoat(17);
            await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
            gateway.MoreEnvironment["NOTIFY_SOCKET"] = Path.Combine(folder, "notify");
            gateway.MoreEnvironment["WATCHDOG_USEC"] = "200000";
            await gateway.StartAsync();

            List<string> said = [];
            while (said.Count(line => line == "WATCHDOG=1") < 3 || !said.Contains("READY=1"))
                said.Add(await ReceiveAsync(manager));
            Assert.Equal(0, (await gateway.TerminateAsync()).ExitCode);
            while (!said.Contains("STOPPING=1"))
                said.Add(await ReceiveAsync(manager));
            Assert.Equal(["READY=1", "STOPPING=1"], said.Where(line => line != "WATCHDOG=1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[256];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var bytes = await socket.ReceiveAsync(buffer, timeout.Token);
        return Encoding.UTF8.GetString(buffer, 0, bytes);
    }
}
