using System.Globalization;
using BoatTelemetry.Facade.Wires;

namespace System.Device.Spi;

/// <summary>A chip on an SPI bus. Where none is fitted, the line from it reads all ones, as with a pull-up.</summary>
public class SpiDevice : IDisposable
{
    private const byte NoChip = 0xFF;

    private readonly BoardWires _board = BoardWires.Current;
    private readonly string _place;
    private bool _isDisposed;

    public SpiDevice(SpiConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ConnectionSettings = settings;
        _place = string.Create(CultureInfo.InvariantCulture, $"SPI{settings.BusId}/CS{settings.ChipSelectLine}");
    }

    public SpiConnectionSettings ConnectionSettings { get; }

    public static SpiDevice Create(SpiConnectionSettings settings) => new(settings);

    /// <exception cref="ArgumentException">The two have not the same length.</exception>
    public void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (writeBuffer.Length != readBuffer.Length)
            throw new ArgumentException("A full duplex transfer reads as many bytes as it writes.", nameof(readBuffer));

        var chip = _board.Find<ISpiChip>(_place);
        if (chip is null)
            readBuffer.AsSpan().Fill(NoChip);
        else
            chip.Transfer(writeBuffer.AsSpan(), readBuffer.AsSpan());
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _isDisposed = true;
}
