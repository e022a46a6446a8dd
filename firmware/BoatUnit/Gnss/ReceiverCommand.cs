using System;

namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>What the receiver is to answer to a command.</summary>
internal enum ExpectedAnswer
{
    /// <summary>Nothing comes, however it took it.</summary>
    None = 0,

    /// <summary>UBX-ACK-ACK or -NAK with the command's class and id.</summary>
    UbxAck = 1,

    /// <summary>PMTK001 with the command's number.</summary>
    MtkAck = 2,
}

/// <summary>One command to a receiver, filled again for each: bytes and the answer that is awaited.</summary>
internal sealed class ReceiverCommand
{
    /// <summary>
    /// The longest command. It fits the ESP32's transmit FIFO of 128 bytes, so that writing it need not wait for
    /// the line.
    /// </summary>
    public const int BytesMax = 128;

    public readonly byte[] Bytes = new byte[BytesMax];

    public int Length;

    public ExpectedAnswer Expects;

    /// <summary>Class and id as one number, or the number of a PMTK command.</summary>
    public int AnswerTo;

    /// <summary>The rate that the receiver speaks at once it has taken it; 0 if it stays.</summary>
    public int NewBaudBps;

    /// <summary>A refusal of it is no fault: not every generation knows it.</summary>
    public bool IsOptional;

    public void Clear()
    {
        Length = 0;
        Expects = ExpectedAnswer.None;
        AnswerTo = 0;
        NewBaudBps = 0;
        IsOptional = false;
    }

    /// <exception cref="InvalidOperationException">The command is longer than <see cref="BytesMax"/>.</exception>
    public void Add(int value)
    {
        if (Length == BytesMax)
        {
            throw new InvalidOperationException();
        }

        Bytes[Length++] = (byte)value;
    }

    public void ExpectUbxAck(int messageClass, int id)
    {
        Expects = ExpectedAnswer.UbxAck;
        AnswerTo = (messageClass << 8) | id;
    }

    public void ExpectMtkAck(int number)
    {
        Expects = ExpectedAnswer.MtkAck;
        AnswerTo = number;
    }
}
