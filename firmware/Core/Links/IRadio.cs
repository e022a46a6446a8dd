namespace BoatTelemetry.Core.Links;

/// <summary>
/// A LoRa transceiver. No call waits for the air: what was started is followed with <see cref="Poll"/>, which also ends
/// what never ends by itself.
/// </summary>
public interface IRadio
{
    /// <summary>Level of the frame received last, dBm; <see cref="RadioLevel.Unknown"/> before the first.</summary>
    int RssiDbm { get; }

    /// <summary>Signal to noise of the frame received last, 0.01 dB, signed; <see cref="RadioLevel.Unknown"/> before the first.</summary>
    int SnrCdb { get; }

    /// <summary>Resets the chip, checks that it is the one expected, and leaves it in standby.</summary>
    RadioResult Start();

    /// <summary>Takes over frequency, modulation and power for what is started next.</summary>
    RadioResult Configure(RadioSettings settings);

    /// <summary>Begins to send; <see cref="RadioEvent.Transmitted"/> or a failure follows from <see cref="Poll"/>.</summary>
    RadioResult StartTransmit(byte[] frame, int offset, int length);

    /// <summary>Listens until something else is started; each frame is a <see cref="RadioEvent.Received"/>.</summary>
    RadioResult StartReceive();

    /// <summary>
    /// Looks once for LoRa preambles (channel activity detection) and, where the region asks for listen before talk, for
    /// any carrier above <paramref name="busyAboveDbm"/>; <see cref="RadioEvent.ChannelFree"/> or
    /// <see cref="RadioEvent.ChannelBusy"/> follows.
    /// </summary>
    RadioResult StartChannelActivity(int busyAboveDbm);

    /// <summary>What has happened since the last call; at most one thing a call.</summary>
    RadioEvent Poll();

    /// <summary>
    /// After <see cref="RadioEvent.Received"/>: copies the frame and returns its length, bytes; 0 if it is longer than the
    /// buffer or was taken already.
    /// </summary>
    int TakeReceived(byte[] buffer, int offset);

    /// <summary>Stops everything and goes to the mode of least current that keeps the registers.</summary>
    RadioResult Sleep();
}
