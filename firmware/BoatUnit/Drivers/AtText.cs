using System;
using System.Text;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>A command that is put together in a buffer of its own, and the reading of answers; neither allocates.</summary>
public sealed class AtText
{
    /// <summary>Longest command, bytes: AT+CNCFG with three texts of <see cref="ModemOptions.TextBytesMax"/>.</summary>
    public const int CommandBytesMax = 240;

    private const int NumberDigitsMax = 9;

    public byte[] Bytes { get; } = new byte[CommandBytesMax];

    public int Length { get; private set; }

    /// <summary>ASCII bytes of a text, for constants and options: this allocates.</summary>
    public static byte[] Ascii(string text)
    {
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Begins anew.</summary>
    public AtText Begin(byte[] text)
    {
        Length = 0;
        return Put(text);
    }

    public AtText Put(byte[] text)
    {
        if (text.Length > CommandBytesMax - Length)
        {
            throw new ArgumentException("The command is longer than its buffer.");
        }

        Array.Copy(text, 0, Bytes, Length, text.Length);
        Length += text.Length;
        return this;
    }

    public AtText Quote(byte[] text)
    {
        return Put((byte)'"').Put(text).Put((byte)'"');
    }

    public AtText Put(byte character)
    {
        if (Length == CommandBytesMax)
        {
            throw new ArgumentException("The command is longer than its buffer.");
        }

        Bytes[Length++] = character;
        return this;
    }

    /// <summary>Writes a number that is not negative in decimal.</summary>
    public AtText Put(int number)
    {
        int divisor = 1;
        while (number / divisor > 9)
        {
            divisor *= 10;
        }

        for (; divisor > 0; divisor /= 10)
        {
            Put((byte)('0' + (number / divisor % 10)));
        }

        return this;
    }

    public static bool StartsWith(byte[] line, int length, byte[] prefix)
    {
        if (length < prefix.Length)
        {
            return false;
        }

        for (int i = 0; i < prefix.Length; i++)
        {
            if (line[i] != prefix[i])
            {
                return false;
            }
        }

        return true;
    }

    public static bool Equals(byte[] line, int length, byte[] text)
    {
        return length == text.Length && StartsWith(line, length, text);
    }

    /// <summary>
    /// The field of that number behind the prefix, counted from 0, as a decimal number with or without a minus sign or
    /// quotes; <see cref="NotANumber"/> where there is none.
    /// </summary>
    public static int Field(byte[] line, int length, int prefixBytes, int field)
    {
        int at = FieldStart(line, length, prefixBytes, field);
        return at < 0 ? NotANumber : NumberAt(line, length, at);
    }

    /// <summary>Where that field begins, or -1. Commas between quotes do not divide.</summary>
    public static int FieldStart(byte[] line, int length, int prefixBytes, int field)
    {
        int at = prefixBytes;
        bool isQuoted = false;
        while (field > 0 && at < length)
        {
            if (line[at] == (byte)'"')
            {
                isQuoted = !isQuoted;
            }
            else if (line[at] == (byte)',' && !isQuoted)
            {
                field--;
            }

            at++;
        }

        return field == 0 && at <= length ? at : -1;
    }

    /// <summary>The decimal number at a place; ends at the first other character.</summary>
    public static int NumberAt(byte[] line, int length, int at)
    {
        while (at < length && (line[at] == (byte)' ' || line[at] == (byte)'"'))
        {
            at++;
        }

        bool isNegative = at < length && line[at] == (byte)'-';
        if (isNegative)
        {
            at++;
        }

        int value = 0;
        int digits = 0;
        while (at < length && line[at] >= (byte)'0' && line[at] <= (byte)'9')
        {
            value = (value * 10) + line[at] - (byte)'0';
            digits++;
            if (digits > NumberDigitsMax)
            {
                return NotANumber;
            }

            at++;
        }

        if (digits == 0)
        {
            return NotANumber;
        }

        return isNegative ? -value : value;
    }

    /// <summary>Marks a field that holds no number.</summary>
    public const int NotANumber = int.MinValue;
}
