using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// Says on each connection how every unit is, and from then on what changes. Looks once in <see cref="Period"/>; a change that is over
/// before is not told.
/// </summary>
internal sealed class UnitStates(
    UnitActivity activity, FleetSource fleet, TopicCache topics, PublishMetrics metrics, TimeProvider time, ILogger<UnitStates> log,
    IUnitShare? share = null)
    : IOutletCompanion
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Named limit: states published in one period; others wait for the next, the next unit first.</summary>
    public const int StatesMax = 500;

    private readonly OwnMessages.OwnRefusals _refusals = new(time, log);

    /// <inheritdoc/>
    public async Task RunAsync(IMqttLink link, CancellationToken end)
    {
        var said = new (UnitActivityState State, long SinceUtcMs, string? Agency)[FrameHeader.UnitMax + 1];
        using var buffer = new MessageBuffer();
        var next = 0;
        while (!end.IsCancellationRequested)
        {
            next = await SayAsync(link, said, next, buffer, end);
            await Task.Delay(Period, time, end);
        }
    }

    private async Task<int> SayAsync(
        IMqttLink link, (UnitActivityState State, long SinceUtcMs, string? Agency)[] said, int first, MessageBuffer buffer, CancellationToken end)
    {
        var published = 0;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < said.Length; i++)
        {
            var number = (first + i) % said.Length;
            if (!activity.TryGetState(number, now, out var value) || share?.Has(number) == false || fleet.Current.Find(number) is not { } unit)
                continue;
            var to = (value.State, value.SinceUtcMs, unit.Agency);
            if (said[number] == to)
                continue;
            if (published++ == StatesMax)
                return number;
            var message = UnitStateMessage.Make(unit, topics.Of(unit), in value, buffer);
            if (await OwnMessages.TryPublishAsync(link, message, metrics, _refusals, end))
                metrics.StatesPublished.Add();
            said[number] = to;
        }

        return 0;
    }
}
