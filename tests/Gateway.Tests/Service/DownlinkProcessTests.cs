using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Service;

/// <summary>The gateway as a process, killed between its answers.</summary>
public sealed class DownlinkProcessTests
{
    // TestConcentrator's frequency lies in this region.
    private const string Region = "\"downlink\": { \"region\": \"AS923-1\" }";

    [Fact]
    public async Task Acknowledgements_OverKills_AreAllAcceptedByOneBoatsWindow()
    {
        using var boat = new TestBoat(17);
        using var cipher = new PlatformAesCcm(boat.Key);
        await using var gateway = new TestGateway("\"embedded\": { \"listen\": \"127.0.0.1:0\" }", boat);
        gateway.AddSection(Region);
        var window = new DownlinkWindow(LiveCounter.None);
        var opener = new Opener(cipher);
        uint counter = 0;
        for (var life = 0; life < 3; life++)
        {
            await gateway.StartAsync();
            using var forwarder = new TestForwarder(gateway.UdpPort);
            using var concentrator = new TestConcentrator(gateway.UdpPort);
            await forwarder.PullAsync();
            for (var frame = 0; frame < 3; frame++, counter++)
            {
                var before = forwarder.Orders.Count;
                await concentrator.PushAsync([boat.Event(counter)]);
                await Eventually.TrueAsync(() => forwarder.Orders.Count > before, $"an acknowledgement\n{gateway.Log}");
                opener.Take(forwarder.Orders[before].Frame);
                var verdict = window.Judge(
                    opener.Codec.Header.CounterLow, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), opener, out _);

                Assert.Equal(DownlinkVerdict.Accepted, verdict);
                Assert.Equal(FrameRejection.None, opener.Codec.ReadBody());
                Assert.Equal(counter + 1, opener.Codec.Acknowledgement.BaseCounter);
            }

            await gateway.KillAsync();
        }
    }

    private sealed class Opener(IFrameCipher cipher) : IFrameOpener
    {
        public FrameCodec Codec { get; } = new();

        public void Take(byte[] frame) =>
            Assert.Equal(FrameRejection.None, Codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Downlink));

        public bool Opens(uint counter) => Codec.Open(cipher, null, counter) == FrameRejection.None;
    }
}
