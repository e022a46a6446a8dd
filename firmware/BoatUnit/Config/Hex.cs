namespace BoatTelemetry.BoatUnit.Config;

/// <summary>Bytes as hexadecimal digits.</summary>
public static class Hex
{
    private const string Digits = "0123456789abcdef";

    /// <summary>The digits of some bytes.</summary>
    public static string Of(byte[] bytes, int offset, int count)
    {
        char[] text = new char[count * 2];
        for (int i = 0; i < count; i++)
        {
            text[2 * i] = Digits[bytes[offset + i] >> 4];
            text[(2 * i) + 1] = Digits[bytes[offset + i] & 15];
        }

        return new string(text);
    }

    /// <summary>
    /// The bytes of digits, in which hyphens between bytes are passed over; null if there is anything else, or there are
    /// more than so many. A hyphen behind the first byte keeps the platform's parser from taking digits for a date
    /// (it reads year, month and day off the first eight characters, see JsonReader).
    /// </summary>
    public static byte[] Parse(string text, int bytesMax)
    {
        if (text == null)
        {
            return null;
        }

        byte[] bytes = new byte[bytesMax];
        int count = 0;
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] == '-')
            {
                at++;
                continue;
            }

            int high = ValueOf(text[at]);
            int low = at + 1 < text.Length ? ValueOf(text[at + 1]) : -1;
            if (high < 0 || low < 0 || count == bytesMax)
            {
                return null;
            }

            bytes[count++] = (byte)((high << 4) | low);
            at += 2;
        }

        byte[] exact = new byte[count];
        System.Array.Copy(bytes, 0, exact, 0, count);
        return exact;
    }

    private static int ValueOf(char digit)
    {
        if (digit >= '0' && digit <= '9')
        {
            return digit - '0';
        }

        int lower = digit | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
