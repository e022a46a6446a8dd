using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Publish;
using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Publish;

public sealed class PublishPumpTests
{
    [Fact]
    public async Task Run_FrameOfAUnitThatLeftTheFleet_IsCountedAndNotCalledPublished()
    {
        await using var stages = new Stages();
        var journal = await stages.StartJournalAsync();
        for (uint counter = 1; counter <= 4; counter++)
        {
            var frame = new AdmittedFrame { Unit = counter % 2 == 0 ? 17 : 18, Counter = counter, Kind = FrameKind.LiveArea };
            journal.Append(in frame, new LiveWindowState(counter, 1, 0), stages.Datagram([1]));
        }

        await journal.FlushAsync(CancellationToken.None);
        await using var broker = await MosquittoProcess.StartAsync();
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "pump" }, CancellationToken.None);
        using var pump = new PublishPump(
            link,
            journal,
            record => record.Frame.Unit == 17 ? new MqttMessage { Topic = "t", Qos = MqttQos.AtLeastOnce } : null,
            cursor: 0,
            stages.Metrics,
            stages.Time,
            NullLogger.Instance);

        await pump.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);

        Assert.Equal(4, pump.Cursor);
        Assert.Equal((2, 2), (stages.Metrics.MessagesPublished.Count, stages.Metrics.MessagesWithoutUnit.Count));
    }
}
