using System.CommandLine;
using System.Text;
using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>The command line's part on the fleet file: keys are made, wrapped, exported and imported, and never printed.</summary>
internal static class FleetCommands
{
    /// <summary>The command <c>fleet</c> with those below it.</summary>
    public static Command Create() => new("fleet", "Works on a fleet file; see docs/gateway-config.md.")
    {
        NewKey(),
        WrapKeys(),
        Export(),
        Import(),
    };

    private static Command NewKey()
    {
        var output = FileOption("--output", "Where the key is written; the file must not be there yet.");
        var command = new Command("new-key", "Makes a key that wraps the keys of units.") { output };
        command.SetAction(parsed => (int)Guarded(_ =>
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(parsed.GetRequiredValue(output), options);
            stream.Write(Encoding.ASCII.GetBytes(WrappingKey.NewDigits()));
            return "made";
        }));
        return command;
    }

    private static Command WrapKeys()
    {
        var (fleet, keyFile) = (FleetOption(), KeyOption());
        var command = new Command("wrap-keys", "Wraps all keys of a fleet file, in place.") { fleet, keyFile };
        command.SetAction(parsed => (int)Guarded(errors =>
        {
            var file = parsed.GetRequiredValue(fleet);
            if (Key(parsed.GetValue(keyFile), isNeeded: true, errors) is not { } key
                || FleetFile.LoadDocument(file, key, errors) is not { } document)
            {
                return null;
            }

            FleetWriter.Replace(file, new FleetWriter(KeyForm.Wrapped, key).ToJson(document));
            return $"{document.Units.Count} units, all keys wrapped";
        }));
        return command;
    }

    private static Command Export()
    {
        var (fleet, keyFile) = (FleetOption(), KeyOption());
        var output = FileOption("--output", "What is written: JSON or, if it ends in .csv, a table of the units.");
        var toKeyFile = new Option<string>("--to-key-file") { Description = "The key that wraps the exported keys; without it none are exported.", HelpName = "FILE" };
        var command = new Command("export", "Writes the fleet for another gateway, or for people.") { fleet, keyFile, output, toKeyFile };
        command.SetAction(parsed => (int)Guarded(errors =>
        {
            var to = parsed.GetValue(toKeyFile) is { } other ? Key(other, isNeeded: true, errors) : null;
            var document = FleetFile.LoadDocument(
                parsed.GetRequiredValue(fleet), Key(parsed.GetValue(keyFile), isNeeded: false, errors), errors);
            if (errors.Count > 0 || document is null)
                return null;
            var writer = new FleetWriter(to is null ? KeyForm.Left : KeyForm.Wrapped, to);
            var file = parsed.GetRequiredValue(output);
            FleetWriter.Replace(file, IsTable(file) ? FleetTable.Write(document, writer) : writer.ToJson(document));
            return $"{document.Units.Count} units, {(to is null ? "without keys" : "keys wrapped")}";
        }));
        return command;
    }

    private static Command Import()
    {
        var (fleet, keyFile) = (FleetOption(), KeyOption());
        var input = FileOption("--input", "What was exported: JSON or, if it ends in .csv, a table of units.");
        var fromKeyFile = new Option<string>("--from-key-file") { Description = "The key that wraps the keys in it.", HelpName = "FILE" };
        var command = new Command("import", "Takes units into a fleet file.") { fleet, keyFile, input, fromKeyFile };
        command.SetAction(parsed => (int)Guarded(errors =>
        {
            var from = parsed.GetValue(fromKeyFile) is { } other ? Key(other, isNeeded: true, errors) : null;
            var key = Key(parsed.GetValue(keyFile), isNeeded: false, errors);
            var file = parsed.GetRequiredValue(fleet);
            var document = FleetFile.LoadDocument(file, key, errors);
            var imported = errors.Count > 0 ? null : Read(parsed.GetRequiredValue(input), from, document!, errors);
            if (document is null || imported is null || FleetImport.Merge(document, imported, Path.GetFileName(file), errors) is not { } merged)
                return null;
            FleetWriter.Replace(file, new FleetWriter(key is null ? KeyForm.Clear : KeyForm.Wrapped, key).ToJson(merged));
            if (FleetWriter.Exposure(file, merged, key) is { } exposure)
                Console.Error.WriteLine(exposure);
            return $"{imported.Units.Count} units taken in, {merged.Units.Count} in the fleet";
        }));
        return command;
    }

    private static FleetDocument? Read(string file, WrappingKey? from, FleetDocument into, List<ConfigurationError> errors)
    {
        if (!IsTable(file))
            return FleetFile.LoadDocument(file, from, errors, keysExpected: false);
        return FleetTable.Read(file, from, errors) is { } units ? new FleetDocument { Area = into.Area, Units = units } : null;
    }

    private static WrappingKey? Key(string? file, bool isNeeded, List<ConfigurationError> errors)
    {
        var key = WrappingKey.Load(file, errors);
        if (key is null && isNeeded && errors.Count == 0)
            errors.Add(new ConfigurationError("--key-file", "", "is absent", $"the wrapping key's file, or {WrappingKey.EnvironmentVariable} in the environment"));
        return key;
    }

    private static bool IsTable(string file) => file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    private static ExitCode Guarded(Func<List<ConfigurationError>, string?> run)
    {
        List<ConfigurationError> errors = [];
        try
        {
            if (run(errors) is { } done)
            {
                Console.Out.WriteLine(done);
                return ExitCode.Ok;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.NotStarted;
        }

        foreach (var error in errors)
            Console.Error.WriteLine(error);
        return ExitCode.ConfigurationError;
    }

    private static Option<string> FleetOption() => FileOption("--fleet", "The fleet file.");

    private static Option<string> KeyOption() =>
        new("--key-file") { Description = $"The fleet file's wrapping key; else {WrappingKey.EnvironmentVariable} in the environment.", HelpName = "FILE" };

    private static Option<string> FileOption(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", Required = true };
}
