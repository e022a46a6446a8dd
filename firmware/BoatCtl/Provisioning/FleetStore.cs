using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.BoatCtl.Provisioning;

/// <summary>The gateway's fleet file, read and written by the gateway's own code.</summary>
internal sealed class FleetStore
{
    private readonly WrappingKey? _wrappingKey;

    private FleetStore(string file, WrappingKey? wrappingKey) => (FilePath, _wrappingKey) = (file, wrappingKey);

    /// <summary>Its full path.</summary>
    public string FilePath { get; }

    /// <summary>With the wrapping key of a file or of the environment, if there is one.</summary>
    /// <exception cref="CommandException">The wrapping key cannot be read.</exception>
    public static FleetStore Open(string file, string? wrappingKeyFile)
    {
        List<ConfigurationError> errors = [];
        var key = WrappingKey.Load(wrappingKeyFile, errors);
        return errors.Count == 0 ? new FleetStore(Path.GetFullPath(file), key) : throw Unreadable(errors);
    }

    /// <summary>What is in the file now. Units may be without keys in it, as in what a gateway exported for a technician.</summary>
    /// <exception cref="CommandException">It cannot be read, or is wrong.</exception>
    public FleetDocument Load()
    {
        List<ConfigurationError> errors = [];
        return FleetFile.LoadDocument(FilePath, _wrappingKey, errors, keysExpected: false) ?? throw Unreadable(errors);
    }

    /// <summary>Refuses what could not be added to a fleet.</summary>
    /// <exception cref="CommandException">It could not.</exception>
    public static void Check(FleetDocument fleet, UnitPlan plan)
    {
        if (fleet.Units.Any(unit => unit.Unit == plan.Unit))
        {
            var has = fleet.Units.First(unit => unit.Unit == plan.Unit);
            throw Refused("unit-taken", $"Unit {plan.Unit} is in the fleet already: {has.Name}, {has.Agency}. Choose another number, or take it out first.");
        }

        if (!FleetFile.IsAgency(plan.Agency))
            throw Refused("bad-agency", $"--agency \"{plan.Agency}\": {FleetFile.AllowedAgency}.");
        if (fleet.Agencies.Count > 0 && fleet.Agencies.All(agency => agency.Name != plan.Agency))
        {
            throw Refused(
                "unknown-agency", $"--agency \"{plan.Agency}\" is not one of the fleet's: {string.Join(", ", fleet.Agencies.Select(agency => agency.Name))}.");
        }

        if (!FleetFile.IsName(plan.Name))
            throw Refused("bad-name", $"--name: {FleetFile.AllowedName}, without controls.");
    }

    /// <summary>Puts the file with this unit in it in the place of the one before.</summary>
    /// <exception cref="CommandException">It could not be written; what was there still is.</exception>
    public void Add(FleetDocument fleet, UnitPlan plan, UnitKey key)
    {
        var areas = new Dictionary<string, OperatingArea>(fleet.Areas, StringComparer.Ordinal);
        var unit = new FleetUnitEntry(plan.Unit, plan.Agency, plan.Name) { Key = key, Area = AreaName(fleet, plan.Area, areas) };
        var next = fleet with { Areas = areas, Units = [.. fleet.Units, unit] };
        Replace(next);
    }

    /// <summary>What the technician should know of the file as it is now; nothing where all is well.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public IEnumerable<string> Warnings()
    {
        var fleet = Load();
        if (FleetWriter.Exposure(FilePath, fleet, _wrappingKey) is { } exposure)
            yield return exposure;
        var keyless = fleet.Units.Count(unit => unit.Key is null);
        if (keyless > 0)
        {
            yield return $"{keyless} of {fleet.Units.Count} units in {FilePath} have no key there: no gateway runs by this file. "
                + "Its operator takes it in with \"gateway fleet import\", where each of them keeps the key that it has.";
        }
    }

    /// <summary>A key as a file beside the fleet may have it: wrapped, if the fleet's are.</summary>
    public (KeyForm Form, string Text) Protected(int unit, UnitKey key) => _wrappingKey is null
        ? (KeyForm.Clear, Convert.ToHexStringLower(key.Bytes))
        : (KeyForm.Wrapped, _wrappingKey.Wrap(unit, key));

    /// <summary>The key again; null if the wrapping key is another one, or none.</summary>
    public UnitKey? Unprotected(int unit, bool isWrapped, string text)
    {
        if (isWrapped)
            return _wrappingKey?.Unwrap(unit, text);
        var bytes = new byte[16];
        return text.Length == bytes.Length * 2 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? new UnitKey(bytes) : null;
    }

    private static string? AreaName(FleetDocument fleet, OperatingArea? area, Dictionary<string, OperatingArea> areas)
    {
        if (area is null || IsSame(area, fleet.Area))
            return null;
        foreach (var (name, known) in areas)
        {
            if (IsSame(area, known))
                return name;
        }

        var made = FormattableString.Invariant($"{area.OriginLatitudeE5 / 100_000m:0.#####},{area.OriginLongitudeE5 / 100_000m:0.#####}");
        areas[made] = area;
        return made;
    }

    private static bool IsSame(OperatingArea one, OperatingArea other) =>
        one.OriginLatitudeE5 == other.OriginLatitudeE5 && one.OriginLongitudeE5 == other.OriginLongitudeE5;

    private void Replace(FleetDocument fleet)
    {
        try
        {
            FleetWriter.Replace(FilePath, new FleetWriter(_wrappingKey is null ? KeyForm.Clear : KeyForm.Wrapped, _wrappingKey).ToJson(fleet));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Missing, "fleet-not-written", $"The fleet file was not written and is as it was: {e.Message}", e);
        }
    }

    private static CommandException Refused(string word, string message) => new(ExitCode.Usage, word, message);

    private static CommandException Unreadable(List<ConfigurationError> errors) =>
        new(ExitCode.Missing, "fleet-unreadable", string.Join(Environment.NewLine, errors));
}
