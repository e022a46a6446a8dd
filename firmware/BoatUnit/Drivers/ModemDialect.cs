namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>
/// The commands in which one family of modems differs from another: context and sockets. What 3GPP TS 27.007 defines is
/// the same for all and stands in <see cref="AtModem"/>.
/// </summary>
/// <remarks>
/// A list of steps ends where its method returns false. A step is done when the final code OK and what it needs have both
/// come, in either order: the families differ in that too.
/// </remarks>
public abstract class ModemDialect
{
    /// <summary>What the step that was written last needs besides OK; None for nothing.</summary>
    public AtMeaning Needs { get; protected set; }

    /// <summary>Whether a refusal of the step that was written last is as good as success.</summary>
    public bool ErrorIsFine { get; protected set; }

    /// <summary>Bytes of raw data announced by the line that meant <see cref="AtMeaning.DataFollows"/>.</summary>
    public int DataBytes { get; protected set; }

    /// <summary>How a line begins behind which raw data follows.</summary>
    public abstract byte[] DataHeader { get; }

    /// <summary>The byte behind which it begins: a comma in the same line, or the line feed.</summary>
    public abstract byte DataHeaderEnd { get; }

    /// <summary>Writes a step of bringing the context up.</summary>
    public abstract bool WriteAttach(int index, AtText command, ModemOptions options);

    /// <summary>Writes a step of taking the context down.</summary>
    public abstract bool WriteDetach(int index, AtText command);

    /// <summary>Writes a step of opening the socket, what is left of an old one first.</summary>
    public abstract bool WriteOpen(int index, AtText command, ModemOptions options);

    /// <summary>Writes the command that asks for the prompt to send a datagram of so many bytes.</summary>
    public abstract void WriteSend(int bytes, AtText command, ModemOptions options);

    /// <summary>Writes the command that takes a datagram of at most so many bytes out of the modem.</summary>
    public abstract void WriteReceive(int bytesMax, AtText command);

    /// <summary>What a line of this family means; None for what it does not know.</summary>
    public abstract AtMeaning Understand(byte[] line, int length);

    /// <summary>Says what the step just written needs.</summary>
    protected bool Step(AtMeaning needs, bool errorIsFine)
    {
        Needs = needs;
        ErrorIsFine = errorIsFine;
        return true;
    }
}
