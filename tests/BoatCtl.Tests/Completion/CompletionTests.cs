using System.Diagnostics;
using System.Runtime.Versioning;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Completion;

/// <summary>The completion scripts in real shells, with the real program behind them.</summary>
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

    // As a person does it: an interactive zsh on a pseudo-terminal, its own completion, Tab; a key of the test's writes what then stands on the line.
    // A shell that ran wild would not mind that its terminal is gone, so its processor time is limited.
    [ShellTheory("zsh")]
    [InlineData("boatctl provis", "boatctl provision ")]
    [InlineData("boatctl config back", "boatctl config backup ")]
    [InlineData("boatctl flash --board carr", "boatctl flash --board carrier-s3 ")]
    [UnsupportedOSPlatform("windows")]
    public void Zsh_TabIsPressed_LineIsCompleted(string line, string expected)
    {
        WriteProgram();
        var found = Path.Combine(_folder.FullName, "line");
        Assert.True(Run("zsh", ["-f", Script(
            $$"""
            PATH={{_folder.FullName}}:$PATH
            zmodload zsh/zpty
            zpty shell 'ulimit -t 60; exec zsh -f -i'
            zpty -w shell 'autoload -Uz compinit; compinit -u -D; eval "$(boatctl completion zsh)"; show() { print -r -- "$BUFFER" > {{found}} }; zle -N show; bindkey "^G" show'
            zpty -w -n shell $'{{line}}\t\007'
            for i in {1..900}; do [[ -s {{found}} ]] && break; sleep 0.1; done
            zpty -d shell
            """)]).ExitCode == 0);
        Assert.True(File.Exists(found), "zsh has not taken the line");
        Assert.Equal(expected, File.ReadAllText(found).TrimEnd('\n'));
    }

    // "complete -C" is fish's own way to ask what Tab would offer.
    [ShellTheory("fish")]
    [InlineData("boatctl provis", "provision")]
    [InlineData("boatctl config back", "backup")]
    [InlineData("boatctl flash --board carr", "carrier-s3")]
    [UnsupportedOSPlatform("windows")]
    public void Fish_LineIsBegun_IsCompleted(string line, string expected)
    {
        WriteProgram();
        var run = Run("fish", ["--no-config", Script($"set -x PATH {_folder.FullName} $PATH\nboatctl completion fish | source\ncomplete -C \"{line}\"\n")]);
        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Contains(expected, run.Text.Split('\n'));
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
        WriteProgram();
        var run = Run("bash", [Script(
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
            """)]);
        Assert.True(run.ExitCode == 0, run.Text);
        return run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // The program under the name that it is installed under.
    [UnsupportedOSPlatform("windows")]
    private void WriteProgram()
    {
        var program = Path.Combine(_folder.FullName, "boatctl");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet exec {ProgramProcess.PathOf("BoatCtl")} \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string Script(string text)
    {
        var script = Path.Combine(_folder.FullName, "ask");
        File.WriteAllText(script, text);
        return script;
    }

    private static (int ExitCode, string Text) Run(string shell, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var found = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? found : found + error.Result);
    }
}
