namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>The short waits that a chip asks for between two transactions; whoever calls bounds their number.</summary>
public interface IChipPause
{
    /// <summary>Returns not before so many microseconds have gone by.</summary>
    void WaitUs(int us);
}
