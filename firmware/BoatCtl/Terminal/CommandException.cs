namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>A command cannot do what was asked. It ends there, with the message for people and the word for programs.</summary>
internal class CommandException : Exception
{
    /// <param name="exitCode">One of <see cref="Terminal.ExitCode"/>.</param>
    /// <param name="word">Lower case, hyphens, stable: "error" of the JSON document.</param>
    /// <param name="message">What was wrong, with its name, and what to do.</param>
    /// <param name="inner">What it came from, if an exception.</param>
    public CommandException(int exitCode, string word, string message, Exception? inner = null)
        : base(message, inner)
    {
        ExitCode = exitCode;
        Word = word;
    }

    public int ExitCode { get; }

    public string Word { get; }
}
