using System.Buffers.Binary;
using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Gateway.Ingest.Stream;

/// <summary>Told what a stream holds.</summary>
public interface IStreamSink
{
    /// <summary>A frame whose CRC was right.</summary>
    void Received(ReadOnlySpan<byte> frame);

    /// <summary>Bytes that are of no use, up to a delimiter.</summary>
    void Refused(StreamRejection rejection, ReadOnlySpan<byte> bytes);
}

/// <summary>
/// Finds the packets of <see cref="StreamPacket"/> in bytes as they come, in pieces of any size. After damage it goes on
/// behind the next delimiter. Bounded; nothing is allocated. One object a stream.
/// </summary>
public sealed class FrameStreamReader
{
    // One byte more than a packet without its delimiter has: so many, and it is too long.
    private readonly byte[] _packet = new byte[StreamPacket.BytesMax];
    private int _length;

    /// <summary>Forgets what has come of a packet: the stream begins anew.</summary>
    public void Reset() => _length = 0;

    /// <summary>Takes bytes.</summary>
    public void Take(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf(StreamPacket.Delimiter);
            var piece = end < 0 ? bytes : bytes[..end];
            var kept = Math.Min(piece.Length, _packet.Length - _length);
            piece[..kept].CopyTo(_packet.AsSpan(_length));
            _length += kept;
            if (end < 0)
                return;
            Finish(sink);
            bytes = bytes[(end + 1)..];
        }
    }

    private void Finish(IStreamSink sink)
    {
        var length = _length;
        _length = 0;

        // Two delimiters in a row: senders put one before a packet, too, so that what came of noise is ended.
        if (length == 0)
            return;
        if (length >= StreamPacket.BytesMax)
        {
            sink.Refused(StreamRejection.TooLong, _packet);
            return;
        }

        // Decoded in place, after which the bytes as they came are gone: what is refused later is shown decoded.
        if (!TryDecode(length, out var content))
        {
            sink.Refused(StreamRejection.CobsMalformed, _packet.AsSpan(0, length));
            return;
        }

        var frameLength = content - StreamPacket.CrcBytes;
        if (frameLength < 1)
            sink.Refused(StreamRejection.TooShort, _packet.AsSpan(0, content));
        else if (BinaryPrimitives.ReadUInt32BigEndian(_packet.AsSpan(frameLength)) != Crc32.Of(_packet, 0, frameLength))
            sink.Refused(StreamRejection.CrcMismatch, _packet.AsSpan(0, content));
        else
            sink.Received(_packet.AsSpan(0, frameLength));
    }

    // What is written never overtakes what is read: a block is at most as long decoded as encoded.
    private bool TryDecode(int length, out int content)
    {
        content = 0;
        var next = 0;
        while (next < length)
        {
            int code = _packet[next++];
            var block = code - 1;
            if (next + block > length)
                return false;
            _packet.AsSpan(next, block).CopyTo(_packet.AsSpan(content));
            next += block;
            content += block;
            if (block < StreamPacket.CobsBlockBytesMax && next < length)
                _packet[content++] = 0;
        }

        return true;
    }
}
