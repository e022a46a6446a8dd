using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Support;

/// <summary>A theory that runs a shell which few have, and is skipped with a message without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute(string shell)
    {
        Shell = shell;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (OperatingSystem.IsWindows() || !folders.Any(folder => File.Exists(Path.Combine(folder, shell))))
            Skip = $"{shell} is not installed; `make setup` installs it";
    }

    public string Shell { get; }
}
