using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatCtl.Radio;

/// <summary>What a frame of some length costs at one spreading factor.</summary>
/// <param name="SpreadingFactor">7 to 12.</param>
/// <param name="AirtimeUs">Time on air.</param>
/// <param name="PerHourMax">How often an hour the region allows it, on all channels together; null: no limit but the rest of channels.</param>
/// <param name="Allowed">Why it may not be sent at all; null if it may.</param>
internal sealed record AirtimeRow(int SpreadingFactor, int AirtimeUs, long? PerHourMax, string? Allowed)
{
    private const long HourMs = 3_600_000;

    /// <summary>For a frame of so many bytes in a region.</summary>
    public static AirtimeRow Of(Region region, int bytes, int spreadingFactor, int bandwidthHz)
    {
        ArgumentNullException.ThrowIfNull(region);
        var airtimeUs = TimeOnAir.FrameUs(spreadingFactor, bandwidthHz, RadioSettings.CodingRateDenominatorDefault, RadioSettings.PreambleSymbolsDefault, bytes);
        return new AirtimeRow(spreadingFactor, airtimeUs, PerHour(region, airtimeUs, bandwidthHz), Refusal(region, bytes, spreadingFactor, airtimeUs));
    }

    private static string? Refusal(Region region, int bytes, int spreadingFactor, int airtimeUs)
    {
        if (region.ReceiveOnly)
            return "nothing may be sent";
        if (spreadingFactor > region.SpreadingFactorMax)
            return $"at most SF{region.SpreadingFactorMax}";
        if (region.DwellMaxUs > 0 && airtimeUs > region.DwellMaxUs)
            return $"longer than the dwell limit of {region.DwellMaxUs / 1000} ms";
        return bytes > region.FrameBytesMax(spreadingFactor) ? $"at most {region.FrameBytesMax(spreadingFactor)} bytes" : null;
    }

    // The duty cycle is a sub-band's, and each sub-band that holds one of the channels has its own.
    private static long? PerHour(Region region, int airtimeUs, int bandwidthHz)
    {
        var subBands = region.ChannelsHz.Select(hz => region.SubBandOf(hz, bandwidthHz)).Where(i => i >= 0).Distinct().Select(i => region.SubBands[i]).ToList();
        if (subBands.Count == 0)
            return 0;
        if (subBands.All(band => band.HourLimitUs > 0))
            return subBands.Sum(band => band.HourLimitUs / airtimeUs);
        return region.ChannelRestMs > 0 ? region.ChannelsHz.Length * (HourMs / region.ChannelRestMs) : null;
    }
}
