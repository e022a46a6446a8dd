namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What a transceiver has been through since the unit started.</summary>
public sealed class TransceiverTally
{
    public int Transmitted;
    public int TransmitTimedOut;

    /// <summary>TxDone stood in the register though its pin did not say so: a broken wire.</summary>
    public int InterruptMissed;
    public int Received;
    public int ReceivedBadCrc;

    /// <summary>Frames whose header says that they carry no CRC, or that are empty.</summary>
    public int ReceivedWithoutCrc;
    public int ChannelBusy;
    public int ChannelFree;
    public int Resets;
    public int NotThere;
    public int Stuck;
    public int Lost;
}
