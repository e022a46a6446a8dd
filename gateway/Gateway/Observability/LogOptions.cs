using BoatTelemetry.Gateway.Configuration;
using Microsoft.Extensions.Logging;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>The section "log": how the log is written.</summary>
public sealed record LogOptions
{
    private static readonly string[] _formats = ["text", "json"];

    private static readonly Dictionary<string, LogLevel> _levels = new(StringComparer.Ordinal)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    /// <summary>One JSON object a line instead of text.</summary>
    public bool IsJson { get; init; }

    /// <summary>What is less is left out.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Reads the section; what is wrong goes to its file's errors.</summary>
    public static LogOptions Read(ConfigurationSection log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var format = log.OptionalText("format", "\"text\" or \"json\"", _formats.Contains);
        var level = log.OptionalText("level", string.Join(", ", _levels.Keys), _levels.ContainsKey);
        log.Finish();
        return new LogOptions { IsJson = format == "json", Level = level is null ? LogLevel.Information : _levels[level] };
    }
}
