namespace BoatTelemetry.Core.Reports;

/// <summary>
/// Where the unit's side of commands begins: behind a downlink that has been opened and that its
/// <see cref="Security.DownlinkWindow"/> has accepted, so each counter comes here at most once a life of the unit.
/// </summary>
public interface ICommandSink
{
    /// <summary>
    /// Remembers the command in flash, then carries it out, or refuses it; what became of it goes into the next long status.
    /// The command stays the caller's, who clears it (it may hold a key).
    /// </summary>
    /// <param name="command">What is asked.</param>
    /// <param name="counter">The downlink's counter.</param>
    /// <param name="underPreviousKey">
    /// Whether it opened under the key before the one in use: <see cref="Security.UnitKeys.Change"/> refuses another key then.
    /// </param>
    CommandResult Execute(Command command, uint counter, bool underPreviousKey);

    /// <summary>The downlink was genuine and is no command that this firmware knows: <see cref="CommandResult.RefusedNotUnderstood"/>.</summary>
    void NotUnderstood(uint counter);
}
