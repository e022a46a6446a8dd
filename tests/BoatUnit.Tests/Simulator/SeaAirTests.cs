using System.Text;
using BoatTelemetry.BoatUnit.Tests.Drivers;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Simulator.Air;
using BoatTelemetry.Simulator.Sea;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Simulator;

/// <summary>A driver, its chip, the sea, a concentrator and a gateway: a frame each way, by nothing but what each was told.</summary>
public sealed class SeaAirTests
{
    private const int FirstChannelHz = 921_400_000;
    private const uint CounterStartUs = 4_294_000_000;

    [Theory]
    [InlineData(RadioKind.Sx1276)]
    [InlineData(RadioKind.Sx1262)]
    public void Frames_BothWays_Arrive(RadioKind kind)
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, ConcentratorOptions.Lossless);
        var settings = RadioBench.Settings();
        settings.InvertIq = true;
        var (bench, air) = AtSea(kind, concentrator, 5_000, settings);
        var up = RadioBench.Frame(19);

        Assert.Equal(RadioResult.Done, bench.Driver.StartTransmit(up, 0, up.Length));
        Assert.Equal(RadioEvent.Transmitted, bench.Until(1000));
        Assert.True(concentrator.WaitUntilSettled(TimeSpan.FromSeconds(10)));
        Assert.Equal(up, Assert.Single(gateway.Frames));

        // As a LoRaWAN gateway does: one second after the uplink's end, by the concentrator's counter, which has wrapped.
        Assert.Equal(RadioResult.Done, bench.Driver.StartReceive());
        var down = RadioBench.Frame(16);
        Order(gateway, down, unchecked(CounterStartUs + (uint)bench.Time.NowUs + 1_000_000));
        FakeGateway.WaitFor(() => concentrator.Counters.DownlinksSent == 1, "the downlink is taken");
        air.Pump();
        var toldUs = bench.Time.NowUs;

        Assert.Equal(RadioEvent.Received, bench.Until(5000));
        var buffer = new byte[255];
        Assert.Equal(16, bench.Driver.TakeReceived(buffer, 0));
        Assert.Equal(down, buffer[..16]);
        Assert.InRange(bench.Time.NowUs - toldUs, 1_000_000 + 329_000, 1_000_000 + 332_000);
        Assert.Equal((1, 0), (air.DownlinksHeard, air.DownlinksMissed));
    }

    [Fact]
    public void Transmitted_BeyondTheRange_IsTooWeak()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, ConcentratorOptions.Lossless);
        var (bench, air) = AtSea(RadioKind.Sx1276, concentrator, 300_000, RadioBench.Settings(7));

        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);
        bench.Until(1000);

        Assert.Equal((0, 1, 0L), (air.Heard, air.TooWeak, concentrator.Counters.Heard));
    }

    [Theory]
    [InlineData(0x12, 0, 125_000)]
    [InlineData(0x34, -400_000, 125_000)]
    [InlineData(0x34, 100_000, 125_000)]
    [InlineData(0x34, 0, 250_000)]
    public void Transmitted_NotTheConcentratorsSettings_IsNotHeard(int syncWord, int offsetHz, int bandwidthHz)
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, ConcentratorOptions.Lossless);
        var settings = RadioBench.Settings();
        settings.SyncWord = syncWord;
        settings.FrequencyHz += offsetHz;
        settings.BandwidthHz = bandwidthHz;
        var (bench, air) = AtSea(RadioKind.Sx1262, concentrator, 1_000, settings);

        bench.Driver.StartTransmit(RadioBench.Frame(19), 0, 19);
        bench.Until(1000);

        Assert.Equal((0, 1), (air.Heard, air.NotListenedFor));
    }

    [Fact]
    public void Downlink_OfThePast_IsRefusedAsTooLate()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, new ConcentratorOptions { KeepAliveMs = 30 });
        var (bench, _) = AtSea(RadioKind.Sx1276, concentrator, 1_000, RadioBench.Settings());
        FakeGateway.WaitFor(() => gateway.Datagrams.Count > 0, "the gateway knows the forwarder");

        Order(gateway, RadioBench.Frame(16), unchecked(CounterStartUs + (uint)bench.Time.NowUs - 1));

        FakeGateway.WaitFor(
            () => gateway.Datagrams.Any(d => d[3] == 5 && Encoding.UTF8.GetString(d).Contains("TOO_LATE", StringComparison.Ordinal)),
            "TX_ACK names the error");
        Assert.Equal(0, concentrator.Counters.DownlinksSent);
    }

    [Fact]
    public void Downlink_BoatDoesNotListen_IsMissed()
    {
        using var gateway = new FakeGateway();
        using var concentrator = new Concentrator(gateway.EndPoint, new ConcentratorOptions { KeepAliveMs = 30 });
        var (bench, air) = AtSea(RadioKind.Sx1276, concentrator, 1_000, RadioBench.Settings());
        FakeGateway.WaitFor(() => gateway.Datagrams.Count > 0, "the gateway knows the forwarder");
        Order(gateway, RadioBench.Frame(16), counterUs: null);
        FakeGateway.WaitFor(() => concentrator.Counters.DownlinksSent == 1, "the downlink is taken");
        air.Pump();

        Assert.Equal(RadioEvent.None, bench.Until(2000));
        Assert.Equal((0, 1), (air.DownlinksHeard, air.DownlinksMissed));
    }

    private static (RadioBench Bench, SeaAir Air) AtSea(
        RadioKind kind, Concentrator concentrator, double distanceM, RadioSettings settings)
    {
        var bench = RadioBench.Ready(kind, settings);
        var air = new SeaAir(
            bench.Time, new SeaPropagation(ShoreStation.Nongsa, 1), concentrator, FirstChannelHz, CounterStartUs)
        {
            Boat = ShoreStation.Nongsa.Position.Moved(distanceM, 0),
            Radio = bench.Chip,
        };
        bench.Air = air;
        return (bench, air);
    }

    private static void Order(FakeGateway gateway, byte[] frame, uint? counterUs)
    {
        var when = counterUs is { } us ? $"\"tmst\":{us}" : "\"imme\":true";
        var json = $"{{\"txpk\":{{{when},\"freq\":921.4,\"rfch\":0,\"powe\":14,\"modu\":\"LORA\",\"datr\":\"SF10BW125\",\"codr\":\"4/5\","
            + $"\"ipol\":true,\"size\":{frame.Length},\"data\":\"{Convert.ToBase64String(frame)}\"}}}}";
        gateway.SendToForwarder([2, 0x12, 0x34, 3, .. Encoding.UTF8.GetBytes(json)]);
    }
}
