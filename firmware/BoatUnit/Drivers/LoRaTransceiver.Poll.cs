using System.Device.Gpio;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>How what was started goes on, and what the two families do differently.</summary>
public abstract partial class LoRaTransceiver
{
    /// <summary>How long the channel's level is measured: as ARIB STD-T108 asks for in Japan, the strictest of AS923's.</summary>
    public const int CarrierSenseMs = 5;

    /// <summary>
    /// While it receives, how often the chip is asked whether it still does, ms: one that was reset by a brown-out would
    /// be silent for ever.
    /// </summary>
    public const int HealthEveryMs = 1000;

    // A detection looks at up to 4 symbols and computes for about as long (SX1276 datasheet 4.1.6; AN1200.48).
    private const int DetectionSymbolsMax = 16;
    private const int DetectionMarginMs = 20;

    // The receiver's level is not valid before its AGC has settled (SX1276 datasheet 5.5.3 and 2.5.5: below 1 ms).
    private const int LevelSettlesMs = 2;

    /// <summary>What <see cref="FetchFrame"/> says of a frame that carries no CRC.</summary>
    protected const int WithoutCrc = 0;

    /// <summary>What <see cref="FetchFrame"/> says when the chip does not answer.</summary>
    protected const int NoAnswer = -1;

    /// <inheritdoc/>
    public RadioEvent Poll()
    {
        switch (_state)
        {
            case RadioState.Transmitting:
                return PollTransmit();
            case RadioState.Receiving:
                return PollReceive();
            case RadioState.Sensing:
                return PollSense();
            case RadioState.Detecting:
                return PollDetect();
            default:
                return RadioEvent.None;
        }
    }

    /// <summary>Resets the chip, checks that it is the one expected, sets what never changes; leaves it in standby.</summary>
    protected abstract RadioResult Boot();

    /// <summary>Whether the chip has this frequency and power.</summary>
    protected abstract bool Accepts(RadioSettings settings);

    /// <summary>Writes <see cref="Settings"/> into the chip, which stands by.</summary>
    protected abstract RadioResult Program();

    protected abstract RadioResult BeginTransmit(byte[] frame, int offset, int length);

    protected abstract RadioResult BeginReceive(bool invertIq);

    protected abstract RadioResult BeginDetection();

    protected abstract RadioResult Standby();

    protected abstract RadioResult GoToSleep();

    protected abstract RadioResult Wake();

    protected abstract RadioInterrupts ReadInterrupts();

    protected abstract void ClearInterrupts();

    /// <summary>Whether the chip says of itself that it receives.</summary>
    protected abstract bool IsReceiving();

    /// <summary>The channel's level now, dBm; <see cref="RadioLevel.Unknown"/> if the chip does not answer.</summary>
    protected abstract int ReadChannelDbm();

    /// <summary>
    /// Reads the frame that has come; its length, <see cref="WithoutCrc"/>, or <see cref="NoAnswer"/>.
    /// </summary>
    protected abstract int FetchFrame(byte[] into, out int rssiDbm, out int snrCdb);

    /// <summary>Pulls NRESET low for its time and waits until the chip may be spoken to.</summary>
    protected void PulseReset(int lowUs, int afterUs)
    {
        Tally.Resets++;
        _reset.Write(PinValue.Low);
        Pause.WaitUs(lowUs);
        _reset.Write(PinValue.High);
        Pause.WaitUs(afterUs);
    }

    private RadioEvent PollTransmit()
    {
        bool late = _clock.MonotonicMs >= _dueMs;
        bool told = _interrupt.Read() == PinValue.High;
        if (!told && !late)
        {
            return RadioEvent.None;
        }

        RadioInterrupts happened = ReadInterrupts();
        if ((happened & (RadioInterrupts.TxDone | RadioInterrupts.Implausible)) == RadioInterrupts.TxDone)
        {
            Tally.InterruptMissed += told ? 0 : 1;
            ClearInterrupts();
            _state = RadioState.Standby;
            Tally.Transmitted++;
            return RadioEvent.Transmitted;
        }

        return late ? RecoverFromSilence() : RadioEvent.None;
    }

    private RadioEvent RecoverFromSilence()
    {
        Tally.TransmitTimedOut++;
        RadioResult result = Settle(Boot());
        if (result == RadioResult.Done)
        {
            result = Settle(Program());
        }

        return result == RadioResult.Done ? RadioEvent.TransmitTimedOut : Lose();
    }

    private RadioEvent PollReceive()
    {
        bool due = _clock.MonotonicMs >= _dueMs;
        if (_interrupt.Read() == PinValue.Low && !due)
        {
            return RadioEvent.None;
        }

        if (due)
        {
            Enter(RadioState.Receiving, HealthEveryMs);
        }

        RadioInterrupts happened = ReadInterrupts();
        if ((happened & RadioInterrupts.Implausible) != RadioInterrupts.None || (due && !IsReceiving()))
        {
            return Lose();
        }

        if ((happened & (RadioInterrupts.RxDone | RadioInterrupts.HeaderError)) == RadioInterrupts.None)
        {
            return RadioEvent.None;
        }

        if ((happened & (RadioInterrupts.CrcError | RadioInterrupts.HeaderError)) != RadioInterrupts.None)
        {
            ClearInterrupts();
            Tally.ReceivedBadCrc++;
            return RadioEvent.ReceivedBadCrc;
        }

        return TakeIn();
    }

    private RadioEvent TakeIn()
    {
        int length = FetchFrame(_received, out int rssiDbm, out int snrCdb);
        ClearInterrupts();
        if (length == NoAnswer)
        {
            return Lose();
        }

        if (length == WithoutCrc)
        {
            Tally.ReceivedWithoutCrc++;
            return RadioEvent.ReceivedBadCrc;
        }

        RssiDbm = rssiDbm;
        SnrCdb = snrCdb;
        _receivedLength = length;
        Tally.Received++;
        return RadioEvent.Received;
    }

    private RadioEvent PollSense()
    {
        long nowMs = _clock.MonotonicMs;
        if (nowMs < _dueMs - CarrierSenseMs + LevelSettlesMs)
        {
            return RadioEvent.None;
        }

        int levelDbm = ReadChannelDbm();
        if (levelDbm == RadioLevel.Unknown)
        {
            return Lose();
        }

        if (levelDbm > _busyAboveDbm)
        {
            return Conclude(true);
        }

        if (nowMs < _dueMs)
        {
            return RadioEvent.None;
        }

        if (Settle(Standby()) != RadioResult.Done || StartDetection() != RadioResult.Done)
        {
            return Lose();
        }

        return RadioEvent.None;
    }

    private RadioEvent PollDetect()
    {
        bool late = _clock.MonotonicMs >= _dueMs;
        if (_interrupt.Read() == PinValue.Low && !late)
        {
            return RadioEvent.None;
        }

        RadioInterrupts happened = ReadInterrupts();
        if ((happened & (RadioInterrupts.CadDone | RadioInterrupts.Implausible)) == RadioInterrupts.CadDone)
        {
            ClearInterrupts();
            return Conclude((happened & RadioInterrupts.CadDetected) != RadioInterrupts.None);
        }

        return late ? Lose() : RadioEvent.None;
    }

    private RadioEvent Conclude(bool isBusy)
    {
        if (Settle(Standby()) != RadioResult.Done)
        {
            return Lose();
        }

        Tally.ChannelBusy += isBusy ? 1 : 0;
        Tally.ChannelFree += isBusy ? 0 : 1;
        return isBusy ? RadioEvent.ChannelBusy : RadioEvent.ChannelFree;
    }

    private RadioEvent Lose()
    {
        _state = RadioState.NotStarted;
        Tally.Lost++;
        return RadioEvent.Lost;
    }
}
