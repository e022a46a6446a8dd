namespace BoatTelemetry.Core.Gnss;

/// <summary>Takes what the receiver's epochs became. Called from within the parser's calls, on their thread.</summary>
public interface IFixSink
{
    /// <summary>A position. <paramref name="fix"/> is valid during the call only; it must not call the parser.</summary>
    void OnFix(Fix fix);

    /// <summary>
    /// An epoch that is no position, and why. <paramref name="fix"/> is for diagnosis, is valid during the call only,
    /// and its coordinates must not be used.
    /// </summary>
    void OnRefused(Fix fix, FixRefusal reason);
}
