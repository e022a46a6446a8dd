using BoatTelemetry.Core.Links;

namespace BoatTelemetry.Simulation;

/// <summary>
/// The naive reference for the law: every transmission with its exact begin and end in true time, over all lives of the
/// unit. The fullest hour ends where a transmission ends: earlier or later it holds no more.
/// </summary>
public sealed class AirLedger
{
    private const long HourUs = 3_600_000_000;

    private readonly Region _region;
    private readonly List<(long StartUs, long EndUs, bool Sos)>[] _air;
    private readonly int[] _first;

    public AirLedger(Region region)
    {
        ArgumentNullException.ThrowIfNull(region);
        _region = region;
        _air = new List<(long, long, bool)>[region.SubBands.Length];
        _first = new int[_air.Length];
        for (var i = 0; i < _air.Length; i++)
            _air[i] = [];
    }

    /// <summary>Told what is wrong.</summary>
    public Action<string>? Violated { get; set; }

    /// <summary>
    /// Whether the record of the ledger in flash was damaged on purpose: then an SOS alone may go beyond
    /// (docs/decisions/links.md, "a lost or unreadable record" and "flash that takes nothing").
    /// </summary>
    public bool SosMayExceed { get; set; }

    public long TotalUs { get; private set; }

    /// <summary>The fullest hour, in thousandths of its limit; 0 where the region has none.</summary>
    public int WorstPermille { get; private set; }

    public int Transmissions { get; private set; }

    public void Add(Transmission sent, bool sos)
    {
        ArgumentNullException.ThrowIfNull(sent);
        Transmissions++;
        TotalUs += sent.EndUs - sent.StartUs;
        var band = _region.SubBandOf(sent.FrequencyHz, 125_000);
        if (band < 0 || _region.ReceiveOnly)
        {
            Violated?.Invoke($"transmission on {sent.FrequencyHz} Hz, which {_region.Name} does not allow");
            return;
        }

        if (_region.DwellMaxUs > 0 && sent.EndUs - sent.StartUs > _region.DwellMaxUs)
            Violated?.Invoke($"transmission of {sent.EndUs - sent.StartUs} us, longer than the dwell time");
        var air = _air[band];
        if (air.Count > 0 && air[^1].EndUs > sent.StartUs)
            Violated?.Invoke("two transmissions at once");
        air.Add((sent.StartUs, sent.EndUs, sos));
        var limitUs = _region.SubBands[band].HourLimitUs;
        if (limitUs == 0)
            return;
        CheckHour(band, limitUs);
    }

    /// <summary>The power fails, or the transceiver is reset: what is on the air ends there.</summary>
    public void CutOff(long nowUs)
    {
        foreach (var air in _air)
        {
            if (air.Count == 0 || air[^1].EndUs <= nowUs)
                continue;
            var (startUs, endUs, sos) = air[^1];
            TotalUs -= endUs - Math.Max(startUs, nowUs);
            air.RemoveAt(air.Count - 1);
            if (startUs < nowUs)
                air.Add((startUs, nowUs, sos));
        }
    }

    private void CheckHour(int band, long limitUs)
    {
        var air = _air[band];
        var beginUs = air[^1].EndUs - HourUs;
        while (air[_first[band]].EndUs <= beginUs)
            _first[band]++;
        long usedUs = 0;
        long sosUs = 0;
        for (var i = _first[band]; i < air.Count; i++)
        {
            var us = air[i].EndUs - Math.Max(air[i].StartUs, beginUs);
            usedUs += us;
            sosUs += air[i].Sos ? us : 0;
        }

        WorstPermille = Math.Max(WorstPermille, (int)(usedUs * 1_000 / limitUs));
        var countedUs = SosMayExceed ? usedUs - sosUs : usedUs;
        if (countedUs > limitUs)
            Violated?.Invoke($"{countedUs} us on air in an hour, {limitUs} us are legal");
    }
}
