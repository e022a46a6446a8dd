using System.Text;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Runs;

/// <summary>What came of a run, and what its exit code is.</summary>
/// <param name="Text">For the user, several lines.</param>
/// <param name="Failure">Why the run is to be taken for failed, or null.</param>
public sealed record RunSummary(string Text, string? Failure)
{
    /// <summary>What a run says whose frames the gateway left without any answer.</summary>
    internal const string Unanswered = "the gateway acknowledged nothing: is it running, and is this its packet-forwarder port?";

    private static readonly TimeSpan _settleLongest = TimeSpan.FromSeconds(15);

    /// <summary>Waits for the last acknowledgements and sums up.</summary>
    /// <param name="unit">The unit at the end of its run.</param>
    /// <param name="lossIsFailure">Whether a single frame without acknowledgement is too much: in a replay, not over the air.</param>
    public static RunSummary Of(HostUnit unit, bool lossIsFailure)
    {
        ArgumentNullException.ThrowIfNull(unit);
        if (unit.Concentrator.Counters.GivenUp == 0)
            unit.Concentrator.WaitUntilSettled(_settleLongest);

        var air = unit.Concentrator.Counters;
        var text = new StringBuilder();
        text.AppendLine($"sentences: {unit.Gnss.SentencesUsed} used, {unit.Gnss.SentencesIgnored} ignored{SentencesRefused(unit.Gnss)}");
        text.AppendLine($"fixes: {unit.Gnss.FixesAccepted} accepted{FixesRefused(unit.Gnss)}");
        text.Append($"frames: {unit.Reporter.Sent} sent, {air.Heard} heard, {air.Acknowledged} in acknowledged datagrams");
        text.AppendLine($" ({unit.TooWeak} too weak, {air.Resent} sent again, {air.GivenUp} given up, {air.LateAcks} late acknowledgements)");
        return new RunSummary(text.ToString(), FailureOf(unit, lossIsFailure));
    }

    private static string? FailureOf(HostUnit unit, bool lossIsFailure)
    {
        var air = unit.Concentrator.Counters;
        if (unit.Reporter.WithoutCounter > 0)
            return $"{unit.Reporter.WithoutCounter} fixes were not sealed, no counter could be had: {unit.CounterFailure}";

        if (unit.Gnss.FixesAccepted == 0)
            return "the receiver gave no fix that could be accepted";

        if (unit.Reporter.Sent == 0)
            return "the link took no frame";

        if (air.IsUnanswered)
            return Unanswered;

        return lossIsFailure && air.Acknowledged < unit.Reporter.Sent
            ? $"{unit.Reporter.Sent - air.Acknowledged} frames were never acknowledged; the rest of the log was not played"
            : null;
    }

    private static string SentencesRefused(GnssCounters counters)
    {
        var text = new StringBuilder();
        foreach (var reason in Enum.GetValues<NmeaRefusal>())
        {
            if (reason != NmeaRefusal.None && counters.SentencesRefused(reason) > 0)
                text.Append($", {counters.SentencesRefused(reason)} {reason}");
        }

        return text.ToString();
    }

    private static string FixesRefused(GnssCounters counters)
    {
        var text = new StringBuilder();
        foreach (var reason in Enum.GetValues<FixRefusal>())
        {
            if (reason != FixRefusal.None && counters.FixesRefused(reason) > 0)
                text.Append($", {counters.FixesRefused(reason)} {reason}");
        }

        return text.ToString();
    }
}
