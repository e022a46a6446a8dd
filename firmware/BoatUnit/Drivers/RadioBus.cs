using System;
using System.Device.Spi;

namespace BoatTelemetry.BoatUnit.Drivers;

/// <summary>A transceiver's SPI with the one pair of buffers for all that is said over it.</summary>
public sealed class RadioBus
{
    /// <summary>The longest transaction: the SX126x's ReadBuffer (opcode, offset, status) and a frame.</summary>
    public const int BytesMax = 3 + 255;

    public readonly byte[] Out = new byte[BytesMax];
    public readonly byte[] In = new byte[BytesMax];

    /// <summary>Transactions that the platform's SPI refused.</summary>
    public int Failures;

    private readonly SpiDevice _spi;

    public RadioBus(SpiDevice spi)
    {
        _spi = spi ?? throw new ArgumentNullException(nameof(spi));
    }

    /// <summary>
    /// One transaction of the first <paramref name="length"/> bytes of <see cref="Out"/>. A failure of the bus reads as
    /// all zeros, which no chip says, so that it ends where a missing chip does.
    /// </summary>
    public void Transfer(int length)
    {
        try
        {
            _spi.TransferFullDuplex(new SpanByte(Out, 0, length), new SpanByte(In, 0, length));
        }
        catch (Exception)
        {
            Failures++;
            Array.Clear(In, 0, length);
        }
    }
}
