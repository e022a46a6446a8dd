using System;

namespace BoatTelemetry.Facade.Wires;

/// <summary>A chip on an SPI bus, at the level of its wires: bytes go in while bytes come out.</summary>
public interface ISpiChip
{
    /// <summary>
    /// One transaction, from chip select going low to going high. <paramref name="fromChip"/> has the length of
    /// <paramref name="toChip"/>.
    /// </summary>
    void Transfer(ReadOnlySpan<byte> toChip, Span<byte> fromChip);
}
