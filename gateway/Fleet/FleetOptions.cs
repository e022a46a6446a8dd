using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>Where the fleet is read from; docs/gateway-config.md describes the keys.</summary>
/// <param name="File">Full path of the fleet file.</param>
/// <param name="KeyFile">Full path of the file with the wrapping key; null for the environment, or none.</param>
public sealed record FleetOptions(string File, string? KeyFile)
{
    /// <summary>The fleet as it stands in the file now; null if anything is wrong.</summary>
    public FleetRegistry? Load(List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var errorsBefore = errors.Count;
        var key = WrappingKey.Load(KeyFile, errors);
        return errors.Count > errorsBefore ? null : FleetFile.LoadDocument(File, key, errors)?.ToRegistry();
    }

    internal static FleetOptions? Read(ConfigurationSection root)
    {
        var file = root.FilePath("fleet");
        if (file is null && !root.Has("fleet"))
            root.Wrong("fleet", "is absent", "the path of the fleet file");
        var keyFile = root.FilePath("fleetKeyFile");
        return file is null ? null : new FleetOptions(file, keyFile);
    }
}
