namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>What the owner of a receiver may set. Read once, when the <see cref="ReceiverPort"/> is made.</summary>
public sealed class ReceiverOptions
{
    /// <summary>The serial port, as the platform names it.</summary>
    public string PortName = "COM2";

    /// <summary>The rate to speak at; tried first, and set on the receiver if it is found at another.</summary>
    public int BaudBps = 9_600;

    /// <summary>From one position to the next, milliseconds.</summary>
    public int PeriodMs = 1_000;

    /// <summary>Whether the receiver may be told anything at all; without it, it is only listened to.</summary>
    public bool MayConfigure = true;

    /// <summary>
    /// How long each rate is listened to. A receiver at 1 Hz speaks once a second, and at 4800 baud its first sentence
    /// takes another 170 ms.
    /// </summary>
    public int SearchDwellMs = 1_500;

    /// <summary>
    /// How long an answer is waited for. It queues behind the sentences of an epoch: at 9600 baud and with everything on
    /// those take half a second, at 4800 all of it.
    /// </summary>
    public int AnswerWaitMs = 1_100;

    /// <summary>How often a command is sent before its answer is given up.</summary>
    public int TriesMax = 3;

    /// <summary>No sentence for so long is a receiver that has fallen silent. Longer than <see cref="PeriodMs"/>.</summary>
    public int SilenceLimitMs = 5_000;

    /// <summary>The stretch over which sentences are counted, to see whether the receiver still keeps its setup.</summary>
    public int WatchMs = 10_000;

    /// <summary>Setups in a row that did not last, after which the receiver is left as it is for a while.</summary>
    public int SetupsInVainMax = 3;

    /// <summary>For so long.</summary>
    public int SetupRetryMs = 600_000;

    /// <summary>Fruitless rounds through all rates before the first power cycle; doubled after each one.</summary>
    public int RoundsBeforePowerCycle = 3;

    /// <summary>How long the receiver is without power; its capacitors must empty.</summary>
    public int PowerOffMs = 2_000;

    /// <summary>How long a port that cannot be opened is left alone.</summary>
    public int PortRetryMs = 1_000;
}
