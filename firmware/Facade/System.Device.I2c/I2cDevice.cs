using System.Globalization;
using BoatTelemetry.Facade.Wires;

namespace System.Device.I2c;

/// <summary>
/// A chip on a bus. As on the ESP32, a chip that does not acknowledge throws nothing: the result says so, and what was
/// to be read stays zero (nf-interpreter, targets/ESP32, sys_dev_i2c_native_System_Device_I2c_I2cDevice.cpp).
/// </summary>
public class I2cDevice : IDisposable
{
    private readonly BoardWires _board = BoardWires.Current;
    private readonly string _place;
    private readonly byte[] _one = new byte[1];

    /// <exception cref="ArgumentException">There is no such bus.</exception>
    public I2cDevice(I2cConnectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.BusId is < 1 or > 2)
            throw new ArgumentException($"There is no bus I2C{settings.BusId}.", nameof(settings));

        ConnectionSettings = settings;
        _place = Place(settings.BusId, settings.DeviceAddress);
    }

    public I2cConnectionSettings ConnectionSettings { get; }

    public static I2cDevice Create(I2cConnectionSettings settings) => new(settings);

    public byte ReadByte()
    {
        _one[0] = 0;
        Transfer(default, _one);
        return _one[0];
    }

    public I2cTransferResult WriteByte(byte value)
    {
        _one[0] = value;
        return Transfer(_one, default);
    }

    public I2cTransferResult Read(SpanByte buffer) => Transfer(default, buffer.AsSpan());

    public I2cTransferResult Write(SpanByte buffer) => Transfer(buffer.AsSpan(), default);

    public I2cTransferResult WriteRead(SpanByte writeBuffer, SpanByte readBuffer) =>
        Transfer(writeBuffer.AsSpan(), readBuffer.AsSpan());

    public void Dispose() => GC.SuppressFinalize(this);

    internal static string Place(int busId, int address) =>
        string.Create(CultureInfo.InvariantCulture, $"I2C{busId}/0x{address:x2}");

    /// <summary>The chip, if it is of this kind and answers; the transaction that a binding makes is made here.</summary>
    internal T? Answering<T>()
        where T : class, II2cChip
    {
        var chip = _board.Find<II2cChip>(_place);
        return chip is not null && chip.Transfer(default, default) ? chip as T : null;
    }

    private I2cTransferResult Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip)
    {
        var chip = _board.Find<II2cChip>(_place);
        return chip is not null && chip.Transfer(toChip, fromChip)
            ? new I2cTransferResult(I2cTransferStatus.FullTransfer, (uint)(toChip.Length + fromChip.Length))
            : new I2cTransferResult(I2cTransferStatus.SlaveAddressNotAcknowledged, 0);
    }
}
