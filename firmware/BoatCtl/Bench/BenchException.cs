using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>How a request to a unit came out.</summary>
internal enum BenchOutcome
{
    /// <summary>Done; the reply has what was asked for.</summary>
    Done,

    /// <summary>The unit said no; its word and its reason are in the reply.</summary>
    Refused,

    /// <summary>The port could not be opened.</summary>
    NotOpened,

    /// <summary>The line went before the whole request had left: the unit has not seen it.</summary>
    NotSent,

    /// <summary>The line went after the request had left: the unit may have done it.</summary>
    Gone,

    /// <summary>The request left, and no reply came in time: the unit may have done it.</summary>
    NoAnswer,
}

/// <summary>A request to a unit was not done.</summary>
internal sealed class BenchException : CommandException
{
    public BenchException(BenchOutcome outcome, string word, string message, Exception? inner = null)
        : base(outcome == BenchOutcome.Refused ? Terminal.ExitCode.Refused : Terminal.ExitCode.NotReached, word, message, inner)
    {
        Outcome = outcome;
    }

    public BenchOutcome Outcome { get; }

    /// <summary>Whether the unit may have done it all the same.</summary>
    public bool MayBeDone => Outcome is BenchOutcome.Gone or BenchOutcome.NoAnswer;
}
