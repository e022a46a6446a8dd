using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>What the console calls the secrets.</summary>
internal static class SecretNames
{
    public static string Of(SecretKind kind)
    {
        switch (kind)
        {
            case SecretKind.WifiPassword:
                return "wifiPassword";
            case SecretKind.MqttPassword:
                return "mqttPassword";
            default:
                return "simPin";
        }
    }
}
