namespace BoatTelemetry.Gateway.Configuration;

/// <summary>One thing that is wrong in a configuration file.</summary>
/// <param name="File">The file.</param>
/// <param name="Key">Path of the key, such as <c>mqtt.port</c> or <c>units[3].agency</c>; empty for the whole file.</param>
/// <param name="Value">What stands there; never a secret.</param>
/// <param name="Allowed">What may stand there.</param>
public sealed record ConfigurationError(string File, string Key, string Value, string Allowed)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Key.Length == 0 ? $"{File}: {Value}; allowed: {Allowed}" : $"{File}: {Key}: {Value}; allowed: {Allowed}";
}
