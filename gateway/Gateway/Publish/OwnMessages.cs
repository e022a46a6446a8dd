using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Publishes what the gateway says by itself, one message at a time.</summary>
internal static partial class OwnMessages
{
    private enum OwnRefusal
    {
        Refused = 0,
    }

    /// <summary>
    /// Publishes one and waits for its acknowledgement. False if the broker refused it, which is counted and logged now and
    /// then.
    /// </summary>
    /// <exception cref="MqttLinkException">The connection has ended.</exception>
    public static async Task<bool> TryPublishAsync(
        IMqttLink link, MqttMessage message, PublishMetrics metrics, OwnRefusals refusals, CancellationToken cancellationToken)
    {
        try
        {
            await link.PublishAsync(message, cancellationToken);
            return true;
        }
        catch (MqttLinkException e) when (e.IsUnsendable || e.Failure == MqttLinkFailure.PublishRefused)
        {
            metrics.OwnRefused.Add();
            refusals.Log(message.Topic, e.Message);
            return false;
        }
    }

    /// <summary>Keeps a broker that refuses everything from flooding the log.</summary>
    internal sealed partial class OwnRefusals(TimeProvider time, ILogger log)
    {
        private readonly LogSampler<OwnRefusal> _sampler = new(time);

        public void Log(string topic, string message)
        {
            if (_sampler.TryTake(OwnRefusal.Refused, out var suppressed))
                Refused(log, topic, suppressed, message);
        }

        [LoggerMessage(405, LogLevel.Warning, "MQTT {Topic}: refused ({Suppressed} more not logged): {Message}")]
        private static partial void Refused(ILogger log, string topic, long suppressed, string message);
    }
}
