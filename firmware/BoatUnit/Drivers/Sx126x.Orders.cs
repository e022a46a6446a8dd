using System.Device.Gpio;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>How an SX126x is spoken to: BUSY first, then one transaction for each command (datasheet 8.3, 10).</summary>
public sealed partial class Sx126x
{
    // Table 8-2: the longest that the chip says BUSY is 3.5 ms, after a reset or a calibration, and the TCXO's time in
    // addition; with room.
    private const int BusyUsMax = 20_000;
    private const int BusyStepUs = 100;

    /// <summary>The first failure since this was set to Done; the orders after it are not given.</summary>
    private RadioResult Outcome { get; set; }

    private static int ChipMode(int status)
    {
        return (status >> 4) & 7;
    }

    // Chip modes 0, 1 and 7 do not exist (table 13-76): all zeros and all ones are not the chip's.
    private static bool IsAnswer(int status)
    {
        int mode = ChipMode(status);
        return mode >= Sx126xCommands.ChipModeStandbyRc && mode <= Sx126xCommands.ChipModeTransmit;
    }

    private void Give(int length)
    {
        if (Outcome != RadioResult.Done)
        {
            return;
        }

        if (!WaitWhileBusy())
        {
            Outcome = RadioResult.Stuck;
            return;
        }

        Bus.Transfer(length);
    }

    private bool WaitWhileBusy()
    {
        for (int waitedUs = 0; _busy.Read() == PinValue.High; waitedUs += BusyStepUs)
        {
            if (waitedUs >= BusyUsMax)
            {
                return false;
            }

            Pause.WaitUs(BusyStepUs);
        }

        return true;
    }

    // The status, whatever BUSY says.
    private int SpeakAnyway()
    {
        Bus.Out[0] = Sx126xCommands.GetStatus;
        Bus.Out[1] = 0;
        Bus.Transfer(2);
        return Bus.In[1];
    }

    private int ReadStatus()
    {
        Order(Sx126xCommands.GetStatus, 0);
        return Bus.In[1];
    }

    private int ReadRegister(int address)
    {
        Order(Sx126xCommands.ReadRegister, (byte)(address >> 8), (byte)address, 0, 0);
        return Bus.In[4];
    }

    private void WriteRegister(int address, byte value)
    {
        Order(Sx126xCommands.WriteRegister, (byte)(address >> 8), (byte)address, value);
    }

    private void Order(byte opcode, byte a)
    {
        Bus.Out[0] = opcode;
        Bus.Out[1] = a;
        Give(2);
    }

    private void Order(byte opcode, byte a, byte b)
    {
        Bus.Out[0] = opcode;
        Bus.Out[1] = a;
        Bus.Out[2] = b;
        Give(3);
    }

    private void Order(byte opcode, byte a, byte b, byte c)
    {
        Bus.Out[0] = opcode;
        Bus.Out[1] = a;
        Bus.Out[2] = b;
        Bus.Out[3] = c;
        Give(4);
    }

    private void Order(byte opcode, byte a, byte b, byte c, byte d)
    {
        Bus.Out[0] = opcode;
        Bus.Out[1] = a;
        Bus.Out[2] = b;
        Bus.Out[3] = c;
        Bus.Out[4] = d;
        Give(5);
    }
}
