using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Says now and then how each unit was heard. Without a connection the counting goes on.</summary>
internal sealed class UnitLinkReports(
    LinkQuality quality,
    FleetSource fleet,
    TopicCache topics,
    PublishOptions options,
    PublishMetrics metrics,
    TimeProvider time,
    ILogger<UnitLinkReports> log) : IOutletCompanion
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    /// <summary>Named limit: messages in one period.</summary>
    private const int LinksMax = 100;

    private readonly OwnMessages.OwnRefusals _refusals = new(time, log);
    private readonly List<LinkWay> _ways = [];

    /// <inheritdoc/>
    public async Task RunAsync(IMqttLink link, CancellationToken end)
    {
        using var buffer = new MessageBuffer();
        var next = 0;
        while (!end.IsCancellationRequested)
        {
            next = await SayAsync(link, next, buffer, end);
            await Task.Delay(_period, time, end);
        }
    }

    private async Task<int> SayAsync(IMqttLink link, int first, MessageBuffer buffer, CancellationToken end)
    {
        var published = 0;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i <= FrameHeader.UnitMax; i++)
        {
            var number = (first + i) % (FrameHeader.UnitMax + 1);
            if (published == LinksMax)
                return number;
            if (!quality.TryTake(number, now, options.LinkIntervalS * 1000L, _ways, out var period)
                || fleet.Current.Find(number) is not { } unit)
            {
                continue;
            }

            published++;
            var message = LinkMessage.Make(unit, topics.Of(unit), in period, _ways, options.LinkIntervalS, buffer);
            if (await OwnMessages.TryPublishAsync(link, message, metrics, _refusals, end))
                metrics.LinksPublished.Add();
        }

        return 0;
    }
}
