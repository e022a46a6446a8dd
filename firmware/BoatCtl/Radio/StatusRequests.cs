using System.Diagnostics;
using System.Text.Json;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>How a command came out.</summary>
/// <param name="Outcome">The gateway's word: done, refused, refused_by_unit, failed, expired; "unanswered" if the time was over first.</param>
/// <param name="Reason">The gateway's; empty without one.</param>
/// <param name="RoundTrip">From the request to the last answer.</param>
internal sealed record RequestOutcome(string Outcome, string Reason, TimeSpan RoundTrip)
{
    public bool IsDone => Outcome == "done";
}

/// <summary>Status requests, one after the other: what was asked and what was answered. Not thread safe.</summary>
internal sealed class StatusRequests
{
    private readonly List<RequestOutcome> _ended = [];
    private Stopwatch? _underWay;
    private int _asked;

    /// <summary>Those that have ended, in order.</summary>
    public IReadOnlyList<RequestOutcome> Ended => _ended;

    public bool IsUnderWay => _underWay is not null;

    /// <summary>How many were asked.</summary>
    public int Asked => _asked;

    /// <summary>A request's correlation data, and its clock starts.</summary>
    public byte[] Begin()
    {
        _asked++;
        _underWay = Stopwatch.StartNew();
        return BitConverter.GetBytes(_asked);
    }

    /// <summary>Takes an answer; what belongs to another request or is not the last of this one changes nothing.</summary>
    public void Answer(ReadOnlySpan<byte> correlation, ReadOnlyMemory<byte> payload)
    {
        if (_underWay is null || !correlation.SequenceEqual(BitConverter.GetBytes(_asked)))
            return;
        try
        {
            using var document = JsonDocument.Parse(payload);
            var outcome = document.RootElement.GetProperty("outcome").GetString()!;
            if (outcome == "accepted")
                return;
            var reason = document.RootElement.TryGetProperty("reason", out var why) ? why.GetString()! : "";
            End(outcome, reason);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not the gateway's.
        }
    }

    /// <summary>The time is over: what is under way was not answered.</summary>
    public void GiveUp()
    {
        if (_underWay is not null)
            End("unanswered", "");
    }

    private void End(string outcome, string reason)
    {
        _ended.Add(new RequestOutcome(outcome, reason, _underWay!.Elapsed));
        _underWay = null;
    }
}
