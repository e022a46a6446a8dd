using System.Text;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Host.Board;
using BoatTelemetry.Simulator.Air;

namespace BoatTelemetry.Host.Runs;

/// <summary>What the unit counted, over all its starts in this run: its own counters begin anew with each.</summary>
public sealed class BoardTally
{
    private static readonly TimeSpan _settleLongest = TimeSpan.FromSeconds(2);
    private static readonly LinkKind[] _links = [LinkKind.LoRa, LinkKind.Cellular, LinkKind.Wifi];

    private readonly long[] _live = new long[_links.Length];
    private readonly long[] _durable = new long[_links.Length];
    private int _starts;
    private long _fixesAccepted;
    private long _fixesRefused;
    private long _stored;
    private long _acknowledged;
    private long _downlinksReceived;

    /// <summary>Adds one start's.</summary>
    public void Add(BoatUnit.Unit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        _starts++;
        if (unit.Reporting is not { } reporting)
            return;

        _fixesAccepted += reporting.Fixes.Accepted;
        _fixesRefused += reporting.Fixes.Refused;
        _stored += reporting.Outbox.Stored;
        _downlinksReceived += unit.Links.LoRa?.Received ?? 0;
        for (var i = 0; i < _links.Length; i++)
        {
            _live[i] += reporting.Dispatcher.SentLive(_links[i]);
            _durable[i] += reporting.Dispatcher.SentDurable(_links[i]);
            _acknowledged += reporting.Dispatcher.Acknowledged(_links[i]);
        }
    }

    /// <summary>The run's summary.</summary>
    public RunSummary Sum(SimulatedBoard board, SeaAir air, Concentrator concentrator, BoatUnit.Unit last)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(air);
        ArgumentNullException.ThrowIfNull(concentrator);
        ArgumentNullException.ThrowIfNull(last);
        concentrator.WaitUntilSettled(_settleLongest);
        var heard = concentrator.Counters;
        var text = new StringBuilder();
        text.AppendLine($"unit: {board.Time.MonotonicMs / 1000} s of its time, {_starts} starts{(last.Reporting is null ? ", no key: nothing is said" : string.Empty)}");
        text.AppendLine($"fixes: {_fixesAccepted} accepted, {_fixesRefused} refused");
        for (var i = 0; i < _links.Length; i++)
        {
            if (_live[i] + _durable[i] > 0)
                text.AppendLine($"{_links[i]}: {_live[i]} live and {_durable[i]} durable frames sent");
        }

        text.AppendLine($"record: {_stored} frames stored, {_acknowledged} acknowledged, {last.Reporting?.Journal.HeldFrames ?? 0} held");
        text.Append($"air: {air.Heard} heard, {air.TooWeak} too weak, {air.NotListenedFor} not listened for, {heard.Acknowledged} in acknowledged datagrams");
        text.AppendLine($"; {heard.Downlinks} downlinks, {air.DownlinksHeard} reached the boat, {air.DownlinksMissed} did not");
        return new RunSummary(text.ToString(), heard.IsUnanswered ? RunSummary.Unanswered : null);
    }
}
