using System;

namespace BoatTelemetry.Facade.Wires;

/// <summary>The two wires of a serial port, seen from the unit.</summary>
public interface IUartLine
{
    /// <summary>The place of a line between these pins of the module, as the unit sends and receives.</summary>
    static string Place(int txPin, int rxPin) => $"GPIO{txPin}/GPIO{rxPin}";

    /// <summary>Bytes that have arrived at the given rate and wait.</summary>
    int BytesWaiting(int baud);

    /// <summary>Takes up to so many of the waiting bytes; how many it took.</summary>
    int Take(int baud, Span<byte> into);

    /// <summary>Takes what the unit sends at the given rate.</summary>
    void Send(int baud, ReadOnlySpan<byte> bytes);
}
