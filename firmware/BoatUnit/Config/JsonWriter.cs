using System;

namespace BoatTelemetry.BoatUnit.Config;

/// <summary>
/// Writes one JSON object into a buffer that is made once. What does not fit is not written, and
/// <see cref="Overflowed"/> says so. Numbers are whole numbers, as everywhere in this system.
/// </summary>
public sealed class JsonWriter
{
    // 64-bit numbers have 19 digits at the most.
    private const int DigitsMax = 20;

    private readonly byte[] _buffer;
    private readonly byte[] _digits = new byte[DigitsMax];
    private bool _comma;

    /// <param name="bytesMax">The longest text.</param>
    public JsonWriter(int bytesMax)
    {
        if (bytesMax < 2)
        {
            throw new ArgumentOutOfRangeException(nameof(bytesMax));
        }

        _buffer = new byte[bytesMax];
    }

    /// <summary>The text, UTF-8, from index 0.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Its bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit; then the text is no JSON.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Forgets the text.</summary>
    public void Clear()
    {
        Length = 0;
        Overflowed = false;
        _comma = false;
    }

    public void BeginObject()
    {
        Separate();
        Put('{');
        _comma = false;
    }

    public void BeginObject(string name)
    {
        Name(name);
        Put('{');
        _comma = false;
    }

    public void EndObject()
    {
        Put('}');
        _comma = true;
    }

    public void BeginArray(string name)
    {
        Name(name);
        Put('[');
        _comma = false;
    }

    public void EndArray()
    {
        Put(']');
        _comma = true;
    }

    public void Field(string name, long value)
    {
        Name(name);
        PutNumber(value);
        _comma = true;
    }

    public void Field(string name, bool value)
    {
        Name(name);
        PutPlain(value ? "true" : "false");
        _comma = true;
    }

    /// <summary>Null is written as null.</summary>
    public void Field(string name, string value)
    {
        Name(name);
        if (value == null)
        {
            PutPlain("null");
        }
        else
        {
            PutQuoted(value);
        }

        _comma = true;
    }

    /// <summary>One element of an array.</summary>
    public void Item(string value)
    {
        Separate();
        PutQuoted(value);
        _comma = true;
    }

    /// <summary>Ends a line of JSON lines.</summary>
    public void EndLine()
    {
        Put('\n');
        _comma = false;
    }

    private void Name(string name)
    {
        Separate();
        PutQuoted(name);
        Put(':');
    }

    private void Separate()
    {
        if (_comma)
        {
            Put(',');
        }
    }

    private void PutNumber(long value)
    {
        if (value < 0)
        {
            Put('-');
        }

        // Digits are taken from the negative side, which holds the smallest number as well.
        long left = value < 0 ? value : -value;
        int at = DigitsMax;
        do
        {
            _digits[--at] = (byte)('0' - (left % 10));
            left /= 10;
        }
        while (left != 0);

        for (; at < DigitsMax; at++)
        {
            PutByte(_digits[at]);
        }
    }

    private void PutQuoted(string text)
    {
        Put('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' || c == '\\')
            {
                Put('\\');
                Put(c);
            }
            else if (c < ' ' || c == (char)0x7F || (c >= (char)0xD800 && c <= (char)0xDFFF))
            {
                // A control, or half of a character beyond 16 bits: nothing here has a use for either.
                Put('?');
            }
            else
            {
                Put(c);
            }
        }

        Put('"');
    }

    private void PutPlain(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            PutByte((byte)text[i]);
        }
    }

    // UTF-8 of a character of 16 bits.
    private void Put(char c)
    {
        if (c < 0x80)
        {
            PutByte((byte)c);
        }
        else if (c < 0x800)
        {
            PutByte((byte)(0xC0 | (c >> 6)));
            PutByte((byte)(0x80 | (c & 0x3F)));
        }
        else
        {
            PutByte((byte)(0xE0 | (c >> 12)));
            PutByte((byte)(0x80 | ((c >> 6) & 0x3F)));
            PutByte((byte)(0x80 | (c & 0x3F)));
        }
    }

    private void PutByte(byte value)
    {
        if (Length == _buffer.Length)
        {
            Overflowed = true;
            return;
        }

        _buffer[Length++] = value;
    }
}
