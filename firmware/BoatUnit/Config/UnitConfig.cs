using System;
using System.Collections;
using BoatTelemetry.BoatUnit.Gnss;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>Why a configuration is not taken.</summary>
public enum ConfigRefusal
{
    None = 0,

    /// <summary>There is no configVersion, or it is no whole number.</summary>
    VersionMissing,

    /// <summary>Newer than this firmware knows.</summary>
    VersionFuture,

    /// <summary>Older than any that can be brought up to date.</summary>
    VersionTooOld,
    UnknownKey,

    /// <summary>The value is of another kind, or out of its range.</summary>
    BadValue,

    /// <summary>Each value is allowed, and they contradict each other.</summary>
    Contradiction,

    /// <summary>The whole does not fit in <see cref="ConfigStore.TextBytesMax"/>.</summary>
    TooLong,
}

/// <summary>What is wrong: the key's name and what is allowed. Never the value, which may be a secret in the wrong place.</summary>
public sealed class ConfigProblem
{
    public ConfigRefusal Refusal;
    public string Key;
    public string Allowed;

    public void Clear()
    {
        Refusal = ConfigRefusal.None;
        Key = null;
        Allowed = null;
    }

    internal bool Say(ConfigRefusal refusal, string key, string allowed)
    {
        Refusal = refusal;
        Key = key;
        Allowed = allowed;
        return false;
    }
}

/// <summary>The values of all keys. About 600 bytes and its texts.</summary>
public sealed class UnitConfig
{
    private const int MsPerS = 1_000;
    private const string VersionKey = "configVersion";

    private readonly int[] _numbers = new int[ConfigKeys.All.Length];
    private readonly string[] _texts = new string[ConfigKeys.All.Length];

    /// <summary>The defaults.</summary>
    public UnitConfig()
    {
        SetDefaults();
    }

    /// <summary>Counts changes: who keeps what it read looks again when this has moved.</summary>
    public int Revision { get; private set; }

    /// <summary>A number, or a day since 1970-01-01.</summary>
    public int Number(ConfigEntry entry)
    {
        return _numbers[entry.Index];
    }

    public bool Flag(ConfigEntry entry)
    {
        return _numbers[entry.Index] != 0;
    }

    /// <summary>A text, a boundary's text, or a choice's word.</summary>
    public string Text(ConfigEntry entry)
    {
        return entry.Kind == ConfigKind.Choice ? entry.Choices[_numbers[entry.Index]] : _texts[entry.Index];
    }

    public void SetDefaults()
    {
        for (int i = 0; i < ConfigKeys.All.Length; i++)
        {
            SetDefault(ConfigKeys.All[i]);
        }
    }

    public void CopyFrom(UnitConfig other)
    {
        Array.Copy(other._numbers, 0, _numbers, 0, _numbers.Length);
        Array.Copy(other._texts, 0, _texts, 0, _texts.Length);
        Revision++;
    }

    /// <summary>Takes over one value.</summary>
    public void Copy(ConfigEntry entry, UnitConfig from)
    {
        _numbers[entry.Index] = from._numbers[entry.Index];
        _texts[entry.Index] = from._texts[entry.Index];
        Revision++;
    }

    public bool SameAs(UnitConfig other, ConfigEntry entry)
    {
        return _numbers[entry.Index] == other._numbers[entry.Index] && _texts[entry.Index] == other._texts[entry.Index];
    }

    /// <summary>Sets one key to what JSON had for it; false, with the value as before, if it may not be that.</summary>
    public bool TrySet(ConfigEntry entry, object value, ConfigProblem problem)
    {
        string text = value as string;
        int number;
        bool taken;
        switch (entry.Kind)
        {
            case ConfigKind.Flag:
                taken = value is bool;
                number = taken && (bool)value ? 1 : 0;
                break;
            case ConfigKind.Number:
                taken = TryNumber(value, out number) && number >= entry.Min && number <= entry.Max;
                break;
            case ConfigKind.Choice:
                number = PlaceOf(text, entry.Choices);
                taken = number >= 0;
                break;
            case ConfigKind.Day:
                taken = TryDay(text, out number);
                break;
            case ConfigKind.Fence:
                number = 0;
                taken = FenceText.IsAllowed(text);
                break;
            default:
                number = 0;
                taken = IsAllowedText(text, entry);
                break;
        }

        if (!taken)
        {
            return problem.Say(ConfigRefusal.BadValue, entry.Key, entry.Allowed());
        }

        _numbers[entry.Index] = number;
        _texts[entry.Index] = entry.Kind == ConfigKind.Text || entry.Kind == ConfigKind.Fence ? text : null;
        Revision++;
        return true;
    }

    /// <summary>
    /// Takes a whole configuration; keys that it leaves out get their defaults. False at the first thing wrong, and then
    /// the values mean nothing. With <paramref name="lenient"/> what is wrong gets its default and only the last problem is
    /// told: for what an older firmware has stored, since a boat without its unit number is worse off.
    /// </summary>
    public bool TryRead(Hashtable root, ConfigMigration[] migrations, bool lenient, ConfigProblem problem)
    {
        problem.Clear();
        SetDefaults();
        if (!IsVersionTaken(root, migrations, problem))
        {
            return false;
        }

        foreach (object item in root.Keys)
        {
            string name = (string)item;
            if (name == VersionKey)
            {
                continue;
            }

            bool taken = ConfigKeys.HasSection(name)
                ? TryReadSection(name, root[name] as Hashtable, lenient, problem)
                : problem.Say(ConfigRefusal.UnknownKey, name, "a section of this version");
            if (!taken && !lenient)
            {
                return false;
            }
        }

        return IsConsistent(problem) || (lenient && TryMend(problem));
    }

    /// <summary>Whether the values fit each other.</summary>
    public bool IsConsistent(ConfigProblem problem)
    {
        if (Number(ConfigKeys.LoraSpreadingFactorMin) > Number(ConfigKeys.LoraSpreadingFactorMax))
        {
            return Contradicts(problem, ConfigKeys.LoraSpreadingFactorMin, "at most lora.spreadingFactorMax");
        }

        if (Number(ConfigKeys.ReportsFloorS) > Number(ConfigKeys.ReportsCeilingS))
        {
            return Contradicts(problem, ConfigKeys.ReportsFloorS, "at most reports.ceilingS");
        }

        if (Number(ConfigKeys.ReportsPatrolFromCmps) > Number(ConfigKeys.ReportsPursuitFromCmps))
        {
            return Contradicts(problem, ConfigKeys.ReportsPatrolFromCmps, "at most reports.pursuitFromCmps");
        }

        if (!ReceiverPort.IsPossible(Number(ConfigKeys.GnssBaud), MsPerS / Number(ConfigKeys.GnssRateHz)))
        {
            return Contradicts(problem, ConfigKeys.GnssBaud, "4800, 9600, 19200, 38400, 57600 or 115200, fast enough for gnss.rateHz");
        }

        ConfigEntry notForModem = NotForModem();
        if (notForModem != null)
        {
            return Contradicts(problem, notForModem, "printable ASCII without quotes");
        }

        if (Flag(ConfigKeys.CellularEnabled) && Text(ConfigKeys.CellularHost).Length == 0)
        {
            return Contradicts(problem, ConfigKeys.CellularHost, "a host while cellular.enabled");
        }

        if (Flag(ConfigKeys.WifiEnabled)
            && (Text(ConfigKeys.WifiSsid).Length == 0 || Text(ConfigKeys.WifiMqttHost).Length == 0))
        {
            return Contradicts(problem, ConfigKeys.WifiSsid, "wifi.ssid and wifi.mqttHost while wifi.enabled");
        }

        return true;
    }

    /// <summary>Writes the version and all sections.</summary>
    public void Write(JsonWriter json)
    {
        json.Field(VersionKey, ConfigKeys.Version);
        string section = null;
        for (int i = 0; i < ConfigKeys.All.Length; i++)
        {
            string next = ConfigKeys.All[i].Section;
            if (next != section)
            {
                section = next;
                WriteSection(section, json);
            }
        }
    }

    /// <summary>Writes one section.</summary>
    public void WriteSection(string section, JsonWriter json)
    {
        json.BeginObject(section);
        for (int i = 0; i < ConfigKeys.All.Length; i++)
        {
            if (ConfigKeys.All[i].Section == section)
            {
                WriteValue(ConfigKeys.All[i], ConfigKeys.All[i].Name, json);
            }
        }

        json.EndObject();
    }

    /// <summary>Writes one value under a name.</summary>
    public void WriteValue(ConfigEntry entry, string name, JsonWriter json)
    {
        switch (entry.Kind)
        {
            case ConfigKind.Flag:
                json.Field(name, Flag(entry));
                break;
            case ConfigKind.Number:
                json.Field(name, (long)Number(entry));
                break;
            case ConfigKind.Day:
                json.Field(name, DayText.Of(Number(entry)));
                break;
            default:
                json.Field(name, Text(entry));
                break;
        }
    }

    // The modem's driver takes no text that would end a command's quotes, and a unit that cannot make it does not start.
    private ConfigEntry NotForModem()
    {
        if (!IsForModem(Text(ConfigKeys.CellularApn)))
        {
            return ConfigKeys.CellularApn;
        }

        if (!IsForModem(Text(ConfigKeys.CellularUser)))
        {
            return ConfigKeys.CellularUser;
        }

        return IsForModem(Text(ConfigKeys.CellularHost)) ? null : ConfigKeys.CellularHost;
    }

    private static bool IsForModem(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
            {
                return false;
            }
        }

        return true;
    }

    private static bool Contradicts(ConfigProblem problem, ConfigEntry entry, string allowed)
    {
        return problem.Say(ConfigRefusal.Contradiction, entry.Key, allowed);
    }

    private static bool IsVersionTaken(Hashtable root, ConfigMigration[] migrations, ConfigProblem problem)
    {
        if (!TryNumber(root[VersionKey], out int version))
        {
            return problem.Say(ConfigRefusal.VersionMissing, VersionKey, ConfigKeys.Version.ToString());
        }

        if (version > ConfigKeys.Version)
        {
            return problem.Say(ConfigRefusal.VersionFuture, VersionKey, "at most " + ConfigKeys.Version.ToString());
        }

        while (version < ConfigKeys.Version)
        {
            ConfigMigration step = ConfigMigration.From(version, migrations);
            if (step == null)
            {
                return problem.Say(ConfigRefusal.VersionTooOld, VersionKey, ConfigKeys.Version.ToString());
            }

            step.Apply(root);
            version++;
        }

        return true;
    }

    // What was stored may contradict this firmware's ranges: the keys that are named get their defaults, and if that does
    // not do it the networks are left out, which need more than a default.
    private bool TryMend(ConfigProblem problem)
    {
        for (int i = 0; i < ConfigKeys.All.Length; i++)
        {
            ConfigEntry named = ConfigKeys.Find(problem.Key);
            if (named != null)
            {
                SetDefault(named);
            }

            if (i == ConfigKeys.All.Length / 2)
            {
                SetDefault(ConfigKeys.CellularEnabled);
                SetDefault(ConfigKeys.WifiEnabled);
            }

            string key = problem.Key;
            string allowed = problem.Allowed;
            if (IsConsistent(problem))
            {
                return problem.Say(ConfigRefusal.Contradiction, key, allowed) || true;
            }
        }

        SetDefaults();
        return true;
    }

    private bool TryReadSection(string section, Hashtable values, bool lenient, ConfigProblem problem)
    {
        if (values == null)
        {
            return problem.Say(ConfigRefusal.BadValue, section, "an object");
        }

        bool all = true;
        foreach (object item in values.Keys)
        {
            string name = (string)item;
            ConfigEntry entry = ConfigKeys.Find(section, name);
            bool taken = entry == null
                ? problem.Say(ConfigRefusal.UnknownKey, section + "." + name, "a key of this version")
                : TrySet(entry, values[name], problem);
            if (!taken && !lenient)
            {
                return false;
            }

            all &= taken;
        }

        return all;
    }

    private void SetDefault(ConfigEntry entry)
    {
        _numbers[entry.Index] = entry.DefaultNumber;
        _texts[entry.Index] = entry.DefaultText;
        Revision++;
    }

    private static bool TryNumber(object value, out int number)
    {
        number = 0;
        if (value is int)
        {
            number = (int)value;
            return true;
        }

        // From nine digits on the parser may give a long.
        if (value is long)
        {
            long wide = (long)value;
            number = (int)wide;
            return number == wide;
        }

        return false;
    }

    private static int PlaceOf(string word, string[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] == word)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool TryDay(string text, out int dayNumber)
    {
        return DayText.TryParse(text, out dayNumber);
    }

    private static bool IsAllowedText(string text, ConfigEntry entry)
    {
        // The platform's parser doubles a quote that a text begins with.
        if (text == null || text.Length < entry.Min || text.Length > entry.Max || (text.Length > 0 && text[0] == '"'))
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' || text[i] == (char)0x7F)
            {
                return false;
            }
        }

        return true;
    }
}
