namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Bytes that one concentrator heard and how it heard them. Made once by <see cref="DatagramBuffer"/> and used again;
/// whoever takes it from the queue gives it back with <see cref="DatagramBuffer.Return"/>.
/// </summary>
public sealed class Datagram
{
    /// <summary>The longest LoRa payload, bytes.</summary>
    public const int FrameBytesMax = 255;

    /// <summary>The frame stands from index 0 on.</summary>
    public byte[] Frame { get; } = new byte[FrameBytesMax];

    /// <summary>Bytes of the frame.</summary>
    public int FrameLength { get; private set; }

    /// <summary>How it was heard.</summary>
    public Reception Reception { get; private set; }

    /// <summary>The frame's bytes.</summary>
    public ReadOnlySpan<byte> Bytes => Frame.AsSpan(0, FrameLength);

    /// <summary>Fills it.</summary>
    /// <exception cref="ArgumentException">The frame is longer than <see cref="FrameBytesMax"/>.</exception>
    public void Set(ReadOnlySpan<byte> frame, in Reception reception)
    {
        frame.CopyTo(Frame);
        FrameLength = frame.Length;
        Reception = reception;
    }
}
