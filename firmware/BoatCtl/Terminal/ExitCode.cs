namespace BoatTelemetry.BoatCtl.Terminal;

/// <summary>What the process says to who started it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>Done, and what was looked at is not good: a self-test failed, a difference was found, a frame was refused.</summary>
    public const int NotGood = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The unit was not reached: no such port, busy, no answer, cable pulled. Nothing was changed.</summary>
    public const int NotReached = 3;

    /// <summary>The unit refused; its reason is told.</summary>
    public const int Refused = 4;

    /// <summary>A tool or a file that is needed is missing or cannot be read or written.</summary>
    public const int Missing = 5;

    /// <summary>Left half done; the message says what to do next.</summary>
    public const int HalfDone = 6;

    /// <summary>For --help.</summary>
    public const string Table =
        """
        Exit codes:
          0  done and good
          1  done, and what was looked at is not good (self-test failed, difference found, frame refused)
          2  the command line is wrong
          3  the unit was not reached (no such port, busy, no answer, cable pulled)
          4  the unit refused; its reason is told
          5  a tool or a file that is needed is missing or unreadable
          6  left half done; the message says what to do next
        """;
}
