using System;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>What a transceiver's interrupt register says, of whichever family it is.</summary>
[Flags]
public enum RadioInterrupts
{
    None = 0,
    TxDone = 1,
    RxDone = 2,
    CrcError = 4,

    /// <summary>The header's own checksum is wrong: nothing is known of the frame.</summary>
    HeaderError = 8,
    CadDone = 16,
    CadDetected = 32,

    /// <summary>What was read is nothing that the chip could say.</summary>
    Implausible = 64,
}
