using System.Collections;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Storage;
using BoatTelemetry.BoatUnit.Supervision;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Board;

/// <summary>
/// What a technician does on the bench before a unit goes aboard, with the unit's own stores: its board, its number, its
/// key. What is not given here can be set over the console.
/// </summary>
public sealed class Provisioning
{
    private readonly StorageMap _flash;
    private readonly Configuration _configuration;
    private readonly EventLog _log = new();

    public Provisioning(StorageMap flash)
    {
        ArgumentNullException.ThrowIfNull(flash);
        _flash = flash;
        _configuration = new Configuration(new ConfigStore(flash.Config), ConfigMigration.Known);
        _configuration.Load(_log, 0);
    }

    /// <summary>What is in flash.</summary>
    public UnitConfig Config => _configuration.Stored;

    /// <summary>Writes a value into the stored configuration.</summary>
    /// <exception cref="HostException">The unit does not allow it, or the flash did not take it.</exception>
    public void Set(ConfigEntry entry, object value)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var problem = new ConfigProblem();
        var change = _configuration.Set(entry, value, new ArrayList(), problem);
        if (change is ConfigChange.Refused or ConfigChange.NotStored)
            throw new HostException($"{entry.Key} was not set: {change} {problem.Key} {problem.Allowed}");
    }

    /// <summary>Sets the key of a unit that has none. False if it has another one, which stays.</summary>
    /// <exception cref="HostException">The flash did not take it.</exception>
    public bool TrySetKey(byte[] key)
    {
        var keys = new UnitKeys(_flash.Keys, 0, _flash.Keys.BlockCount);
        var counters = new FlashCounterStore(_flash.Counters, 0, _flash.Counters.BlockCount);
        if (keys.TryLoad())
            return IsCurrent(keys, key);

        if (keys.State != FlashRecordState.Blank)
            throw new HostException($"The unit's flash has no key that can be read ({keys.State}). Set one over the console.");

        var result = new KeyStore(keys, counters).Set(key, 0, 0);
        return result == KeyResult.Set ? true : throw new HostException($"The unit's key was not set: {result}.");
    }

    private static bool IsCurrent(UnitKeys keys, byte[] key)
    {
        var current = new byte[UnitKeys.KeyBytes];
        keys.CopyCurrent(current);
        return current.AsSpan().SequenceEqual(key);
    }
}
