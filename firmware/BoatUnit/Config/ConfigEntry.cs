using System;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>What kind of value a key has.</summary>
public enum ConfigKind
{
    /// <summary>true or false.</summary>
    Flag = 0,

    /// <summary>A whole number; its unit is the end of its name.</summary>
    Number,

    /// <summary>One of a few words; kept as its place among them.</summary>
    Choice,
    Text,

    /// <summary>A day as "2026-11-23"; kept as days since 1970-01-01.</summary>
    Day,

    /// <summary>A boundary as <see cref="FenceText"/> has it, or an empty text.</summary>
    Fence,
}

/// <summary>One key of the configuration: what it is called, what it may be, and what it is if nobody says.</summary>
public sealed class ConfigEntry
{
    private ConfigEntry(string section, string name, ConfigKind kind)
    {
        Section = section;
        Name = name;
        Kind = kind;
        Index = -1;
    }

    public string Section { get; }

    public string Name { get; }

    public ConfigKind Kind { get; }

    /// <summary>Section and name, as the console takes them.</summary>
    public string Key => Section + "." + Name;

    /// <summary>The smallest number; the fewest characters of a text.</summary>
    public int Min { get; private set; }

    /// <summary>The largest number; the most characters of a text.</summary>
    public int Max { get; private set; }

    public int DefaultNumber { get; private set; }

    public string DefaultText { get; private set; }

    /// <summary>The words of a choice, or null.</summary>
    public string[] Choices { get; private set; }

    /// <summary>Whether a change is in force at once; otherwise from the next start on.</summary>
    public bool AtOnce { get; private set; }

    internal int Index { get; set; }

    /// <summary>What is allowed, in words.</summary>
    public string Allowed()
    {
        switch (Kind)
        {
            case ConfigKind.Flag:
                return "true or false";
            case ConfigKind.Number:
                return "a whole number from " + Min.ToString() + " to " + Max.ToString();
            case ConfigKind.Choice:
                string words = "one of";
                for (int i = 0; i < Choices.Length; i++)
                {
                    words = words + " " + Choices[i];
                }

                return words;
            case ConfigKind.Fence:
                return "empty, circle LATITUDE_E5 LONGITUDE_E5 RADIUS_M, or polygon with 3 to 8 corners LATITUDE_E5 LONGITUDE_E5, 45 degrees wide and high at most";
            case ConfigKind.Day:
                return "a day as 2026-11-23, from 2000-01-01 to 2099-12-31";
            default:
                return "a text of " + Min.ToString() + " to " + Max.ToString()
                    + " characters without controls that does not begin with a quote";
        }
    }

    /// <summary>The entry itself, its changes in force at once.</summary>
    internal ConfigEntry Immediate()
    {
        AtOnce = true;
        return this;
    }

    internal static ConfigEntry Flag(string section, string name, bool value)
    {
        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Flag);
        entry.Max = 1;
        entry.DefaultNumber = value ? 1 : 0;
        return entry;
    }

    internal static ConfigEntry Number(string section, string name, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }

        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Number);
        entry.Min = min;
        entry.Max = max;
        entry.DefaultNumber = value;
        return entry;
    }

    internal static ConfigEntry Choice(string section, string name, string[] words, int value)
    {
        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Choice);
        entry.Max = words.Length - 1;
        entry.Choices = words;
        entry.DefaultNumber = value;
        return entry;
    }

    internal static ConfigEntry Text(string section, string name, string value, int min, int max)
    {
        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Text);
        entry.Min = min;
        entry.Max = max;
        entry.DefaultText = value;
        return entry;
    }

    internal static ConfigEntry Fence(string section, string name)
    {
        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Fence);
        entry.Max = FenceText.LengthMax;
        entry.DefaultText = "";
        return entry;
    }

    internal static ConfigEntry Day(string section, string name, int dayNumber)
    {
        ConfigEntry entry = new ConfigEntry(section, name, ConfigKind.Day);
        entry.DefaultNumber = dayNumber;
        return entry;
    }
}
