using System.Collections;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>
/// Brings a configuration of one version to the next: moves, renames and converts keys in the parsed object before it is
/// read. Version 1 is the first, so this firmware has none of them yet.
/// </summary>
public abstract class ConfigMigration
{
    /// <summary>The steps that this firmware knows.</summary>
#pragma warning disable MA0005 // Array.Empty is a generic method, which the platform does not have.
    public static readonly ConfigMigration[] Known = new ConfigMigration[0];
#pragma warning restore MA0005

    /// <summary>The version that it takes.</summary>
    public abstract int FromVersion { get; }

    /// <summary>Changes the configuration into one of the next version.</summary>
    public abstract void Apply(Hashtable root);

    internal static ConfigMigration From(int version, ConfigMigration[] steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].FromVersion == version)
            {
                return steps[i];
            }
        }

        return null;
    }
}
