using System.CommandLine;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Commands;

/// <summary>
/// The command <c>completion</c>: a script by which a shell asks this program how a line may go on, with System.CommandLine's directive
/// <c>[suggest:POSITION]</c>. The line is given without the program's name.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        # eval "$(boatctl completion bash)"
        _boatctl() {
            local rest="${COMP_LINE#*"${COMP_WORDS[0]}"}"
            rest="${rest# }"
            local position=$((COMP_POINT - (${#COMP_LINE} - ${#rest})))
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$position]" "$rest" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _boatctl boatctl

        """;

    private const string Zsh =
        """
        # eval "$(boatctl completion zsh)"
        _boatctl() {
            local rest="${(j: :)words[2,CURRENT]}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#rest}]" "$rest" 2>/dev/null)}")
            compadd -a found || _files
        }
        compdef _boatctl boatctl

        """;

    private const string Fish =
        """
        # boatctl completion fish | source
        function __boatctl_complete
            set -l rest (commandline -cp | string replace -r '^\S+\s*' '')
            boatctl "[suggest:"(string length -- "$rest")"]" "$rest" 2>/dev/null
        end
        complete -c boatctl -a '(__boatctl_complete)'

        """;

    private const string Pwsh =
        """
        # boatctl completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName boatctl -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $program = $commandAst.CommandElements[0].Extent.Text
            $rest = $commandAst.ToString().Substring($program.Length).TrimStart()
            $position = $cursorPosition - ($commandAst.ToString().Length - $rest.Length)
            if ($rest.Length -lt $position) { $rest = $rest.PadRight($position) }
            & $program "[suggest:$position]" "$rest" 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    public static Command Create(Shell shell)
    {
        var which = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        which.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Writes the script that completes this program's commands in a shell; its first line says how to load it.") { which };
        shell.Does(command, (asked, output, _) =>
        {
            var script = asked.GetValue(which) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Pwsh,
            };
            output.Result(new JsonObject { ["script"] = script }, page =>
            {
                foreach (var line in script.TrimEnd('\n').Split('\n'))
                    page.Line(line.TrimEnd('\r'));
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
