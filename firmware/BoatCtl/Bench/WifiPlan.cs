using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Provisioning;
using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>What is to be changed of a unit's Wi-Fi; what is null stays. No record: that would show the passwords as text.</summary>
internal sealed class WifiPlan
{
    public string? Ssid { get; init; }

    public string? Password { get; init; }

    public ServerAddress? Broker { get; init; }

    /// <summary>Empty for a broker that lets everybody in.</summary>
    public string? User { get; init; }

    public string? BrokerPassword { get; init; }

    /// <summary>DER of the authority that vouches for the broker.</summary>
    public byte[]? Authority { get; init; }

    /// <summary>Whether TLS is done without.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The configuration with Wi-Fi as it is to be.</summary>
    public JsonObject In(JsonObject config, bool isEnabled)
    {
        var changed = (JsonObject)config.DeepClone();
        void Set(ConfigEntry entry, JsonNode? value)
        {
            if (value is not null)
                changed[entry.Section]![entry.Name] = value;
        }

        Set(ConfigKeys.WifiEnabled, isEnabled);
        Set(ConfigKeys.WifiSsid, Ssid);
        Set(ConfigKeys.WifiMqttHost, Broker?.Host);
        Set(ConfigKeys.WifiMqttPort, Broker?.Port);
        Set(ConfigKeys.WifiMqttUser, User);
        Set(ConfigKeys.WifiTls, IsPlain ? false : Authority is not null ? true : null);
        Set(ConfigKeys.WifiCaCertificateFile, Authority is not null ? "" : null);
        return changed;
    }

    /// <summary>Refuses a plan that leaves the unit with half of what it needs, or that the unit would refuse in the middle.</summary>
    /// <exception cref="CommandException">Something is missing or cannot be; nothing was changed.</exception>
    public void CheckWhole(JsonObject config, JsonObject secrets, JsonObject info)
    {
        CheckSecret("--password-file", Password, SecretKind.WifiPassword);
        CheckSecret("--mqtt-password-file", BrokerPassword, SecretKind.MqttPassword);
        if (Authority is not null && !info.ContainsKey(CertificateUpload.Field))
            throw new CommandException(ExitCode.Missing, "old-firmware", "The unit's firmware takes no certificate over the cable; nothing was changed. Flash newer firmware first (boatctl flash).");
        var wanted = In(config, isEnabled: true);
        string Text(ConfigEntry entry) => wanted[entry.Section]?[entry.Name]?.ToString() ?? "";
        bool IsSet(string name) => (string?)secrets[name] == "set";
        List<string> missing = [];
        if (Text(ConfigKeys.WifiSsid).Length == 0)
            missing.Add("--ssid");
        if (Password is null && !IsSet("wifiPassword"))
            missing.Add("--password-file");
        if (Text(ConfigKeys.WifiMqttHost).Length == 0)
            missing.Add("--mqtt");
        if (Text(ConfigKeys.WifiMqttUser).Length > 0 && BrokerPassword is null && !IsSet("mqttPassword"))
            missing.Add("--mqtt-password-file");
        var hasCertificate = Authority is not null || info[CertificateUpload.Field] is not null || Text(ConfigKeys.WifiCaCertificateFile).Length > 0;
        if (Text(ConfigKeys.WifiTls) == "true" && !hasCertificate)
            missing.Add("--ca (or --no-tls, where nobody else is on that network)");
        if (missing.Count > 0)
            throw new CommandException(ExitCode.Usage, "incomplete", $"The unit does not have all that Wi-Fi needs; nothing was changed. Give {string.Join(", ", missing)}.");
    }

    private static void CheckSecret(string option, string? value, SecretKind kind)
    {
        if (value is null)
            return;
        if (value.Length == 0)
            throw new CommandException(ExitCode.Usage, "empty", $"{option}: its first line is empty; nothing was changed. boatctl secret set unsets a password.");
        var bytes = Encoding.UTF8.GetByteCount(value);
        if (bytes > SecretStore.BytesMax(kind))
            throw new CommandException(ExitCode.Usage, "too-long", $"{option}: its first line has {bytes} bytes, and the unit takes {SecretStore.BytesMax(kind)} at the most; nothing was changed.");
    }
}
