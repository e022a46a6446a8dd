namespace BoatTelemetry.BoatUnit.Gnss;

// UBX frame (u-blox 8 / M8 Receiver description, UBX-13003221 R25; the same in every generation):
//
//   0xB5 0x62 | class | id | length:16 | payload | CK_A | CK_B        all numbers little-endian
//
// CK_A and CK_B are Fletcher's sums modulo 256 over class to payload.

/// <summary>Writes UBX frames into a command's buffer.</summary>
internal static class UbxFrame
{
    public const int Sync1 = 0xB5;
    public const int Sync2 = 0x62;
    public const int ClassAck = 0x05;
    public const int ClassCfg = 0x06;
    public const int ClassMon = 0x0A;
    public const int AckAck = 0x01;
    public const int MonVer = 0x04;

    private const int HeaderBytes = 6;

    public static void Begin(ReceiverCommand command, int messageClass, int id)
    {
        command.Clear();
        command.Add(Sync1);
        command.Add(Sync2);
        command.Add(messageClass);
        command.Add(id);
        AddUInt16(command, 0);
    }

    public static void AddUInt16(ReceiverCommand command, int value)
    {
        command.Add(value);
        command.Add(value >> 8);
    }

    public static void AddUInt32(ReceiverCommand command, uint value)
    {
        AddUInt16(command, (int)(value & 0xFFFF));
        AddUInt16(command, (int)(value >> 16));
    }

    /// <summary>Fills in the length and adds the checksum.</summary>
    public static void End(ReceiverCommand command)
    {
        byte[] bytes = command.Bytes;
        int payloadBytes = command.Length - HeaderBytes;
        bytes[4] = (byte)payloadBytes;
        bytes[5] = (byte)(payloadBytes >> 8);
        int a = 0;
        int b = 0;
        for (int i = 2; i < command.Length; i++)
        {
            a = (a + bytes[i]) & 0xFF;
            b = (b + a) & 0xFF;
        }

        command.Add(a);
        command.Add(b);
        if (bytes[2] == ClassCfg)
        {
            command.ExpectUbxAck(bytes[2], bytes[3]);
        }
    }
}
