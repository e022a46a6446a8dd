using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>
/// What the law leaves one concentrator of the hour, and how its downlinks are modulated: the same ledger that boats keep,
/// so that a restart does not forget what was sent. One thread at a time.
/// </summary>
internal sealed class ConcentratorAirtime
{
    /// <summary>
    /// Reserved ahead, microseconds: what a restart may cost, and how seldom it is written (36 s of an hour: 18 times).
    /// </summary>
    private const int ReserveStepUs = 2_000_000;

    private readonly AirtimeBudget _budget;
    private readonly RadioSettings _settings = new() { InvertIq = true };
    private readonly int _powerDbm;
    private long _charges;

    /// <param name="region">Name of the region.</param>
    /// <param name="antennaGainCdb">Less cable loss, 0.01 dB.</param>
    /// <param name="powerDbm">Wanted; the region may allow less.</param>
    /// <param name="store">Where the ledger is kept.</param>
    /// <param name="concentrator">Whose it is.</param>
    /// <param name="nowMs">The monotonic clock.</param>
    public ConcentratorAirtime(
        string region, int antennaGainCdb, int powerDbm, DownlinkStore store, ulong concentrator, long nowMs)
    {
        _powerDbm = powerDbm;
        _budget = new AirtimeBudget(
            Regions.Find(region),
            new StoredFlash(store, concentrator),
            0,
            StoredFlash.Blocks,
            new AirtimeOptions { AntennaGainCdb = antennaGainCdb, ReserveStepUs = ReserveStepUs });
        _budget.Start(nowMs);
    }

    /// <summary>Used of the hour's limit in the fullest sub-band, permille.</summary>
    public int UsedPermille(long nowMs) => _budget.UsedPermille(nowMs);

    /// <summary>How a frame answers an uplink; null for an uplink that no boat sends.</summary>
    public static bool IsAnswerable(in Reception uplink) =>
        uplink.FrequencyHz is > 0 and <= int.MaxValue
        && uplink.SpreadingFactor is >= TimeOnAir.SpreadingFactorMin and <= TimeOnAir.SpreadingFactorMax
        && uplink.BandwidthHz is 125_000 or 250_000 or 500_000;

    /// <summary>Time on air of a frame that answers an uplink, microseconds.</summary>
    public static int FrameUs(in Reception uplink, int lengthBytes)
    {
        var modulation = new RadioSettings();
        return TimeOnAir.FrameUs(
            uplink.SpreadingFactor, uplink.BandwidthHz, modulation.CodingRateDenominator, modulation.PreambleSymbols, lengthBytes);
    }

    /// <summary>
    /// Counts a frame that answers an uplink on its channel, if it may be sent: a command may use all of the hour, an
    /// acknowledgement leaves the ledger's reserve to commands. The number of the charge, or 0.
    /// </summary>
    public long TryCharge(in Reception uplink, ReadOnlySpan<byte> frame, long startMs, out RadioSettings settings, out AirtimeRefusal refusal)
    {
        _budget.Poll(startMs);
        settings = _settings;
        settings.FrequencyHz = (int)uplink.FrequencyHz;
        settings.SpreadingFactor = uplink.SpreadingFactor;
        settings.BandwidthHz = uplink.BandwidthHz;
        settings.PowerDbm = Math.Min(_powerDbm, _budget.PowerMaxDbm(settings.FrequencyHz, settings.BandwidthHz));
        var isCommand = FrameHeader.KindOf(frame[0]) == FrameKind.Command;
        var purpose = isCommand ? AirtimePurpose.Sos : AirtimePurpose.Current;
        refusal = _budget.TryCharge(settings, frame.Length, purpose, startMs);
        return refusal == AirtimeRefusal.None ? ++_charges : 0;
    }

    /// <summary>It was refused before it was on the air. Only the newest charge can be taken back; an older one stays.</summary>
    public void TakeBack(long charge)
    {
        if (charge == _charges)
            _budget.TakeBack();
    }

    /// <summary>Lets the kept ledger age.</summary>
    public void Poll(long nowMs) => _budget.Poll(nowMs);

    /// <summary>What a refusal means for a downlink.</summary>
    public static DownlinkOutcome OutcomeOf(AirtimeRefusal refusal) => refusal switch
    {
        AirtimeRefusal.None => DownlinkOutcome.Sent,
        AirtimeRefusal.DutyCycle or AirtimeRefusal.SosReserve or AirtimeRefusal.BacklogShare or AirtimeRefusal.ChannelRests
            => DownlinkOutcome.AirtimeSpent,
        AirtimeRefusal.NotDurable => DownlinkOutcome.Refused,
        _ => DownlinkOutcome.NotAllowed,
    };
}
