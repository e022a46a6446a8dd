using BoatTelemetry.Gateway.Observability;
using BoatTelemetry.Mqtt;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>Logs and counts what a keeper of a connection tells.</summary>
internal sealed partial class MqttKeeperLog(string clientId, GatewayMetrics metrics, ILogger log) : IMqttKeeperObserver
{
    public void Connected(MqttBrokerAddress broker)
    {
        metrics.ConnectionsMade.Add();
        Log.Connected(log, broker, clientId);
    }

    public void Failed(MqttBrokerAddress broker, MqttLinkException failure, TimeSpan wait)
    {
        metrics.ConnectionsFailed.Add();
        Log.ConnectionFailed(log, broker, clientId, failure.Message, (int)wait.TotalMilliseconds);
    }

    public void Returning(MqttBrokerAddress left, MqttBrokerAddress taken) => Log.Returning(log, left, clientId, taken);

    public void WillTooLarge(MqttBrokerAddress broker) => Log.WillTooLarge(log, broker, clientId);

    private static partial class Log
    {
        [LoggerMessage(401, LogLevel.Information, "MQTT {Broker}: connected as {ClientId}")]
        public static partial void Connected(ILogger log, MqttBrokerAddress broker, string clientId);

        [LoggerMessage(402, LogLevel.Warning, "MQTT {Broker}: as {ClientId}: {Message}; again in {DelayMs} ms")]
        public static partial void ConnectionFailed(
            ILogger log, MqttBrokerAddress broker, string clientId, string message, int delayMs);

        [LoggerMessage(451, LogLevel.Information, "MQTT {Broker}: left as {ClientId}: the preferred {Preferred} takes connections again")]
        public static partial void Returning(ILogger log, MqttBrokerAddress broker, string clientId, MqttBrokerAddress preferred);

        [LoggerMessage(452, LogLevel.Error, "MQTT {Broker}: takes no packet as large as the will of {ClientId}; connecting without it")]
        public static partial void WillTooLarge(ILogger log, MqttBrokerAddress broker, string clientId);
    }
}
