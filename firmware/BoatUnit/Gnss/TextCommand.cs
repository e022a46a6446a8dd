namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>
/// Writes a maker's own sentences, "$PMTK220,1000*1F" and the line's end, into a command's buffer: the checksum is the
/// exclusive or of what stands between '$' and '*', as in every sentence of NMEA 0183.
/// </summary>
internal static class TextCommand
{
    public static void Begin(ReceiverCommand command, string text)
    {
        command.Clear();
        command.Add('$');
        AddText(command, text);
    }

    public static void AddNumber(ReceiverCommand command, int value)
    {
        int power = 1;
        while (value / power >= 10)
        {
            power *= 10;
        }

        for (; power > 0; power /= 10)
        {
            command.Add('0' + (value / power % 10));
        }
    }

    public static void End(ReceiverCommand command)
    {
        int sum = 0;
        for (int i = 1; i < command.Length; i++)
        {
            sum ^= command.Bytes[i];
        }

        command.Add('*');
        AddHexDigit(command, sum >> 4);
        AddHexDigit(command, sum & 0xF);
        command.Add('\r');
        command.Add('\n');
    }

    /// <summary>A command that is always the same.</summary>
    public static void Write(ReceiverCommand command, string text)
    {
        Begin(command, text);
        End(command);
    }

    private static void AddText(ReceiverCommand command, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            command.Add(text[i]);
        }
    }

    private static void AddHexDigit(ReceiverCommand command, int digit)
    {
        command.Add(digit < 10 ? '0' + digit : 'A' + digit - 10);
    }
}
