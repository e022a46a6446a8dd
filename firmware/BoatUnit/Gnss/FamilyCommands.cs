namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>The setup of one family of receivers, as a list of commands.</summary>
internal abstract class FamilyCommands
{
    /// <summary>
    /// Writes the command with this number, from 0 on; false after the last. Sentences go first: what is left of them
    /// must fit the line before the rate of positions goes up.
    /// </summary>
    /// <param name="step">Which.</param>
    /// <param name="settings">What is wanted.</param>
    /// <param name="command">Left empty if the step is not needed.</param>
    public abstract bool TryWrite(int step, SetupTarget settings, ReceiverCommand command);
}

/// <summary>What a receiver is to be set to.</summary>
internal sealed class SetupTarget
{
    public int PeriodMs;

    /// <summary>The rate it is to speak at.</summary>
    public int BaudBps;

    /// <summary>The rate it speaks at.</summary>
    public int CurrentBaudBps;

    /// <summary>It was found at another rate than it is to have: worth a write of its flash, once in its life.</summary>
    public bool WasElsewhere;
}
