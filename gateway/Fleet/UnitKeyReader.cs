using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Reads a unit's keys, in clear or wrapped. What is wrong with one is told without it.</summary>
/// <param name="wrappingKey">What unwraps them; null if there is none.</param>
/// <param name="isExpected">Whether each unit has to have one.</param>
internal sealed class UnitKeyReader(WrappingKey? wrappingKey, bool isExpected)
{
    /// <summary>What stands behind a key's name where it is wrapped.</summary>
    public const string WrappedSuffix = "Wrapped";

    private bool _missingTold;

    public UnitKey? Read(ConfigurationSection section, int unit, string name, bool isNeeded)
    {
        var wrappedName = name + WrappedSuffix;
        var wrapped = section.OptionalSecretText(wrappedName, WrappingKey.Allowed);
        if (section.Has(name) && section.Has(wrappedName))
            section.Wrong(wrappedName, $"stands beside {name}", "one of the two");
        if (section.Has(name) || (isNeeded && isExpected && !section.Has(wrappedName)))
        {
            var bytes = section.SecretHex(name, PlatformAesCcm.KeyBytes);
            return bytes.Length == 0 ? null : new UnitKey(bytes);
        }

        section.Know(name);
        return wrapped is null ? null : Unwrap(section, unit, wrappedName, wrapped);
    }

    private UnitKey? Unwrap(ConfigurationSection section, int unit, string name, string wrapped)
    {
        if (wrappingKey is null)
        {
            // Once: it is one mistake, and not one for each unit.
            if (!_missingTold)
            {
                section.Wrong(
                    name,
                    "is wrapped, and there is no wrapping key",
                    $"the wrapping key's file (fleetKeyFile, --key-file) or {WrappingKey.EnvironmentVariable} in the environment");
            }

            _missingTold = true;
            return null;
        }

        var key = wrappingKey.Unwrap(unit, wrapped);
        if (key is null)
            section.Wrong(name, "(not shown)", WrappingKey.Allowed);
        return key;
    }
}
