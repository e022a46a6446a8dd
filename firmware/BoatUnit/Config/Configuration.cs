using System;
using System.Collections;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>What became of a change of the configuration.</summary>
public enum ConfigChange
{
    Done = 0,

    /// <summary>Every value is as it was; nothing was written.</summary>
    Nothing,

    /// <summary>Not valid; the problem says why.</summary>
    Refused,

    /// <summary>The flash did not take it. The one before stays, as far as the flash can be believed.</summary>
    NotStored,
}

/// <summary>
/// The configuration that the unit runs with, the one in flash, and the way from one to the other: a change is checked
/// whole, stored, and then in force, at once or from the next start on as its keys say.
/// </summary>
public sealed class Configuration
{
    private readonly ConfigStore _store;
    private readonly ConfigMigration[] _migrations;
    private readonly UnitConfig _candidate = new UnitConfig();
    private readonly JsonWriter _text = new JsonWriter(ConfigStore.TextBytesMax);

    /// <param name="store">The flash's two copies.</param>
    /// <param name="migrations">Steps from older versions, <see cref="ConfigMigration.Known"/>.</param>
    public Configuration(ConfigStore store, ConfigMigration[] migrations)
    {
        if (store == null || migrations == null)
        {
            throw new ArgumentNullException(nameof(store));
        }

        _store = store;
        _migrations = migrations;
    }

    /// <summary>What the unit runs with. Keys that are in force at once change in it.</summary>
    public UnitConfig Running { get; } = new UnitConfig();

    /// <summary>What is in flash, and will run from the next start on.</summary>
    public UnitConfig Stored { get; } = new UnitConfig();

    /// <summary>What the flash said.</summary>
    public ConfigState State => _store.State;

    /// <summary>What was wrong with the stored configuration at the start.</summary>
    public ConfigProblem LoadProblem { get; } = new ConfigProblem();

    /// <summary>Whether there was a configuration and none of it is known: not even the region that the unit is in.</summary>
    public bool IsLost =>
        State == ConfigState.Lost || State == ConfigState.Unreadable || LoadProblem.Refusal == ConfigRefusal.VersionFuture;

    /// <summary>
    /// Whether the unit runs with defaults, or some of them, because what was stored could not be used: a fault for the
    /// status. A unit that was never configured has none.
    /// </summary>
    public bool IsFaulty =>
        State == ConfigState.Lost || State == ConfigState.Unreadable || LoadProblem.Refusal != ConfigRefusal.None;

    /// <summary>Whether something stored waits for the next start.</summary>
    public bool WaitsForRestart
    {
        get
        {
            for (int i = 0; i < ConfigKeys.All.Length; i++)
            {
                if (!Running.SameAs(Stored, ConfigKeys.All[i]))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Loads the stored configuration, or the defaults.</summary>
    public void Load(ILog log, long monotonicMs)
    {
        LoadProblem.Clear();
        byte[] text = _store.Load();
        log.Note(monotonicMs, LogEvent.ConfigLoaded, (int)_store.State, null);
        Stored.SetDefaults();
        if (text != null)
        {
            Hashtable root = JsonReader.Read(text, 0, text.Length, out JsonRefusal refusal);
            if (root == null)
            {
                LoadProblem.Say(ConfigRefusal.BadValue, "configuration", JsonReader.Reason(refusal));
            }
            else
            {
                Stored.TryRead(root, _migrations, true, LoadProblem);
            }
        }

        if (LoadProblem.Refusal != ConfigRefusal.None)
        {
            log.Note(monotonicMs, LogEvent.ConfigKeyRefused, (int)LoadProblem.Refusal, LoadProblem.Key);
        }

        Running.CopyFrom(Stored);
    }

    /// <summary>
    /// Changes one key; <paramref name="changed"/> gets the keys that changed.
    /// </summary>
    public ConfigChange Set(ConfigEntry entry, object value, ArrayList changed, ConfigProblem problem)
    {
        problem.Clear();
        _candidate.CopyFrom(Stored);
        if (!_candidate.TrySet(entry, value, problem) || !_candidate.IsConsistent(problem))
        {
            return ConfigChange.Refused;
        }

        return Adopt(changed, problem);
    }

    /// <summary>Replaces the whole; keys that it leaves out get their defaults.</summary>
    public ConfigChange Replace(Hashtable root, ArrayList changed, ConfigProblem problem)
    {
        if (!_candidate.TryRead(root, _migrations, false, problem))
        {
            return ConfigChange.Refused;
        }

        return Adopt(changed, problem);
    }

    private ConfigChange Adopt(ArrayList changed, ConfigProblem problem)
    {
        changed.Clear();
        for (int i = 0; i < ConfigKeys.All.Length; i++)
        {
            if (!_candidate.SameAs(Stored, ConfigKeys.All[i]))
            {
                changed.Add(ConfigKeys.All[i]);
            }
        }

        if (changed.Count == 0 && State == ConfigState.Loaded && !IsFaulty)
        {
            return ConfigChange.Nothing;
        }

        _text.Clear();
        _text.BeginObject();
        _candidate.Write(_text);
        _text.EndObject();
        if (_text.Overflowed)
        {
            problem.Say(ConfigRefusal.TooLong, "configuration", "at most " + ConfigStore.TextBytesMax.ToString() + " bytes");
            return ConfigChange.Refused;
        }

        if (!_store.TrySave(_text.Buffer, _text.Length))
        {
            return ConfigChange.NotStored;
        }

        LoadProblem.Clear();
        Stored.CopyFrom(_candidate);
        for (int i = 0; i < changed.Count; i++)
        {
            ConfigEntry entry = (ConfigEntry)changed[i];
            if (entry.AtOnce)
            {
                Running.Copy(entry, Stored);
            }
        }

        return ConfigChange.Done;
    }
}
