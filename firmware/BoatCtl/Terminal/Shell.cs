using System.CommandLine;
using System.CommandLine.Parsing;

namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>
/// Where commands run: two writers, and whether a person sees the first. Parses, runs the command's body with its
/// <see cref="Output"/>, and turns every failure into an exit code and one message.
/// </summary>
internal sealed class Shell(TextWriter result, TextWriter error, bool isTerminal)
{
    // A unit's last answer may be waited for.
    private static readonly TimeSpan _ending = TimeSpan.FromSeconds(2);

    // A command that is asked to end may finish what it must not leave half done: as long as a unit takes to start, and some answers.
    private static readonly TimeSpan _finishing = TimeSpan.FromSeconds(120);

    private readonly HashSet<Command> _finishes = [];

    /// <summary>Of every command.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document instead of text; lines of JSON where a command goes on. Errors too.",
        Recursive = true,
    };

    /// <summary>The process's own outputs. Nothing that is redirected gets colours, boxes or redrawn lines.</summary>
    public static Shell OfProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);

    /// <summary>Gives a command its body, which returns an <see cref="ExitCode"/> or throws a <see cref="CommandException"/>.</summary>
    public void Does(Command command, Func<ParseResult, Output, CancellationToken, int> body)
    {
        // On another thread, for this one waits for Ctrl-C, too.
        command.SetAction((asked, cancellation) => Task.Run(() => Guarded(asked, body, cancellation), CancellationToken.None));
    }

    /// <summary>Ctrl-C does not end this command but asks it to: its body looks at its token where it can stop.</summary>
    public void Finishes(Command command) => _finishes.Add(command);

    /// <summary>Parses the arguments and does what they ask for; the exit code.</summary>
    public async Task<int> RunAsync(RootCommand root, string[] arguments, CancellationToken cancellation = default)
    {
        var asked = root.Parse(arguments);

        // A line that is to be completed is not complete.
        if (asked.Errors.Count > 0 && !asked.Tokens.Any(token => token.Type == TokenType.Directive))
        {
            var message = string.Join(Environment.NewLine, asked.Errors.Select(e => e.Message).Distinct());
            OutputOf(arguments.Contains("--json")).Failure(new CommandException(ExitCode.Usage, "usage", message + " --help tells what is possible."));
            return ExitCode.Usage;
        }

        using var termination = new Termination(_finishes.Contains(asked.CommandResult.Command) ? _finishing : _ending, cancellation);
        var invocation = new InvocationConfiguration
        {
            Output = result,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await await Task.WhenAny(asked.InvokeAsync(invocation, termination.Asked), termination.Forced);
    }

    private int Guarded(ParseResult asked, Func<ParseResult, Output, CancellationToken, int> body, CancellationToken cancellation)
    {
        var output = OutputOf(asked.GetValue(Json));
        try
        {
            return body(asked, output, cancellation);
        }
        catch (CommandException e)
        {
            output.Failure(e);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            output.Failure(new CommandException(ExitCode.NotGood, "stopped", "Stopped."));
            return ExitCode.NotGood;
        }
    }

    private Output OutputOf(bool isJson) => new(result, error, isJson, isTerminal && !isJson);
}
