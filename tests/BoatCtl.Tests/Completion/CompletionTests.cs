using System.Diagnostics;
using System.Runtime.Versioning;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Completion;

/// <summary>The completion script in a real bash, with the real program behind it.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-completion-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("boatctl pro", "provision")]
    [InlineData("boatctl config ba", "backup")]
    [InlineData("boatctl flash --board carr", "carrier-s3")]
    [InlineData("boatctl airtime 24 --reg", "--region")]
    public void Bash_LineIsBegun_IsCompleted(string line, string expected)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Contains(expected, Complete(line));
    }

    [Theory]
    [InlineData("zsh", "compdef _boatctl boatctl")]
    [InlineData("fish", "complete -c boatctl")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName boatctl")]
    public void Completion_OtherShells_HaveTheirScript(string shell, string contains)
    {
        var run = BoatCtlRun.Of("completion", shell);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(contains, run.Out, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Out, StringComparison.Ordinal);
    }

    // As bash does it when tab is pressed: COMP_LINE and COMP_POINT, COMP_WORDS and COMP_CWORD, then the function.
    [UnsupportedOSPlatform("windows")]
    private string[] Complete(string line)
    {
        var program = Path.Combine(_folder.FullName, "boatctl");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet exec {ProgramProcess.PathOf("BoatCtl")} \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var script = Path.Combine(_folder.FullName, "ask.sh");
        File.WriteAllText(
            script,
            $"""
            set -e
            PATH={_folder.FullName}:$PATH
            eval "$(boatctl completion bash)"
            complete -p boatctl >&2
            COMP_LINE="{line}"
            COMP_POINT=$(printf %s "$COMP_LINE" | wc -c)
            COMP_WORDS=($COMP_LINE)
            COMP_CWORD=$((${"{"}#COMP_WORDS[@]{"}"} - 1))
            _boatctl
            printf '%s\n' "${"{"}COMPREPLY[@]{"}"}"
            """);
        using var bash = Process.Start(new ProcessStartInfo("bash", [script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = bash.StandardError.ReadToEndAsync();
        var found = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.True(bash.ExitCode == 0, found + error.Result);
        return found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
