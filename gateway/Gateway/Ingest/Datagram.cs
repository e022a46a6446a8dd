using BoatTelemetry.Gateway.Admission;

namespace BoatTelemetry.Gateway.Ingest;

/// <summary>
/// Bytes that came in once, how they came, and what the admission found them to be. Made once by <see cref="DatagramBuffer"/> and used again;
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

    /// <summary>What the frame is, once it is admitted.</summary>
    public AdmittedFrame Admitted { get; set; }

    /// <summary>The opened body from index 0 on, once it is admitted.</summary>
    public byte[] Body { get; } = new byte[FrameBytesMax];

    /// <summary>Bytes of the body; 0 until it is admitted.</summary>
    public int BodyLength { get; private set; }

    // Its place in the queue while it is there; the queue's alone, under its lock.
    internal Datagram? Older { get; set; }

    internal Datagram? Newer { get; set; }

    internal Datagram? OlderOfSource { get; set; }

    internal Datagram? NewerOfSource { get; set; }

    internal SourceShare? Share { get; set; }

    /// <summary>The frame's bytes.</summary>
    public ReadOnlySpan<byte> Bytes => Frame.AsSpan(0, FrameLength);

    /// <summary>Fills it.</summary>
    /// <exception cref="ArgumentException">The frame is longer than <see cref="FrameBytesMax"/>.</exception>
    public void Set(ReadOnlySpan<byte> frame, in Reception reception)
    {
        frame.CopyTo(Frame);
        FrameLength = frame.Length;
        Reception = reception;
        BodyLength = 0;
    }

    /// <summary>Keeps what the admission found.</summary>
    public void SetAdmitted(in AdmittedFrame admitted, ReadOnlySpan<byte> body)
    {
        body.CopyTo(Body);
        BodyLength = body.Length;
        Admitted = admitted;
    }
}
