using System;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Core.Links;

/// <summary>What of the air time is kept for what.</summary>
public sealed class AirtimeOptions
{
    /// <summary>Of the hour's limit, kept for an SOS: 150 of 36 s are 5.4 s, 14 SOS frames at SF10.</summary>
    public int SosReservePermille = 150;

    /// <summary>Of the hour's limit, beyond which the backlog adds nothing: the rest is left to what is new.</summary>
    public int BacklogPermille = 600;

    /// <summary>
    /// Of the hour's limit, what an SOS that stays unanswered is repeated with in the long run. The rest is for the position
    /// of the boat in need, and for a second call.
    /// </summary>
    public int SosPacePermille = 600;

    /// <summary>
    /// Made durable ahead at once, microseconds: what one reset may cost beyond what was sent, and how seldom flash is
    /// written (36 s of an hour used up: 90 saves).
    /// </summary>
    public int ReserveStepUs = 400_000;

    /// <summary>Antenna gain less cable loss, 0.01 dB: a half-wave dipole.</summary>
    public int AntennaGainCdb = 215;
}

// Record, 56 bytes:
//
//   byte  0       version, 1
//         1       region
//         2       sub-bands
//         3       zero
//         4..29   first sub-band: 13 sums by age when saved, 0 to 5 min, 5 to 10 min, ... 60 to 65 min; 10 ms, rounded up
//        30..55   second sub-band

/// <summary>
/// What the law leaves of the hour: counts exact time on air for each sub-band over a sliding hour, refuses what would
/// be illegal, and forgets nothing over a reboot.
/// </summary>
/// <remarks>
/// <para>Write-ahead: air time is durable in flash before it is spent, in steps of
/// <see cref="AirtimeOptions.ReserveStepUs"/>. What a life had reserved counts as spent for the next one.</para>
/// <para>No wall clock is asked. The record holds how long ago the air was used when it was saved; since then at least no
/// time has passed, and that is what a start assumes. A clock that steps, or says nothing, so changes nothing; the price
/// is that the time while the unit was off does not count. See docs/decisions/links.md.</para>
/// <para>One thread. Nothing is allocated after construction.</para>
/// </remarks>
public sealed class AirtimeBudget
{
    /// <summary>Sub-bands that the record has room for.</summary>
    public const int SubBandsMax = 2;

    /// <summary>
    /// The time between two saves that only let the record age, ms: a bucket and a slot, so that each save finds what the
    /// one before told in the next older bucket.
    /// </summary>
    public const int AgeingSaveMs = BucketMs + AirtimeLedger.SlotMs;

    private const int Version = 1;
    private const int HeaderBytes = 4;
    private const int Buckets = 13;
    private const int BucketMs = 300_000;
    private const int UnitUs = 10_000;
    private const long HourMs = 3_600_000;
    private const int PayloadBytes = HeaderBytes + (SubBandsMax * Buckets * 2);

    // From the check to the end of the frame passes its air time and what the driver takes to begin, ms.
    private const int StartDelayMs = 1_000;

    private readonly Region _region;
    private readonly AirtimeOptions _options;
    private readonly FlashRecord _record;
    private readonly AirtimeLedger[] _ledgers;
    private readonly long[] _reservedUs;
    private readonly long[] _channelFreeMs;
    private readonly long[] _bucketsUs = new long[Buckets];
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly long[] _refusals = new long[(int)AirtimeRefusal.NotDurable + 1];
    private long _savedMs;
    private bool _savedAnything;
    private bool _started;

    // The last charge, while it can be taken back.
    private int _chargedSubBand = -1;
    private int _chargedUs;
    private long _chargedReserveUs;
    private long _chargedEndMs;

    /// <param name="region">Whose law.</param>
    /// <param name="flash">Where the record is.</param>
    /// <param name="firstBlock">The first of its own erase blocks.</param>
    /// <param name="blockCount">An even number, <see cref="FlashRecord.BlocksMin"/> or more.</param>
    /// <param name="options">What is kept for what.</param>
    public AirtimeBudget(Region region, IFlash flash, int firstBlock, int blockCount, AirtimeOptions options)
    {
        if (region == null || options == null)
        {
            throw new ArgumentNullException(region == null ? nameof(region) : nameof(options));
        }

        if (region.SubBands.Length > SubBandsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(region));
        }

        _region = region;
        _options = options;
        _record = new FlashRecord(flash, firstBlock, blockCount, PayloadBytes);
        _ledgers = new AirtimeLedger[region.SubBands.Length];
        _reservedUs = new long[region.SubBands.Length];
        _channelFreeMs = new long[region.ChannelsHz.Length];
    }

    public Region Region => _region;

    /// <summary>What the flash said at the start.</summary>
    public FlashRecordState RecordState { get; private set; }

    /// <summary>Saves since the start.</summary>
    public int Saves { get; private set; }

    /// <summary>Saves since the start that failed.</summary>
    public int SavesFailed { get; private set; }

    /// <summary>Microseconds on air charged since the start.</summary>
    public long ChargedUs { get; private set; }

    /// <summary>How often a charge was refused for this reason since the start.</summary>
    public long Refusals(AirtimeRefusal reason)
    {
        return _refusals[(int)reason];
    }

    /// <summary>Loads what earlier lives have used. Called once, before anything else.</summary>
    public void Start(long nowMs)
    {
        for (int i = 0; i < _ledgers.Length; i++)
        {
            _ledgers[i] = new AirtimeLedger(nowMs);
        }

        for (int i = 0; i < _channelFreeMs.Length; i++)
        {
            _channelFreeMs[i] = nowMs + _region.ChannelRestMs;
        }

        RecordState = _record.Load(_payload);
        switch (RecordState)
        {
            case FlashRecordState.Loaded:
                TakeOverRecord(nowMs);
                break;
            case FlashRecordState.Blank:
                break;
            default:
                AssumeUsed(nowMs);
                break;
        }

        _started = true;
        _savedMs = nowMs;
    }

    /// <summary>Lets the record in flash age, so that a unit that is reset again and again is not silenced by it.</summary>
    public void Poll(long nowMs)
    {
        if (_started && _savedAnything && nowMs - _savedMs >= AgeingSaveMs)
        {
            Array.Clear(_reservedUs, 0, _reservedUs.Length);
            TrySave(nowMs);
        }
    }

    /// <summary>Whether a frame may be sent now. Changes nothing and counts nothing.</summary>
    public AirtimeRefusal Check(RadioSettings settings, int lengthBytes, AirtimePurpose purpose, long nowMs)
    {
        AirtimeRefusal refusal = CheckForm(settings, lengthBytes);
        if (refusal != AirtimeRefusal.None)
        {
            return refusal;
        }

        if (nowMs < ChannelFreeMs(settings.FrequencyHz))
        {
            return AirtimeRefusal.ChannelRests;
        }

        int subBand = _region.SubBandOf(settings.FrequencyHz, settings.BandwidthHz);
        return CheckHour(subBand, FrameUs(settings, lengthBytes), purpose, nowMs);
    }

    /// <summary>
    /// Right before a frame is given to the radio: counts it, if it may be sent. It is counted whether or not it
    /// then reaches the air, until <see cref="TakeBack"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">Not started.</exception>
    public AirtimeRefusal TryCharge(RadioSettings settings, int lengthBytes, AirtimePurpose purpose, long nowMs)
    {
        if (!_started)
        {
            throw new InvalidOperationException("The ledger has not been loaded.");
        }

        AirtimeRefusal refusal = Check(settings, lengthBytes, purpose, nowMs);
        if (refusal == AirtimeRefusal.None)
        {
            int subBand = _region.SubBandOf(settings.FrequencyHz, settings.BandwidthHz);
            int frameUs = FrameUs(settings, lengthBytes);
            if (TryReserve(subBand, frameUs, nowMs) || purpose == AirtimePurpose.Sos)
            {
                Charge(subBand, frameUs, settings.FrequencyHz, nowMs);
                return AirtimeRefusal.None;
            }

            refusal = AirtimeRefusal.NotDurable;
        }

        _refusals[(int)refusal]++;
        return refusal;
    }

    /// <summary>Takes the last charge back: the radio refused the frame before any of it was on the air.</summary>
    public void TakeBack()
    {
        if (_chargedSubBand < 0)
        {
            return;
        }

        _ledgers[_chargedSubBand].Remove(_chargedEndMs, _chargedUs);
        _reservedUs[_chargedSubBand] += _chargedReserveUs;
        ChargedUs -= _chargedUs;
        _chargedSubBand = -1;
    }

    /// <summary>From when on the hour has room for a frame of legal form on this channel, if nothing else is sent.</summary>
    public long RoomFromMs(RadioSettings settings, int lengthBytes, AirtimePurpose purpose, long nowMs)
    {
        int subBand = _region.SubBandOf(settings.FrequencyHz, settings.BandwidthHz);
        if (subBand < 0 || CheckForm(settings, lengthBytes) != AirtimeRefusal.None)
        {
            return long.MaxValue;
        }

        long restsUntilMs = ChannelFreeMs(settings.FrequencyHz);
        long roomUs = CeilingUs(subBand, purpose) - FrameUs(settings, lengthBytes);
        if (_region.SubBands[subBand].HourLimitUs == 0)
        {
            return restsUntilMs > nowMs ? restsUntilMs : nowMs;
        }

        long fromMs = roomUs < 0 ? long.MaxValue : _ledgers[subBand].NotAboveFromMs(nowMs, roomUs);
        return restsUntilMs > fromMs ? restsUntilMs : fromMs;
    }

    /// <summary>
    /// The time between two SOS that take so long on air, ms, at which they use their share of the hour and no more, in the
    /// sub-band where that takes longest; 0 where no hour is limited.
    /// </summary>
    public int SosPaceMs(int frameUs)
    {
        long paceMs = 0;
        for (int i = 0; i < _region.SubBands.Length; i++)
        {
            long shareUs = _region.SubBands[i].HourLimitUs * _options.SosPacePermille / 1000;
            long ms = shareUs == 0 ? 0 : HourMs * frameUs / shareUs;
            paceMs = ms > paceMs ? ms : paceMs;
        }

        return paceMs > HourMs ? (int)HourMs : (int)paceMs;
    }

    /// <summary>Used of the hour in this sub-band, microseconds.</summary>
    public long UsedUs(int subBand, long nowMs)
    {
        return _ledgers[subBand].UsedUs(nowMs);
    }

    /// <summary>Used of the hour's limit in the fullest sub-band: what the status frame tells.</summary>
    public int UsedPermille(long nowMs)
    {
        long most = 0;
        for (int i = 0; i < _ledgers.Length; i++)
        {
            long limitUs = _region.SubBands[i].HourLimitUs;
            long used = limitUs == 0 ? 0 : _ledgers[i].UsedUs(nowMs) * 1000 / limitUs;
            most = used > most ? used : most;
        }

        return most > 1000 ? 1000 : (int)most;
    }

    /// <summary>The highest setting of the chip that is legal on a channel with this antenna, dBm.</summary>
    public int PowerMaxDbm(int frequencyHz, int bandwidthHz)
    {
        int subBand = _region.SubBandOf(frequencyHz, bandwidthHz);
        if (subBand < 0)
        {
            return int.MinValue;
        }

        int cdbm = _region.SubBands[subBand].EirpMaxCdbm - _options.AntennaGainCdb;
        return cdbm >= 0 ? cdbm / 100 : (cdbm - 99) / 100;
    }

    private AirtimeRefusal CheckForm(RadioSettings settings, int lengthBytes)
    {
        if (_region.ReceiveOnly)
        {
            return AirtimeRefusal.ReceiveOnly;
        }

        int subBand = _region.SubBandOf(settings.FrequencyHz, settings.BandwidthHz);
        if (subBand < 0)
        {
            return AirtimeRefusal.OutsideBand;
        }

        int bytesMax = _region.FrameBytesMax(settings.SpreadingFactor);
        if (bytesMax == 0)
        {
            return AirtimeRefusal.SpreadingFactor;
        }

        if ((settings.PowerDbm * 100) + _options.AntennaGainCdb > _region.SubBands[subBand].EirpMaxCdbm)
        {
            return AirtimeRefusal.Power;
        }

        if (lengthBytes < 1 || lengthBytes > bytesMax)
        {
            return AirtimeRefusal.TooLong;
        }

        return _region.DwellMaxUs > 0 && FrameUs(settings, lengthBytes) > _region.DwellMaxUs
            ? AirtimeRefusal.Dwell
            : AirtimeRefusal.None;
    }

    private AirtimeRefusal CheckHour(int subBand, int frameUs, AirtimePurpose purpose, long nowMs)
    {
        long limitUs = _region.SubBands[subBand].HourLimitUs;
        if (limitUs == 0)
        {
            return AirtimeRefusal.None;
        }

        long usedUs = _ledgers[subBand].UsedUs(nowMs) + frameUs;
        if (usedUs > limitUs)
        {
            return AirtimeRefusal.DutyCycle;
        }

        if (usedUs > CeilingUs(subBand, AirtimePurpose.Current) && purpose != AirtimePurpose.Sos)
        {
            return AirtimeRefusal.SosReserve;
        }

        return usedUs > CeilingUs(subBand, purpose) ? AirtimeRefusal.BacklogShare : AirtimeRefusal.None;
    }

    private long CeilingUs(int subBand, AirtimePurpose purpose)
    {
        long limitUs = _region.SubBands[subBand].HourLimitUs;
        switch (purpose)
        {
            case AirtimePurpose.Sos:
                return limitUs;
            case AirtimePurpose.Current:
                return limitUs * (1000 - _options.SosReservePermille) / 1000;
            default:
                return limitUs * _options.BacklogPermille / 1000;
        }
    }

    private void Charge(int subBand, int frameUs, int frequencyHz, long nowMs)
    {
        long endMs = nowMs + (frameUs / 1000) + StartDelayMs;
        _ledgers[subBand].Add(endMs, frameUs);
        _chargedReserveUs = _reservedUs[subBand] > frameUs ? frameUs : _reservedUs[subBand];
        _reservedUs[subBand] -= _chargedReserveUs;
        ChargedUs += frameUs;
        _chargedSubBand = subBand;
        _chargedUs = frameUs;
        _chargedEndMs = endMs;
        int channel = ChannelOf(frequencyHz);
        if (channel >= 0 && _region.ChannelRestMs > 0)
        {
            _channelFreeMs[channel] = endMs + _region.ChannelRestMs;
        }
    }

    private bool TryReserve(int subBand, int frameUs, long nowMs)
    {
        long beforeUs = _reservedUs[subBand];
        if (beforeUs >= frameUs)
        {
            return true;
        }

        _reservedUs[subBand] = frameUs > _options.ReserveStepUs ? frameUs : _options.ReserveStepUs;
        if (TrySave(nowMs))
        {
            return true;
        }

        _reservedUs[subBand] = beforeUs;
        return false;
    }

    private bool TrySave(long nowMs)
    {
        // Another try at what could not be read; what is counted meanwhile is more than it can say.
        if (_record.State == FlashRecordState.Unreadable && _record.Load(_payload) == FlashRecordState.Unreadable)
        {
            SavesFailed++;
            return false;
        }

        bool anything = WriteRecord(nowMs);
        _savedMs = nowMs;
        if (!_record.TrySave(_payload))
        {
            SavesFailed++;
            return false;
        }

        _savedAnything = anything;
        Saves++;
        return true;
    }

    private bool WriteRecord(long nowMs)
    {
        Array.Clear(_payload, 0, PayloadBytes);
        _payload[0] = Version;
        _payload[1] = (byte)_region.Id;
        _payload[2] = (byte)_ledgers.Length;
        bool anything = false;
        for (int i = 0; i < _ledgers.Length; i++)
        {
            _ledgers[i].SumByAge(nowMs, BucketMs, _bucketsUs);
            _bucketsUs[0] += _reservedUs[i];
            for (int k = 0; k < Buckets; k++)
            {
                long units = (_bucketsUs[k] + UnitUs - 1) / UnitUs;
                anything |= units > 0;
                PutUnits(i, k, units > ushort.MaxValue ? ushort.MaxValue : (int)units);
            }
        }

        return anything;
    }

    // A bucket is taken to be as young as its youngest part. Under another region's law the sub-bands are not the same:
    // then all that was used counts in each of them, as if just now.
    private void TakeOverRecord(long nowMs)
    {
        bool same = _payload[0] == Version && _payload[1] == _region.Id && _payload[2] == _ledgers.Length;
        long sumUs = 0;
        for (int i = 0; i < SubBandsMax; i++)
        {
            for (int k = 0; k < Buckets; k++)
            {
                int us = GetUnits(i, k) * UnitUs;
                sumUs += us;
                _savedAnything |= us > 0;
                if (same && i < _ledgers.Length)
                {
                    _ledgers[i].Add(nowMs - ((long)k * BucketMs), us);
                }
            }
        }

        for (int i = 0; i < _ledgers.Length && !same; i++)
        {
            _ledgers[i].Add(nowMs, sumUs > int.MaxValue ? int.MaxValue : (int)sumUs);
        }
    }

    // The record is gone: the hour counts as used, but for the reserve. That a unit that lost its flash may also have
    // spent the reserve in the same hour is the smaller evil against an SOS that is not sent.
    private void AssumeUsed(long nowMs)
    {
        for (int i = 0; i < _ledgers.Length; i++)
        {
            _ledgers[i].Add(nowMs, (int)CeilingUs(i, AirtimePurpose.Current));
        }

        _savedAnything = true;
    }

    private int ChannelOf(int frequencyHz)
    {
        for (int i = 0; i < _channelFreeMs.Length; i++)
        {
            if (_region.ChannelsHz[i] == frequencyHz)
            {
                return i;
            }
        }

        return -1;
    }

    private long ChannelFreeMs(int frequencyHz)
    {
        int channel = ChannelOf(frequencyHz);
        return channel < 0 ? long.MinValue : _channelFreeMs[channel];
    }

    private void PutUnits(int subBand, int bucket, int units)
    {
        int at = HeaderBytes + (((subBand * Buckets) + bucket) * 2);
        BigEndian.Put16(_payload, at, units);
    }

    private int GetUnits(int subBand, int bucket)
    {
        int at = HeaderBytes + (((subBand * Buckets) + bucket) * 2);
        return BigEndian.Get16(_payload, at);
    }

    private static int FrameUs(RadioSettings settings, int lengthBytes)
    {
        return TimeOnAir.FrameUs(
            settings.SpreadingFactor,
            settings.BandwidthHz,
            settings.CodingRateDenominator,
            settings.PreambleSymbols,
            lengthBytes);
    }
}
